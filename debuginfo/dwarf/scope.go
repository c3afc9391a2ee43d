package dwarf

import (
	"math"
	"slices"
	"sort"
)

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
	for more := true; more && len(chain) < maxDepth && s.steps > 0; {
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

// inside finds the scope in e that has the address, and those around it. Where
// several beside each other have it, as optimizers across units leave them, that
// which begins last is the inner one, as in gdb, and the blocks among the others are
// around it.
func (s *search) inside(e Entry, depth int) (path []Entry, ok bool) {
	var starts []uint64 // of those in path
	var unsaid []Entry  // blocks that do not say which addresses they have: they group others
	for c := range e.Children() {
		if s.steps--; s.steps < 0 || depth <= 0 {
			return nil, false
		}
		if !isBlock(c.Tag) {
			continue
		}
		if start, has, said := s.covers(c); has && len(path) < maxDepth {
			i := sort.Search(len(starts), func(i int) bool { return starts[i] > start })
			starts, path = slices.Insert(starts, i, start), slices.Insert(path, i, c)
		} else if !said && c.HasChildren() {
			unsaid = append(unsaid, c)
		}
	}
	if len(path) > 0 {
		inner := path[len(path)-1]
		around := slices.DeleteFunc(path[:len(path)-1], func(e Entry) bool { return e.Tag != TagLexicalBlock })
		return append(around, inner), true
	}
	for _, c := range unsaid {
		if path, ok := s.inside(c, depth-1); ok {
			return append([]Entry{c}, path...), true
		}
	}
	return nil, false
}

// covers says whether an entry has the address, where the first of its addresses is,
// and whether it says what it has.
func (s *search) covers(e Entry) (start uint64, has, said bool) {
	if !e.Has(AttrRanges) && !e.Has(AttrLowPC) {
		return 0, false, false
	}
	start = math.MaxUint64
	// A list that breaks off has told some of it.
	_ = e.eachRange(func(r Range) bool {
		s.steps--
		has = has || r.Contains(s.addr)
		if r.Low < r.High {
			start = min(start, r.Low)
		}
		return s.steps > 0
	})
	return start, has, true
}

func isBlock(t Tag) bool {
	switch t {
	case TagLexicalBlock, TagInlinedSubroutine, TagTryBlock, TagCatchBlock, TagWithStmt:
		return true
	}
	return false
}
