package values

import "github.com/stackfs/stackfs/debuginfo/types"

// A Value is a value of a type at a place. The zero Value is nothing.
type Value struct {
	Type  *types.Type
	Place Place // empty: computed, the bytes are Data
	Data  []byte
	// Err is why nothing is known of it: no place (ErrNoData), an unreadable frame.
	Err error
	// Bits is a bitfield: length and offset of its lowest bit in the bytes at Place.
	BitSize, BitOffset int64
}
