package debuginfo

// exitState follows code from where a thread is to where it returns, with true
// values of the registers.
type exitState struct {
	sp, bp     uint64
	spOK, bpOK bool
	saved      [frameColumns]uint64 // where the caller's registers are; 0: not met
}

// maxExitInsns bounds the instructions looked at on the ways out of a function.
const maxExitInsns = 4096

// guessed is a caller's frame as code analysis sees it: the return address is at
// cfa-8.
type guessed struct {
	cfa   uint64
	saved [frameColumns]uint64 // addresses of saved registers; 0: the register holds it
}

// exits gives the frames that the ways out of the code at pc lead to: code is what
// lies from start on. Jumps out of it are calls in tail position.
func exits(code []byte, start, pc uint64, now *columns) []guessed {
	var out []guessed
	first := exitState{sp: now.values[columnSP], spOK: now.has(columnSP), bp: now.values[columnFP], bpOK: now.has(columnFP)}
	lowest := first.sp
	seen := map[uint64]bool{}
	work := []exitStep{{pc, first}}
	for len(work) > 0 && len(seen) < maxExitInsns {
		step := work[len(work)-1]
		work = work[:len(work)-1]
		if seen[step.at] || step.at-start >= uint64(len(code)) {
			continue
		}
		seen[step.at] = true
		i, ok := parseStackInsn(code[step.at-start:], step.at)
		if !ok {
			continue
		}
		next := step.at + uint64(i.size)
		outside := i.target-start >= uint64(len(code))
		switch {
		case i.effect == effectReturn, i.effect == effectJump && outside:
			if step.spOK {
				out = append(out, guessed{step.sp + 8, step.saved})
			}
			continue
		case i.effect == effectIndirect, i.effect == effectEnd:
			continue
		case i.effect == effectJump:
			work = append(work, exitStep{i.target, step.exitState})
			continue
		case i.effect == effectBranch:
			work = append(work, exitStep{i.target, step.exitState})
		}
		work = append(work, exitStep{next, step.after(i, lowest)})
	}
	return out
}

type exitStep struct {
	at uint64
	exitState
}

// after is the state behind an instruction; lowest is rsp where the thread is:
// nothing has been written below it yet.
func (s exitState) after(i stackInsn, lowest uint64) exitState {
	switch i.effect {
	case effectPush:
		s.sp -= 8
	case effectPop:
		if s.spOK && s.sp >= lowest {
			s.saved[i.reg] = s.sp
		}
		if i.reg == columnFP {
			s.bpOK = false
		}
		s.sp += 8
	case effectAdd:
		s.sp += uint64(i.value)
	case effectFrame:
		s.bp, s.bpOK = s.sp+uint64(i.value), s.spOK
	case effectUnframe:
		s.sp, s.spOK = s.bp+uint64(i.value), s.bpOK
	case effectLeave:
		s.sp, s.spOK = s.bp, s.bpOK
		return s.after(stackInsn{effect: effectPop, reg: columnFP}, lowest)
	case effectLoseSP:
		s.spOK = false
	case effectLoseBP:
		s.bpOK = false
	}
	return s
}
