package btf

import "encoding/binary"

// The kinds of records (BTF_KIND_X, include/uapi/linux/btf.h).
const (
	kindInt = 1 + iota
	kindPointer
	kindArray
	kindStruct
	kindUnion
	kindEnum
	kindForward
	kindTypedef
	kindVolatile
	kindConst
	kindRestrict
	kindFunc
	kindPrototype
	kindVar
	kindDataSection
	kindFloat
	kindDeclTag
	kindTypeTag
	kindEnum64
	kindLast = kindEnum64
)

// recordLen is the length of what all records begin with (struct btf_type).
const recordLen = 12

// extra is how many bytes follow that, each how many more for each of its count.
var (
	extra = [kindLast + 1]int{kindInt: 4, kindArray: 12, kindVar: 4, kindDeclTag: 4}
	each  = [kindLast + 1]int{kindStruct: 12, kindUnion: 12, kindEnum: 8, kindPrototype: 8, kindDataSection: 12, kindEnum64: 12}
)

// A record is a type's bytes and all that follows; scan has seen that it is whole.
type record []byte

func (r record) uint32(at int) uint32 { return binary.LittleEndian.Uint32(r[at:]) }
func (r record) name() uint32         { return r.uint32(0) }
func (r record) count() int           { return int(r.uint32(4) & 0xffff) }
func (r record) kind() int            { return int(r.uint32(4) >> 24 & 0x1f) }
func (r record) flag() bool           { return r.uint32(4)>>31 != 0 }
func (r record) size() int64          { return int64(r.uint32(8)) }
func (r record) ref() uint32          { return r.uint32(8) } // the type referred to, in the kinds that do

// word is the n-th word of what follows the head, byte 12 on.
func (r record) word(n int) uint32 { return r.uint32(recordLen + 4*n) }

// integer is what follows an integer's head.
func (r record) integer() (signed, char, boolean bool, offset, bits int64) {
	w := r.word(0)
	return w>>24&1 != 0, w>>24&2 != 0, w>>24&4 != 0, int64(w >> 16 & 0xff), int64(w & 0xff)
}

// forward says whether a record only declares; an enum does if it has no enumerators.
func (r record) forward() bool {
	return r.kind() == kindForward || (r.kind() == kindEnum || r.kind() == kindEnum64) && r.count() == 0
}

// tagged is the kind that a forward record declares.
func (r record) tagged() int {
	switch {
	case r.kind() != kindForward:
		return r.kind()
	case r.flag():
		return kindUnion
	default:
		return kindStruct
	}
}
