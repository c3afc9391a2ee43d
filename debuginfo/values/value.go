package values

import (
	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// A Value is a value of a type at a place. The zero Value is nothing.
type Value struct {
	Type  *types.Type
	Place Place // empty: computed, the bytes are Data
	Data  []byte
	// Err is why nothing is known of it: no place (ErrNoData), an unreadable frame.
	Err error
	// Bits is a bitfield: length and offset of its lowest bit in the bytes at Place.
	BitSize, BitOffset int64

	read []byte // what was read of Place already, so that members need not read again
}

// errOptimized and errSynthetic are why bytes of a value are nowhere.
var (
	errOptimized = core.Errorf(core.ErrNoData, "value has been optimized out")
	errSynthetic = core.Errorf(core.ErrNoData, "value is a pointer that is nowhere")
)

// width is how many bytes of the place a value takes, -1 if its type does not say.
func (v Value) width() int64 {
	if v.BitSize > 0 {
		return (v.BitOffset + v.BitSize + 7) / 8
	}
	return sizeOf(v.Type)
}

// part is what lies offset bits into v. A length of 0 is as much as the type t takes.
func (v Value) part(offset, length int64, t *types.Type) Value {
	out := Value{Type: t, Err: v.Err}
	if length > 0 {
		out.BitSize, out.BitOffset = length, offset&7
		offset &^= 7
	}
	size := out.width()
	if len(v.Place) == 0 {
		out.Data = cut(v.Data, offset/8, size)
		if out.Data == nil && size > 0 && out.Err == nil {
			out.Err = core.Errorf(core.ErrInvalid, "reading %d bytes at offset %d of a value of %d bytes", size, offset/8, len(v.Data))
		}
		return out
	}
	out.Place = v.Place.part(offset, size*8)
	out.read = cut(v.read, offset/8, size)
	return out
}

// cut is b[at : at+size], nil if b has not all of it.
func cut(b []byte, at, size int64) []byte {
	if at < 0 || size < 0 || at > int64(len(b)) || size > int64(len(b))-at {
		return nil
	}
	return b[at : at+size : at+size]
}

// part is the pieces of the bits [offset, offset+length); a length below 0 is all
// that is left.
func (p Place) part(offset, length int64) Place {
	if len(p) == 1 && p[0].Kind == InMemory {
		q := p[0]
		bit := q.Skip + offset
		q.Addr, q.Skip, q.Bits = q.Addr+uint64(bit>>3), bit&7, 0
		return Place{q}
	}
	var out Place
	for _, q := range p {
		open := q.Bits == 0 // up to the value's end
		if !open && offset >= q.Bits {
			offset -= q.Bits
			continue
		}
		q.Skip += offset
		if !open {
			q.Bits -= offset
		}
		offset = 0
		if length >= 0 && (open || q.Bits >= length) {
			q.Bits = length
			return append(out, q.normal())
		}
		length -= q.Bits
		out = append(out, q.normal())
		if open {
			return out
		}
	}
	// What the pieces do not tell of is nowhere.
	return append(out, Piece{Kind: Optimized, Bits: max(length, 0)})
}

// normal moves whole bytes of Skip into the address.
func (q Piece) normal() Piece {
	if q.Kind == InMemory {
		q.Addr, q.Skip = q.Addr+uint64(q.Skip>>3), q.Skip&7
	}
	return q
}

// addr is where a value that lies in memory as a whole begins.
func (v Value) addr() (uint64, bool) {
	if v.Err != nil || v.BitSize > 0 || len(v.Place) != 1 || v.Place[0].Kind != InMemory || v.Place[0].Skip != 0 {
		return 0, false
	}
	return v.Place[0].Addr, true
}
