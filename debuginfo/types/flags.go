package types

import (
	"iter"
	"math/bits"
)

// FlagEnum says whether values are those of an enum that is a set of flags, which
// prints as (A | B): none is negative and none has more than one bit, as gdb 13
// decides (update_enumeration_type_from_children).
func FlagEnum(values iter.Seq[int64]) bool {
	n := 0
	for v := range values {
		if v < 0 || bits.OnesCount64(uint64(v)) > 1 {
			return false
		}
		n++
	}
	return n > 0
}
