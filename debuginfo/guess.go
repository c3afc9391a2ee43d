package debuginfo

import (
	"bytes"
	"errors"

	"github.com/stackfs/stackfs/core"
)

// sigreturnCode is mov $15,%rax; syscall: what a signal handler returns to
// (kernel: arch/x86/kernel/signal_64.c, SA_RESTORER), in the two ways of writing it.
var sigreturnCode = [][]byte{
	{0x48, 0xc7, 0xc0, 0x0f, 0x00, 0x00, 0x00, 0x0f, 0x05},
	{0xb8, 0x0f, 0x00, 0x00, 0x00, 0x0f, 0x05},
}

// atSigreturn says whether the frame is the kernel's signal frame although no
// augmentation says so (Go, musl, stripped code). Code is looked at only where
// such a return address can be: at the start of a function, or in a nameless one.
func (u *unwinder) atSigreturn(f *Frame, r *row) bool {
	place, named := u.program.Symbolize(f.PC)
	if named && place.Offset != 0 || !named && r != nil {
		return false
	}
	code := u.code(f.PC, 9)
	for _, want := range sigreturnCode {
		if bytes.HasPrefix(code, want) {
			return true
		}
	}
	return false
}

// code reads up to n bytes of instructions.
func (u *unwinder) code(addr uint64, n int) []byte {
	b := make([]byte, n)
	got, _ := u.stack.memory.ReadMemory(u.stack.ctx, b, addr)
	return b[:got]
}

// Offsets from the stack pointer of struct rt_sigframe, after its return address
// has been popped (kernel: arch/x86/include/asm/sigframe.h): uc_mcontext begins
// at 40 of struct ucontext.
const sigcontextOffset = 40

// sigcontextColumns are the DWARF numbers of the words of struct sigcontext in
// order (kernel: arch/x86/include/uapi/asm/sigcontext.h): r8 to r15 rdi rsi rbp
// rbx rdx rax rcx rsp rip.
var sigcontextColumns = [frameColumns]int{8, 9, 10, 11, 12, 13, 14, 15, 5, 4, 6, 3, 1, 0, 2, 7, 16}

// sigcontext reads the registers that the kernel saved for a signal handler.
func (u *unwinder) sigcontext(f *Frame) (columns, error) {
	sp, ok := u.now.get(columnSP)
	if !ok {
		return columns{}, core.Errorf(core.ErrNoData, "the stack pointer is not known")
	}
	var next columns
	for i, n := range sigcontextColumns {
		v, err := u.stack.word(sp+sigcontextOffset+uint64(8*i), 8)
		if err != nil {
			return columns{}, err
		}
		next.set(n, v)
	}
	f.CFA = next.values[columnSP]
	return next, nil
}

// guessCaller finds the caller without call frame information: by where in a
// function's beginning or end the frame is, else by the frame pointer.
func (u *unwinder) guessCaller(f *Frame) (next columns, guess bool, err error) {
	sp, ok := u.now.get(columnSP)
	if !ok {
		return columns{}, true, core.Errorf(core.ErrNoData, "the stack pointer is not known")
	}
	next = columns{known: u.now.known &^ callerSaved, values: u.now.values}
	at, saved, err := u.returnAddress(f, sp)
	if err != nil {
		return columns{}, true, err
	}
	ra, err := u.stack.word(at, 8)
	if err != nil {
		return columns{}, true, err
	}
	if saved {
		if next.values[columnFP], err = u.stack.word(at-8, 8); err != nil {
			return columns{}, true, err
		}
		next.known |= 1 << columnFP
	}
	f.CFA = at + 8
	next.set(columnSP, at+8)
	next.set(columnRA, ra)
	return next, true, nil
}

// returnAddress gives where the return address is, and whether the caller's
// frame pointer is just below it. A frame pointer of 0 marks the outermost frame
// (psABI x86-64, 3.4.1).
func (u *unwinder) returnAddress(f *Frame, sp uint64) (at uint64, saved bool, err error) {
	if !u.program.executable(f.PC) { // called through a bad pointer: nothing has been pushed
		return sp, false, nil
	}
	if u.exact {
		switch u.prologue(f) {
		case beforePush:
			return sp, false, nil
		case afterPush:
			return sp + 8, true, nil
		}
		if u.calledHere(f.PC, sp) {
			return sp, false, nil
		}
	}
	fp, ok := u.now.get(columnFP)
	switch {
	case !ok:
		return 0, false, core.Errorf(core.ErrNoData, "no call frame information, and the frame pointer is not known")
	case fp == 0:
		return 0, false, errOutermost
	case fp < sp || fp%8 != 0:
		return 0, false, core.Errorf(core.ErrNoData, "no call frame information, and 0x%x is no frame pointer", fp)
	}
	return fp + 8, true, nil
}

// maxLeaf is how far into a function without a frame the program counter is
// believed to be, bytes.
const maxLeaf = 4096

// calledHere says whether the word at sp is the return address of a direct call
// of what pc is in: a leaf function without a frame. The bytes before a return
// address must be call rel32 to a place shortly before pc.
func (u *unwinder) calledHere(pc, sp uint64) bool {
	ra, err := u.stack.word(sp, 8)
	if err != nil || !u.program.executable(ra-5) {
		return false
	}
	call := u.code(ra-5, 5)
	if len(call) < 5 || call[0] != 0xe8 {
		return false
	}
	return pc-(ra+uint64(int64(int32(le32(call[1:]))))) < maxLeaf
}

// errOutermost says that a frame has no caller.
var errOutermost = errors.New("outermost frame")

type prologueState int

const (
	inBody prologueState = iota
	beforePush
	afterPush // push %rbp is done, mov %rsp,%rbp is not
)

// prologue says how far a function has set up its frame: its beginning is
// endbr64 (perhaps), push %rbp, mov %rsp,%rbp; a ret has undone it.
func (u *unwinder) prologue(f *Frame) prologueState {
	code := u.code(f.PC, 4)
	if hasPrefix(code, 0xc3) || hasPrefix(code, 0xf3, 0xc3) || hasPrefix(code, 0xc2) {
		return beforePush
	}
	if hasPrefix(code, 0x55) || hasPrefix(code, 0xf3, 0x0f, 0x1e, 0xfa) {
		return beforePush
	}
	place, ok := u.program.Symbolize(f.PC)
	if ok && place.Offset == 0 {
		return beforePush
	}
	if hasPrefix(code, 0x48, 0x89, 0xe5) || hasPrefix(code, 0x48, 0x8b, 0xec) {
		return afterPush
	}
	return inBody
}
