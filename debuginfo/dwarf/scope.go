package dwarf

// maxScopeSteps bounds what one address may cost: entries looked at, and entries of
// their lists of ranges. The largest function of a kernel takes some thousands.
const maxScopeSteps = 1 << 20

// FunctionAt is the chain of entries that have an address, from the innermost
// subprogram down: lexical blocks, inlined subroutines. Of a skeleton it is the split
// unit's; nil if no function of the unit has the address.
func (u *Unit) FunctionAt(addr uint64) []Entry {
	u = u.Full()
	e, ok := u.function(addr)
	if !ok {
		return nil
	}
	s := search{addr: addr, steps: maxScopeSteps}
	chain := []Entry{e}
	for more := true; more && len(chain) < maxDepth; {
		var found []Entry
		found, more = s.inside(chain[len(chain)-1], maxDepth-len(chain))
		chain = append(chain, found...)
	}
	return chain
}

// search looks for the scopes that have an address.
type search struct {
	addr  uint64
	steps int
}

// inside finds the scope in e that has the address, and those without addresses
// around it: blocks that only group others have none.
func (s *search) inside(e Entry, depth int) (path []Entry, ok bool) {
	for c := range e.Children() {
		if s.steps--; s.steps < 0 || depth <= 0 {
			return nil, false
		}
		if !isBlock(c.Tag) {
			continue
		}
		has, known := s.covers(c)
		if has {
			return []Entry{c}, true
		}
		if known {
			continue
		}
		if path, ok := s.inside(c, depth-1); ok {
			return append([]Entry{c}, path...), true
		}
	}
	return nil, false
}

// covers says whether an entry has the address; known is false if it does not say
// which it has.
func (s *search) covers(e Entry) (has, known bool) {
	if !e.Has(AttrRanges) && !e.Has(AttrLowPC) {
		return false, false
	}
	// A list that breaks off has told some of it.
	_ = e.eachRange(func(r Range) bool {
		s.steps--
		has = r.Contains(s.addr)
		return !has && s.steps > 0
	})
	return has, true
}

func isBlock(t Tag) bool {
	switch t {
	case TagLexicalBlock, TagInlinedSubroutine, TagTryBlock, TagCatchBlock, TagWithStmt:
		return true
	}
	return false
}
