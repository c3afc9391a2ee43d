package debuginfo

import (
	"strings"

	"github.com/stackfs/stackfs/core"
)

// byBeginning follows the function from its first instruction, which its symbol
// tells. What compilers move away from a function (.cold) does not begin with a call.
func (u *unwinder) byBeginning(f *Frame) (g guessed, ok bool) {
	place, ok := u.program.Symbolize(f.Lookup)
	if !ok || strings.Contains(place.Symbol.Name, ".cold") || f.Lookup-place.Symbol.Addr >= maxFunction {
		return g, false
	}
	s, ok := u.analyse(place.Symbol.Addr, place.Symbol.Size, f.PC)
	if !ok {
		return g, false
	}
	return u.frameOf(s)
}

// analysed is what stateAt gave for one place.
type analysed struct {
	start, pc uint64
	exact     bool
}

// maxAnalysed bounds what is remembered of functions met before, as in recursion.
const maxAnalysed = 1024

type analysis struct {
	state stackState
	ok    bool
}

// analyse gives the state at pc of a function of size bytes, 0 if that is not known.
func (u *unwinder) analyse(start, size, pc uint64) (stackState, bool) {
	key := analysed{start, pc, u.exact}
	a, known := u.analysed[key]
	if !known {
		if size == 0 {
			size = pc - start + maxInsn
		}
		code := u.code(start, int(min(max(size, pc-start), maxFunction)))
		a.state, a.ok = stateAt(code, start, pc, !u.exact)
		if u.exact && start == pc {
			a = analysis{entryState(), true}
		}
		if u.analysed == nil || len(u.analysed) == maxAnalysed {
			u.analysed = map[analysed]analysis{}
		}
		u.analysed[key] = a
	}
	return a.state, a.ok
}

// frameOf turns a state into addresses, and says whether it ends at a return address.
func (u *unwinder) frameOf(s stackState) (g guessed, ok bool) {
	sp, _ := u.now.get(columnSP)
	g.cfa = sp + uint64(s.sp)
	if !s.spOK {
		bp, ok := u.now.get(columnFP)
		if !ok {
			return g, false
		}
		g.cfa = bp + uint64(int64(s.bp))
	}
	for n, below := range s.saved {
		if below != 0 {
			g.saved[n] = g.cfa - uint64(int64(below))
		}
	}
	return g, g.cfa > sp && u.returnsAt(g.cfa-8)
}

// exitWindow is how many bytes of code before and behind a place its ways out are
// looked for in.
const exitWindow = 8 << 10

// byEnd follows the ways out of the function; all that end at a return address must
// end at the same one.
func (u *unwinder) byEnd(f *Frame) (g guessed, ok bool) {
	start := u.program.codeStart(f.Lookup, f.PC-min(f.PC, exitWindow))
	for _, e := range exits(u.code(start, int(f.PC-start)+exitWindow), start, f.PC, &u.now) {
		if !u.returnsAt(e.cfa - 8) {
			continue
		}
		if ok && e.cfa != g.cfa {
			return g, false
		}
		g, ok = e, true
	}
	return g, ok
}

// codeStart is from or, if that is later, the start of the mapping that addr is in.
func (p *Program) codeStart(addr, from uint64) uint64 {
	if r, ok := core.FindRegion(p.regions, addr); ok {
		return max(r.Start, from)
	}
	return addr
}

// Bounds of the search for a return address.
const (
	maxScan      = 512 // words of the stack
	maxScanCalls = 16  // calls whose targets are looked at
)

// byCall looks on the stack for the return address of a direct call of code that,
// followed from its start to here, would have left it just there.
func (u *unwinder) byCall(f *Frame) (g guessed, ok bool) {
	sp, _ := u.now.get(columnSP)
	tried := map[uint64]bool{}
	for at := sp; at < sp+8*maxScan && len(tried) < maxScanCalls; at += 8 {
		ra, err := u.stack.word(at, 8)
		if err != nil {
			return g, false
		}
		if !u.program.executable(ra) {
			continue
		}
		start, direct := u.calledBefore(ra)
		if !direct || f.Lookup-start >= maxFunction {
			continue
		}
		tried[start] = true
		if s, ok := u.analyse(start, 0, f.PC); ok {
			if g, ok := u.frameOf(s); ok && g.cfa == at+8 {
				return g, true
			}
		}
	}
	return g, false
}

// returnsAt says whether the word at an address of the stack is a return address.
func (u *unwinder) returnsAt(addr uint64) bool {
	ra, err := u.stack.word(addr, 8)
	return err == nil && u.program.executable(ra) && u.returns(ra)
}

// returns says whether a call ends before an address, or a function begins there:
// what is made to look like a call (makecontext, goexit, signal handlers).
func (u *unwinder) returns(ra uint64) bool {
	const longest = 8
	before := u.code(ra-longest, longest)
	for n := 2; n <= len(before); n++ {
		code := before[len(before)-n:]
		if i, ok := parseStackInsn(code, ra-uint64(n)); ok && i.size == n && i.effect == effectCall {
			return true
		}
	}
	place, ok := u.program.Symbolize(ra)
	return ok && place.Offset <= 1 || u.sigreturnCodeAt(ra)
}

// calledBefore gives what the direct call before an address calls, through the
// procedure linkage table as it is bound.
func (u *unwinder) calledBefore(ra uint64) (start uint64, ok bool) {
	i, ok := parseStackInsn(u.code(ra-5, 5), ra-5)
	if !ok || i.effect != effectCall || i.target == 0 || i.size != 5 {
		return 0, false
	}
	return u.behindPLT(i.target), true
}

// behindPLT gives where the jump at an address of the procedure linkage table leads
// (psABI x86-64, 5.2: jmp *name@GOTPCREL(%rip)), or the address itself.
func (u *unwinder) behindPLT(addr uint64) uint64 {
	code, at := u.code(addr, 16), 0
	if hasPrefix(code, 0xf3, 0x0f, 0x1e, 0xfa) { // endbr64
		at = 4
	}
	if hasPrefix(code[min(at, len(code)):], 0xf2) { // bnd
		at++
	}
	if at+6 > len(code) || code[at] != 0xff || code[at+1] != 0x25 {
		return addr
	}
	slot := addr + uint64(at) + 6 + uint64(int64(int32(le32(code[at+2:]))))
	if to, err := u.stack.word(slot, 8); err == nil {
		return to
	}
	return addr
}
