package debuginfo

import (
	"container/heap"
)

// Bounds of the analysis of one function.
const (
	maxFunction  = 64 << 10 // bytes of code
	maxFlowSteps = 32 << 10 // instructions looked at
)

// stackState is where the registers that matter stand at one instruction, from the
// canonical frame address, which is what rsp was before the call.
type stackState struct {
	sp, bp     int32 // frame address minus register, bytes
	spOK, bpOK bool
	// saved is how far below the frame address the caller's registers are, by DWARF
	// number; 0: not saved.
	saved [frameColumns]int32
}

// maxFrame bounds a frame, bytes: what is bigger is a mistake.
const maxFrame = 16 << 20

// entryState is that of a function's first instruction.
func entryState() stackState { return stackState{sp: 8, spOK: true} }

// after is the state behind an instruction that goes on.
func (s stackState) after(i stackInsn) stackState {
	switch i.effect {
	case effectPush:
		s = s.moved(-8)
		if s.spOK && s.saved[i.reg] == 0 && callerSaved&(1<<i.reg) == 0 {
			s.saved[i.reg] = s.sp
		}
	case effectPop:
		if i.reg == columnFP {
			s.bpOK = false
		}
		if s.spOK && s.saved[i.reg] == s.sp {
			s.saved[i.reg] = 0
		}
		s = s.moved(8)
	case effectAdd:
		s = s.moved(i.value)
	case effectFrame:
		s.bp, s.bpOK = s.sp-int32(i.value), s.spOK && i.value == int64(int32(i.value))
	case effectUnframe:
		s.sp, s.spOK = s.bp-int32(i.value), s.bpOK && i.value == int64(int32(i.value))
	case effectLeave:
		s.sp, s.spOK = s.bp, s.bpOK
		return s.after(stackInsn{effect: effectPop, reg: columnFP})
	case effectLoseSP:
		s.spOK = false
	case effectLoseBP:
		s.bpOK = false
	}
	return s
}

// moved is the state after rsp += n.
func (s stackState) moved(n int64) stackState {
	sp := int64(s.sp) - n
	s.spOK = s.spOK && sp >= 0 && sp <= maxFrame
	s.sp = int32(max(0, min(sp, maxFrame)))
	return s
}

// functionFlow follows the instructions of a function from its start on, along its
// jumps, and remembers the state at each.
type functionFlow struct {
	code   []byte
	base   uint64 // the address of code
	states map[uint64]stackState
	now    []uint64    // instructions to go on from
	later  addressHeap // those that only a call leads to, which may not return
	open   bool        // a way leads out of code or to nobody knows where
}

// stateAt gives the state at the instruction at pc of the function that begins at
// start or, where returning, at the call before pc. code is what lies from base on;
// jumps lead to all of it, as to functions called in tail position.
func stateAt(code []byte, base, start, pc uint64, returning bool) analysis {
	f := functionFlow{code: code, base: base, states: map[uint64]stackState{}}
	f.reach(start, entryState(), false)
	where := pc
	for steps := 0; steps < maxFlowSteps; steps++ {
		at, more := f.pop()
		if !more {
			found, ok := f.states[where]
			ok = ok && (!returning || where != pc)
			return analysis{found, ok && (found.spOK || found.bpOK), !ok && !f.open}
		}
		i, decoded := parseStackInsn(code[at-base:], at)
		if !decoded {
			f.open = true
			continue
		}
		if returning && i.effect == effectCall && at+uint64(i.size) == pc {
			where = at
		}
		f.follow(at, i)
	}
	return analysis{}
}

// analysis is what following a function gave for one place.
type analysis struct {
	state stackState
	ok    bool // state holds
	never bool // all ways are known, and none leads there
}

// follow reaches what comes after the instruction at an address.
func (f *functionFlow) follow(at uint64, i stackInsn) {
	s := f.states[at].after(i)
	next := at + uint64(i.size)
	switch i.effect {
	case effectJump:
		f.reach(i.target, s, false)
	case effectBranch:
		f.reach(i.target, s, false)
		f.reach(next, s, false)
	case effectIndirect:
		f.open = true
	case effectReturn, effectEnd:
	case effectCall:
		f.reach(next, s, true)
	default:
		f.reach(next, s, false)
	}
}

// reach notes the state at an address that is in the function. Where several ways
// lead, what they have in common holds, and is gone on with again. The state that a
// call which may not return leads to counts only where nothing else comes.
func (f *functionFlow) reach(at uint64, s stackState, byCall bool) {
	if at-f.base >= uint64(len(f.code)) {
		f.open = true
		return
	}
	if byCall {
		heap.Push(&f.later, pending{at, s})
		return
	}
	old, seen := f.states[at]
	if seen {
		s = old.common(s)
	}
	if !seen || s != old {
		f.states[at] = s
		f.now = append(f.now, at)
	}
}

// common is what two states have in common.
func (s stackState) common(t stackState) stackState {
	s.spOK = s.spOK && t.spOK && s.sp == t.sp
	s.bpOK = s.bpOK && t.bpOK && s.bp == t.bp
	for n := range s.saved {
		if s.saved[n] != t.saved[n] {
			s.saved[n] = 0
		}
	}
	return s
}

// pop gives the next instruction to look at.
func (f *functionFlow) pop() (at uint64, ok bool) {
	for len(f.now) == 0 {
		if len(f.later) == 0 {
			return 0, false
		}
		p := heap.Pop(&f.later).(pending)
		if _, seen := f.states[p.at]; !seen {
			f.reach(p.at, p.state, false)
		}
	}
	at = f.now[len(f.now)-1]
	f.now = f.now[:len(f.now)-1]
	return at, true
}

type pending struct {
	at    uint64
	state stackState
}

// addressHeap is a heap by address: the hot part of a function comes first, and
// with it the jumps to what lies behind calls that do not return.
type addressHeap []pending

func (h addressHeap) Len() int           { return len(h) }
func (h addressHeap) Less(i, j int) bool { return h[i].at < h[j].at }
func (h addressHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push implements heap.Interface.
func (h *addressHeap) Push(x any) { *h = append(*h, x.(pending)) }

// Pop implements heap.Interface.
func (h *addressHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
