/* Fills the registers with known values and loops in one place, changing nothing.
 * Prints "ready BITS": the widest vectors, 128, 256 or 512. */
#include <stdio.h>
#include <stdint.h>
#include <unistd.h>

static uint8_t bytes[32][64] __attribute__((aligned(64)));

int main(void) {
	int bits = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") ? 512 : __builtin_cpu_supports("avx2") ? 256 : 128;
	static const long double values[3] = {3.14159265358979L, 0.0L, -1.5e300L};
	for (int i = 0; i < 32; i++)
		for (int j = 0; j < 64; j++)
			bytes[i][j] = i * 7 + j + 1;
	printf("ready %d\n", bits);
	fflush(stdout);
	__asm__ volatile("fldt (%0)\n fldt 16(%0)\n fldt 32(%0)\n" :: "r"(values));
	if (bits == 512)
		__asm__ volatile(
			"vmovdqa64 (%0), %%zmm0\n vmovdqa64 64(%0), %%zmm1\n vmovdqa64 128(%0), %%zmm7\n"
			"vmovdqa64 192(%0), %%zmm15\n vmovdqa64 256(%0), %%zmm16\n vmovdqa64 320(%0), %%zmm31\n"
			"mov $0x123456789abcdef, %%rax\n kmovq %%rax, %%k1\n kmovq %%rax, %%k7\n" :: "r"(bytes) : "rax");
	else if (bits == 256)
		__asm__ volatile("vmovdqa (%0), %%ymm0\n vmovdqa 64(%0), %%ymm15\n" :: "r"(bytes));
	else
		__asm__ volatile("movdqa (%0), %%xmm0\n movdqa 64(%0), %%xmm15\n" :: "r"(bytes));
	__asm__ volatile("mov $0x1111, %%rbx\n mov $0x2222222222, %%r12\n mov $-3, %%r13\n"
			 "1: pause\n jmp 1b\n" ::: "rbx", "r12", "r13");
	return 0;
}
