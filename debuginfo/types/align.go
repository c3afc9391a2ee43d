package types

import "math/bits"

// isPacked guesses whether a record was declared packed: without holes, and with a size
// or a member that only packing allows.
func (s *surveyor) isPacked(t *Type, sh *shape) bool {
	if t.Kind == Union || sh.padding > 0 || len(sh.slots) == 0 {
		return false
	}
	for i := range sh.slots {
		if sh.slots[i].hole > 0 {
			return false
		}
	}
	if t.Size%sh.natural != 0 {
		return true
	}
	for i := range sh.slots {
		sl := &sh.slots[i]
		if sl.BitSize == 0 && sl.located() && sl.offset%s.alignment(sl.Type) != 0 {
			return true
		}
	}
	return false
}

// cacheline is the bytes of a line of the cache, which offsets are counted in.
const cacheline = 64

// align notes forced alignments: those that the debug info records, or guesses.
func (s *surveyor) align(t *Type, sh *shape) {
	end := int64(0)
	for i := range sh.slots {
		sl := &sh.slots[i]
		sl.align = sl.Align
		if sl.size == 0 && t.Unaligned {
			continue // what is behind a marker without size is what was aligned
		}
		if t.Unaligned && !sh.packed && sl.BitSize == 0 && t.Kind != Union {
			sl.align = guessAlign(sl.offset, s.alignment(sl.Type), end)
		}
		end = sl.offset + sl.size
	}
	sh.align = t.Align
	if t.Unaligned && !sh.packed && t.Kind != Union {
		sh.align = guessAlign(t.Size, sh.natural, end)
	}
}

// guessAlign guesses the alignment that moved an offset away from the end of what is
// before it; 0: none. It is the smallest power of two that explains the gap, or that of
// cache lines where the offset is at the beginning of one, as pahole guesses from BTF.
func guessAlign(offset, natural, end int64) int64 {
	gap := offset - end
	if gap <= 0 || offset%2 != 0 {
		return 0
	}
	align := int64(1) << bits.Len64(uint64(gap))
	if align <= natural {
		return 0
	}
	if offset%cacheline == 0 && (align < cacheline || offset%align != 0) {
		return cacheline
	}
	return align
}
