package dwarf

import "slices"

// maxNameCode is how many bytes an abbreviation code has at most where the entry of a
// name is looked for backwards.
const maxNameCode = 3

// nameOffsets are how many bytes may lie between an entry's code and its name in the
// unit; loose: that cannot be told of some entries that are wanted.
func (s *seeker) nameOffsets() (ats []int32, loose bool) {
	for _, list := range [][]program{s.dense, s.extra} {
		for i := range list {
			p := &list[i]
			if p.act == actSkip || p.act == actDescend || p.nameAt == -2 || !s.wanted(p) {
				continue
			}
			if p.nameAt < 0 {
				return nil, true
			}
			if !slices.Contains(ats, p.nameAt) {
				ats = append(ats, p.nameAt)
			}
		}
	}
	return ats, false
}

func (s *seeker) wanted(p *program) bool {
	k := actions[p.tag].kind
	return s.finder.kinds.Has(k)
}

// isWorthWalking says whether a use of the name in the unit that is loaded can be an
// entry's name that would add to what was found.
func (s *seeker) isWorthWalking(h *haystack) bool {
	if h.plain || h.all || h.indexed[s.unit] {
		return true
	}
	ats, loose := s.nameOffsets()
	if loose {
		return true
	}
	for i := range h.needles {
		n := &h.needles[i]
		for at := n.next(s.data, int(s.unit.start)); at >= 0; at = n.next(s.data, at+1) {
			if s.isHit(h, at, ats) {
				return true
			}
		}
	}
	return false
}

// isHit says whether what is found at an offset can be the name of an entry of use.
func (s *seeker) isHit(h *haystack, at int, ats []int32) bool {
	for _, before := range ats {
		end := at - int(before)
		for n := 1; n <= maxNameCode && end-n >= int(s.unit.start); n++ {
			p := s.programOf(s.data[end-n : end])
			if p != nil && p.nameAt == before && p.act != actSkip && s.wanted(p) && s.adds(h, p, end-n) {
				return true
			}
		}
	}
	return false
}

// programOf is the program of the code that is written in exactly these bytes.
func (s *seeker) programOf(b []byte) *program {
	r := reader{data: b}
	code := r.uleb()
	if r.bad || r.at != len(b) {
		return nil
	}
	return s.find(code)
}

// adds says whether an entry can add to what was found: a type or an enumerator but
// once; a declaration after the first only if something in the unit completes it.
func (s *seeker) adds(h *haystack, p *program, off int) bool {
	k := actions[p.tag].kind
	rank := uint64(rankDefined)
	if p.facts.flags&factDeclaration != 0 {
		rank = rankDeclare
	}
	s.finder.mu.Lock()
	found := s.finder.have[rank].in(k)
	s.finder.mu.Unlock()
	switch {
	case !found || k == KindConstant:
		return true
	case k == KindFunction || k == KindVariable:
		return rank != rankDeclare || h.refersOut || s.isReferred(uint64(off))
	}
	return false
}

// isReferred says whether the bytes of a reference to an entry occur in its unit.
func (s *seeker) isReferred(off uint64) bool {
	n := s.counts.needle(little(off - s.unit.Offset))
	return s.smallRefs() || n.next(s.data, int(s.unit.start)) >= 0
}

// smallRefs says whether the unit may have references of less than four bytes.
func (s *seeker) smallRefs() bool {
	return slices.ContainsFunc(s.steps, func(t step) bool {
		return t.role == roleOrigin && t.form != FormRef4 && t.form != FormRef8
	})
}
