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
	return u.sigreturnCodeAt(f.PC)
}

func (u *unwinder) sigreturnCodeAt(addr uint64) bool {
	code := u.code(addr, 9)
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

// guessCaller finds the caller without call frame information. What the code does
// to the stack is believed first, from the function's beginning or to its end, then
// a return address on the stack whose call leads to code that would put it there,
// then the frame pointer. All of it must end at a return address that follows a
// call: a stack that ends too soon misleads less than one that goes on wrongly.
func (u *unwinder) guessCaller(f *Frame) (next columns, guess bool, err error) {
	sp, ok := u.now.get(columnSP)
	if !ok {
		return columns{}, true, core.Errorf(core.ErrNoData, "the stack pointer is not known")
	}
	if !u.program.executable(f.PC) { // called through a bad pointer: nothing has been pushed
		next, err = u.callerOf(f, guessed{cfa: sp + 8})
		return next, true, err
	}
	g, ok := u.byCode(f)
	if !ok {
		g, err = u.byFramePointer(f, sp)
	}
	if err == nil {
		next, err = u.callerOf(f, g)
	}
	return next, true, err
}

// byCode finds the caller by what the code does to the stack.
func (u *unwinder) byCode(f *Frame) (g guessed, ok bool) {
	if g, ok = u.byBeginning(f); ok {
		return g, true
	}
	if g, ok = u.byStub(f); ok {
		return g, true
	}
	if g, ok = u.byEnd(f); ok {
		return g, true
	}
	return u.byCall(f)
}

// callerOf makes the caller's registers.
func (u *unwinder) callerOf(f *Frame, g guessed) (next columns, err error) {
	next = columns{known: u.now.known &^ callerSaved, values: u.now.values}
	for n, at := range g.saved {
		if at == 0 || callerSaved&(1<<n) != 0 {
			continue
		}
		if v, err := u.stack.word(at, 8); err == nil {
			next.set(n, v)
		} else {
			next.forget(n)
		}
	}
	ra, err := u.stack.word(g.cfa-8, 8)
	if err != nil {
		return columns{}, err
	}
	f.CFA = g.cfa
	next.set(columnSP, g.cfa)
	next.set(columnRA, ra)
	return next, nil
}

// byFramePointer takes the words that rbp points to for the caller's rbp and the
// return address. 0 marks the outermost frame (psABI x86-64, 3.4.1).
func (u *unwinder) byFramePointer(f *Frame, sp uint64) (g guessed, err error) {
	fp, ok := u.now.get(columnFP)
	switch {
	case !ok:
		return g, core.Errorf(core.ErrNoData, "no call frame information, and the frame pointer is not known")
	case fp == 0:
		return g, errOutermost
	case fp < sp || fp%8 != 0:
		return g, core.Errorf(core.ErrNoData, "no call frame information, and 0x%x is no frame pointer", fp)
	}
	g.cfa, g.saved[columnFP] = fp+16, fp
	ra, err := u.stack.word(fp+8, 8)
	if err != nil {
		return g, err
	}
	if u.program.executable(ra) && !u.returns(ra) && len(u.code(ra, 1)) > 0 {
		return g, core.Errorf(core.ErrNoData, "no call frame information, and no call is before 0x%x, to which the frame pointer leads", ra)
	}
	if u.program.executable(ra) && u.leading(f, g.cfa) == leadsElsewhere {
		return g, core.Errorf(core.ErrNoData, "no call frame information, and the call before 0x%x, to which the frame pointer leads, is not of this function", ra)
	}
	return g, nil
}

// errOutermost says that a frame has no caller.
var errOutermost = errors.New("outermost frame")
