	.text
	.globl	main
	.type	main, @function
main:
	xor	%eax, %eax
	call	other

	nop
	ret
	.size	main, .-main
	.section .text.other, "ax"
other:
	.rept	300
	nop
	.endr
	ret
