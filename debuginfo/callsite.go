package debuginfo

import (
	"bytes"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/dwarf"
)

// entryValue is what a location had when the frame's function was entered, by what
// debug info says of the call in its caller (DWARF 5, 3.4.2). Nothing is known if the
// call may have been of another function that jumped to this one.
func (l *locator) entryValue(expr []byte) (exprValue, error) {
	if len(l.callers) == 0 || l.depth >= maxNested {
		return exprValue{}, core.Errorf(core.ErrNoData, "the value at entry is not known: there is no caller")
	}
	at, site, err := l.callSite()
	if err != nil {
		return exprValue{}, err
	}
	for p := range site.Children() {
		if p.Tag != dwarf.TagCallSiteParameter && p.Tag != dwarf.TagGNUCallSiteParameter {
			continue
		}
		where, ok := p.Value(dwarf.AttrLocation)
		if !ok || !sameLocation(where.Bytes(), expr) {
			continue
		}
		for _, a := range []dwarf.Attr{dwarf.AttrCallValue, dwarf.AttrGNUCallSiteValue} {
			if v, ok := p.Value(a); ok && v.IsBlock() {
				return typedNumber(v.Bytes(), at.context())
			}
		}
	}
	return exprValue{}, core.Errorf(core.ErrNoData, "the value at entry is not known: the caller does not say it")
}

// sameLocation says whether a parameter of a call and an entry value are of the same
// register, or the same expression.
func sameLocation(a, b []byte) bool {
	x, ok := registerOf(a)
	y, also := registerOf(b)
	return ok && also && x == y || bytes.Equal(a, b)
}

// registerOf is the register that an expression consists of.
func registerOf(expr []byte) (n uint64, ok bool) {
	r := reader{data: expr}
	switch op := r.byte(); {
	case op >= 0x50 && op <= 0x6f: // DW_OP_reg0-31
		n = uint64(op - 0x50)
	case op == 0x90: // DW_OP_regx
		n = r.uleb()
	case op == 0xa5 || op == 0xf5: // DW_OP_regval_type, DW_OP_GNU_regval_type
		n = r.uleb()
		r.uleb()
	default:
		return 0, false
	}
	return n, !r.bad && !r.more()
}

// callSite finds the caller's entry for the call that led to the frame, and the
// locator of the caller's frame.
func (l *locator) callSite() (*locator, dwarf.Entry, error) {
	none := core.Errorf(core.ErrNoData, "the value at entry is not known: the caller's debug info has no such call")
	caller := l.callers[0]
	calls := l.program.callsOf(caller)
	outermost := calls[len(calls)-1]
	if !caller.Signal {
		outermost.callers = l.callers[1:]
	}
	if !outermost.HasInfo() {
		return nil, dwarf.Entry{}, none
	}
	at := outermost.locator(l.ctx, l.memory)
	at.depth, at.tls = l.depth+1, l.tls
	site, ok := findCallSite(outermost.outer[0], caller.PC-outermost.object.Base)
	if !ok {
		return nil, dwarf.Entry{}, none
	}
	at.unit = site.Unit
	if !l.isCallee(at, site) {
		return nil, dwarf.Entry{}, core.Errorf(core.ErrNoData, "the value at entry is not known: the call was of another function, which jumped here")
	}
	return at, site, nil
}

// findCallSite looks for the call that returns to an address, in a function and all
// the blocks and inlined functions in it.
func findCallSite(scope dwarf.Entry, returns uint64) (dwarf.Entry, bool) {
	for c := range scope.Children() {
		switch c.Tag {
		case dwarf.TagCallSite, dwarf.TagGNUCallSite:
			if callReturn(c) == returns {
				return c, true
			}
		case dwarf.TagLexicalBlock, dwarf.TagInlinedSubroutine:
			if site, ok := findCallSite(c, returns); ok {
				return site, true
			}
		}
	}
	return dwarf.Entry{}, false
}

// callReturn is where a call returns to; GNU call sites before DWARF 5 have it as DW_AT_low_pc.
func callReturn(site dwarf.Entry) uint64 {
	for _, a := range []dwarf.Attr{dwarf.AttrCallReturnPC, dwarf.AttrLowPC} {
		if v, ok := site.Value(a); ok {
			addr, _ := v.Addr()
			return addr
		}
	}
	return 0
}

// isCallee says whether a call site calls the function that the frame is in.
func (l *locator) isCallee(caller *locator, site dwarf.Entry) bool {
	if l.base.Unit == nil {
		return false
	}
	callee := l.base
	for _, a := range []dwarf.Attr{dwarf.AttrCallOrigin, dwarf.AttrAbstractOrigin} {
		if o, ok := site.Ref(a); ok {
			return sameFunction(o, callee)
		}
	}
	for _, a := range []dwarf.Attr{dwarf.AttrCallTarget, dwarf.AttrGNUCallSiteTarget} {
		if v, ok := site.Value(a); ok && v.IsBlock() {
			to, err := number(v.Bytes(), caller.context())
			return err == nil && l.covers(to)
		}
	}
	return false
}

// sameFunction compares a function that is called, perhaps only declared in the
// caller's unit, with the one that was reached.
func sameFunction(called, reached dwarf.Entry) bool {
	if called.Same(reached) {
		return true
	}
	if o, ok := reached.Ref(dwarf.AttrAbstractOrigin); ok && called.Same(o) {
		return true
	}
	if a, b := called.LinkageName(), reached.LinkageName(); a != "" || b != "" {
		return a == b
	}
	return called.Name() != "" && called.Name() == reached.Name()
}

// covers says whether a run-time address is where the frame's function begins.
func (l *locator) covers(addr uint64) bool {
	ranges, _ := l.base.Ranges()
	for _, r := range ranges {
		if addr == r.Low+l.object.Base {
			return true
		}
	}
	return false
}
