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
	a := u.analyse(place.Symbol.Addr, place.Symbol.Size, f.PC)
	if !a.ok {
		return g, false
	}
	return u.frameOf(a.state)
}

// analysed is what stateAt gave for one place.
type analysed struct {
	start, pc uint64
	exact     bool
}

// maxAnalysed bounds what is remembered of functions met before, as in recursion.
const maxAnalysed = 1024

// analyse gives the state at pc of a function of size bytes, 0 if that is not known.
func (u *unwinder) analyse(start, size, pc uint64) analysis {
	key := analysed{start, pc, u.exact}
	a, known := u.analysed[key]
	if !known {
		base := min(start, pc)
		size = max(size, max(start, pc)-base) + maxInsn
		a = stateAt(u.code(base, int(min(size, maxFunction))), base, start, pc, !u.exact)
		if u.exact && start == pc {
			a = analysis{state: entryState(), ok: true}
		}
		if u.analysed == nil || len(u.analysed) == maxAnalysed {
			u.analysed = map[analysed]analysis{}
		}
		u.analysed[key] = a
	}
	return a
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
// end at the same one. It must not be of a call that cannot have led here: behind a
// call that does not return other functions follow, whose ways out are not ours.
func (u *unwinder) byEnd(f *Frame) (g guessed, ok bool) {
	start := u.program.codeStart(f.Lookup, f.PC-min(f.PC, exitWindow))
	for _, e := range exits(u.code(start, int(f.PC-start)+exitWindow), start, f.PC, &u.now) {
		if !u.returnsAt(e.cfa-8) || u.leading(f, e.cfa) == leadsElsewhere {
			continue
		}
		if ok && e.cfa != g.cfa {
			return g, false
		}
		g, ok = e, true
	}
	return g, ok
}

// leads is what the call before a return address says of a frame.
type leads uint8

const (
	leadsAnywhere  leads = iota // it is indirect, or not all ways from there are known
	leadsHere                   // it calls code that, followed to here, leaves the address just there
	leadsElsewhere              // it calls other code, or the address would be elsewhere
)

// leading looks at the call before the return address below cfa.
func (u *unwinder) leading(f *Frame, cfa uint64) leads {
	ra, err := u.stack.word(cfa-8, 8)
	if err != nil {
		return leadsElsewhere
	}
	start, direct := u.calledBefore(ra)
	if !direct {
		return leadsAnywhere
	}
	if f.Lookup-start >= maxFunction && start-f.Lookup >= maxFunction {
		return leadsAnywhere // through a linkage table that is not understood, or a jump far away
	}
	a := u.analyse(start, 0, f.PC)
	if g, ok := u.frameOf(a.state); a.ok && (!ok || g.cfa != cfa) || a.never {
		return leadsElsewhere
	}
	if !a.ok {
		return leadsAnywhere
	}
	return leadsHere
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
	calls := 0
	for at := sp; at < sp+8*maxScan && calls < maxScanCalls; at += 8 {
		ra, err := u.stack.word(at, 8)
		if err != nil {
			return g, false
		}
		if !u.program.executable(ra) {
			continue
		}
		if start, direct := u.calledBefore(ra); direct {
			calls++
			if u.leading(f, at+8) == leadsHere {
				return u.frameOf(u.analyse(start, 0, f.PC).state)
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
	if slot, ok := u.stub(addr); ok {
		if to, err := u.stack.word(slot, 8); err == nil {
			return to
		}
	}
	return addr
}

// stub gives where the jump at an address takes its target from, if it is one by
// way of a global offset table.
func (u *unwinder) stub(addr uint64) (slot uint64, ok bool) {
	code, at := u.code(addr, 16), 0
	if hasPrefix(code, 0xf3, 0x0f, 0x1e, 0xfa) { // endbr64
		at = 4
	}
	if hasPrefix(code[min(at, len(code)):], 0xf2) { // bnd
		at++
	}
	if at+6 > len(code) || code[at] != 0xff || code[at+1] != 0x25 {
		return 0, false
	}
	return addr + uint64(at) + 6 + uint64(int64(int32(le32(code[at+2:])))), true
}

// byStub is for the jumps of the procedure linkage table: the return address is on
// top of the stack or, on the way to the dynamic linker, below two words for it
// (psABI x86-64, figure 5.2).
func (u *unwinder) byStub(f *Frame) (g guessed, ok bool) {
	if _, ok := u.stub(f.PC); !ok || !u.exact {
		return g, false
	}
	sp, _ := u.now.get(columnSP)
	for _, at := range []uint64{sp, sp + 16} {
		if u.returnsAt(at) {
			return guessed{cfa: at + 8}, true
		}
	}
	return g, false
}
