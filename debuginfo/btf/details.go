package btf

import (
	"iter"

	"github.com/stackfs/stackfs/debuginfo/types"
)

// details decodes what a record refers to.
func (f *File) details(r record) types.Details {
	switch r.kind() {
	case kindStruct, kindUnion:
		return types.Details{Members: f.members(r)}
	case kindEnum, kindEnum64:
		return types.Details{Enumerators: f.enumerators(r)}
	case kindArray:
		return types.Details{Elem: f.typeOf(r.word(0)), Count: int64(r.word(2))}
	case kindPrototype:
		return f.prototype(r)
	default: // pointers, typedefs and qualifiers
		return types.Details{Elem: f.typeOf(r.ref())}
	}
}

// members decodes struct btf_member: name, type, offset; the offset has the size of a
// bitfield in its upper 8 bits where the record is flagged.
func (f *File) members(r record) []types.Member {
	out := make([]types.Member, r.count())
	for i := range out {
		offset := r.word(3*i + 2)
		m := types.Member{Name: string(f.text(r.word(3 * i))), Type: f.whole(r.word(3*i + 1)), BitOffset: int64(offset)}
		if r.flag() {
			m.BitOffset, m.BitSize = int64(offset&0xffffff), int64(offset>>24)
		} else {
			f.oldBitfield(&m, r.word(3*i+1))
		}
		out[i] = m
	}
	return out
}

// oldBitfield is the form where the integer itself says that it is one.
func (f *File) oldBitfield(m *types.Member, id uint32) {
	for n := 0; n < maxChain; n++ {
		r := f.at(id)
		switch {
		case r == nil:
			return
		case r.kind() == kindInt:
			if _, _, _, offset, bits := r.integer(); offset != 0 || bits != 8*r.size() {
				m.BitOffset += offset
				m.BitSize = bits
			}
			return
		case r.kind() == kindTypedef || r.kind() == kindConst || r.kind() == kindVolatile || r.kind() == kindTypeTag:
			id = r.ref()
		default:
			return
		}
	}
}

// enumerators decodes struct btf_enum and btf_enum64.
func (f *File) enumerators(r record) []types.Enumerator {
	out := make([]types.Enumerator, 0, r.count())
	words := each[r.kind()] / 4
	for v := range values(r) {
		name := f.text(r.word(len(out) * words))
		out = append(out, types.Enumerator{Name: string(name), Value: v})
	}
	return out
}

// values are those of an enum's enumerators.
func values(r record) iter.Seq[int64] {
	return func(yield func(int64) bool) {
		for i := range r.count() {
			if !yield(value(r, i)) {
				return
			}
		}
	}
}

// value is that of the i-th enumerator: 32 bits with the enum's sign, or two words.
func value(r record, i int) int64 {
	switch {
	case r.kind() == kindEnum64:
		return int64(uint64(r.word(3*i+1)) | uint64(r.word(3*i+2))<<32)
	case r.flag():
		return int64(int32(r.word(2*i + 1)))
	default:
		return int64(r.word(2*i + 1))
	}
}

// prototype decodes struct btf_param; a last one without name and type stands for "...".
func (f *File) prototype(r record) types.Details {
	d := types.Details{Elem: f.typeOf(r.ref())}
	for i := range r.count() {
		name, id := r.word(2*i), r.word(2*i+1)
		if i == r.count()-1 && name == 0 && id == 0 {
			d.Variadic = true
			break
		}
		d.Params = append(d.Params, types.Param{Name: string(f.text(name)), Type: f.whole(id)})
	}
	return d
}
