package debuginfo

import (
	"context"
	"errors"
	"fmt"

	"github.com/stackfs/stackfs/core"
)

// Unwind follows the stack of a thread with these registers, innermost frame
// first, to at most max frames. m is the target's memory, its stack perhaps a
// CapturedStack. reason is empty when the stack ended properly: call frame
// information says that nobody called the outermost function, or its return
// address is 0. Else reason says in words why nothing is known beyond.
func (p *Program) Unwind(ctx context.Context, m core.Memory, regs core.Registers, max int) (frames []Frame, reason string) {
	u := &unwinder{program: p, regs: regs, stack: stackReader{ctx: ctx, memory: m}, exact: true, now: columnsOf(regs)}
	u.context = exprContext{register: u.now.get, memory: u.stack.word}
	if pc, ok := regs.PC(); ok {
		u.now.set(columnRA, pc)
	}
	if !u.now.has(columnRA) {
		return nil, "the program counter is not known"
	}
	frames = make([]Frame, 0, usualFrames)
	for {
		if len(frames) == max {
			return frames, fmt.Sprintf("more than %d frames", max)
		}
		if err := core.ContextError(ctx, "unwinding"); err != nil {
			return frames, err.Error()
		}
		f := u.frame(len(frames))
		more, reason := u.step(&f)
		frames = append(frames, f)
		if !more {
			return frames, reason
		}
	}
}

// usualFrames is what most stacks have at most, so that a list grows once.
const usualFrames = 32

// unwinder is the state between two frames.
type unwinder struct {
	program *Program
	regs    core.Registers
	stack   stackReader
	context exprContext // of the frame that is looked at
	now     columns     // the registers in the frame that is looked at; columnRA is its pc
	// exact: now's pc is where the thread was, not a return address.
	exact   bool
	guess   bool   // how now was found
	cfa     uint64 // of the frame before, 0 if there is none to compare with
	signals map[uint64]bool

	analysed map[analysed]analysis // code without call frame information
}

func (u *unwinder) frame(n int) Frame {
	pc := u.now.values[columnRA]
	f := Frame{N: n, PC: pc, Lookup: pc, Guess: u.guess, columns: u.now, thread: &u.regs}
	if !u.exact && pc > 0 {
		f.Lookup--
	}
	if o, ok := u.program.ObjectAt(f.Lookup); ok {
		f.Object = o.Name
	}
	if place, ok := u.program.Symbolize(f.Lookup); ok {
		f.Function, f.Offset = place.Function(), place.Offset+(f.PC-f.Lookup)
	}
	return f
}

// step goes from the frame f to its caller. more is false at the end, with the
// reason if it is not a proper one.
func (u *unwinder) step(f *Frame) (more bool, reason string) {
	var next columns
	var err error
	r := u.rules(f.Lookup)
	signal := r != nil && r.signal
	guess := false
	switch {
	case !signal && u.atSigreturn(f, r):
		signal = true
		next, err = u.sigcontext(f)
	case r != nil && r.regs[r.ra].kind == ruleUndefined:
		f.CFA, _ = u.canonical(r)
		return false, ""
	case r != nil:
		next, err = u.apply(r, f)
	default:
		next, guess, err = u.guessCaller(f)
	}
	if signal {
		f.Signal, f.Function, f.Offset = true, signalFunction, 0
	}
	if err != nil {
		return false, stopReason(err)
	}
	trap := r != nil && r.trap != 0
	if trap && u.fromUser(f.CFA+uint64(r.trap)) {
		return false, ""
	}
	if reason = u.check(f, &next, signal || trap); reason != "" {
		return false, reason
	}
	if next.values[columnRA] == 0 {
		return false, ""
	}
	u.now, u.guess, u.exact = next, guess, signal || trap
	return true, ""
}

// fromUser says whether the kernel was entered from a program, whose stack is
// another one: by the privilege level in the saved code segment register.
func (u *unwinder) fromUser(cs uint64) bool {
	v, err := u.stack.word(cs, 2)
	return err == nil && v&3 == 3
}

func stopReason(err error) string {
	if errors.Is(err, errOutermost) {
		return ""
	}
	if errors.Is(err, ErrStackCut) {
		return ErrStackCut.Error()
	}
	if addr, ok := core.IsFault(err); ok {
		return fmt.Sprintf("memory at 0x%016x cannot be read", addr)
	}
	return err.Error()
}

// check says what is wrong with a caller: the stack must grow (but where code was
// interrupted by a signal or a trap, whose handler may have a stack of its own), and
// the return address must be code.
func (u *unwinder) check(f *Frame, next *columns, interrupted bool) string {
	if interrupted {
		if u.signals[f.CFA] {
			return "the frame of an interruption repeats"
		}
		if u.signals == nil {
			u.signals = map[uint64]bool{}
		}
		u.signals[f.CFA] = true
		u.cfa = 0
	} else {
		if u.cfa != 0 && f.CFA <= u.cfa {
			return fmt.Sprintf("frame at 0x%x is not above the one at 0x%x", f.CFA, u.cfa)
		}
		u.cfa = f.CFA
	}
	if !next.has(columnRA) {
		return "the return address is not known"
	}
	if pc := next.values[columnRA]; pc != 0 && !interrupted && !u.program.executable(pc) {
		return fmt.Sprintf("return address 0x%016x is not code", pc)
	}
	return ""
}

// rules gives the row for an address, nil if no call frame information covers it.
func (u *unwinder) rules(addr uint64) *row {
	o, ok := u.program.ObjectAt(addr)
	if !ok || o.module == nil {
		return nil
	}
	return o.module.row(addr - o.Base)
}

// canonical is the canonical frame address by a row's rule.
func (u *unwinder) canonical(r *row) (uint64, error) {
	switch r.cfa.kind {
	case ruleCFA:
		v, ok := u.now.get(uint64(r.cfa.reg))
		if !ok {
			return 0, core.Errorf(core.ErrNoData, "register %d, which the frame address depends on, is not known", r.cfa.reg)
		}
		return v + uint64(int64(r.cfa.value)), nil
	case ruleExpression:
		return evaluate(r.expression(r.cfa), &u.context)
	}
	return 0, core.Errorf(core.ErrInvalid, "call frame information gives no frame address")
}

// apply makes the caller's registers by a row (DWARF 5, 6.4.1).
func (u *unwinder) apply(r *row, f *Frame) (columns, error) {
	cfa, err := u.canonical(r)
	if err != nil {
		return columns{}, err
	}
	f.CFA = cfa
	next := u.now
	next.set(columnSP, cfa)
	for n := range r.regs {
		if n == int(r.ra) {
			continue
		}
		// A register other than the return address whose save cannot be read is
		// just not known; the frames above may do without it.
		if v, ok, err := u.recover(r, n, cfa); err == nil && ok {
			next.set(n, v)
		} else {
			next.forget(n)
		}
	}
	v, ok, err := u.recover(r, int(r.ra), cfa)
	if err != nil {
		return columns{}, err
	}
	next.set(columnRA, v)
	if !ok {
		next.forget(columnRA)
	}
	return next, nil
}

// callerSaved are the columns that a called function may destroy without saving
// them (psABI x86-64, figure 3.4): rax rdx rcx rsi rdi r8 to r11.
const callerSaved = 1<<0 | 1<<1 | 1<<2 | 1<<4 | 1<<5 | 1<<8 | 1<<9 | 1<<10 | 1<<11

// recover gives what register n was in the caller; ok is false if nobody knows.
func (u *unwinder) recover(r *row, n int, cfa uint64) (v uint64, ok bool, err error) {
	rule := r.regs[n]
	switch rule.kind {
	case ruleUnspecified, ruleSame:
		if n == columnSP {
			return cfa, true, nil
		}
		if rule.kind == ruleUnspecified && (callerSaved&(1<<n) != 0 || n == int(r.ra)) {
			return 0, false, nil
		}
		v, ok = u.now.get(uint64(n))
		return v, ok, nil
	case ruleOffset:
		v, err = u.stack.word(cfa+uint64(int64(rule.value)), 8)
	case ruleValOffset:
		v = cfa + uint64(int64(rule.value))
	case ruleRegister:
		v, ok = u.now.get(uint64(rule.reg))
		return v, ok, nil
	case ruleExpression:
		if v, err = evaluate(r.expression(rule), &u.context, cfa); err == nil {
			v, err = u.stack.word(v, 8)
		}
	case ruleValExpression:
		v, err = evaluate(r.expression(rule), &u.context, cfa)
	default:
		return 0, false, nil
	}
	return v, err == nil, err
}
