package dwarf

import (
	"bytes"
	"math/bits"
)

// Kind is what sort of thing a name in the index stands for.
type Kind uint8

// The kinds of named things.
const (
	KindFunction   Kind = iota + 1
	KindVariable        // static members of classes too
	KindConstant        // DW_TAG_constant
	KindEnumerator      // a name for a value of an enum
	KindStruct
	KindClass // DW_TAG_interface_type too
	KindUnion
	KindEnum
	KindTypedef // DW_TAG_template_alias too
	KindBase    // DW_TAG_unspecified_type too
	KindType    // a pointer, array or other type that the language gives a name (Go, Rust)
	KindNamespace
	kindEnd
)

// A KindSet is a set of kinds; the zero KindSet is all of them.
type KindSet uint16

// Kinds makes a set.
func Kinds(kinds ...Kind) (s KindSet) {
	for _, k := range kinds {
		s |= 1 << k
	}
	return s
}

// The sets that are asked for most.
const (
	AnyKind   KindSet = 0
	AnyType   KindSet = 1<<KindStruct | 1<<KindClass | 1<<KindUnion | 1<<KindEnum | 1<<KindTypedef | 1<<KindBase | 1<<KindType
	AnyTagged KindSet = 1<<KindStruct | 1<<KindClass | 1<<KindUnion | 1<<KindEnum
)

// Has says whether a kind is in the set.
func (s KindSet) Has(k Kind) bool { return s == AnyKind || s&(1<<k) != 0 }

// in says whether a kind is one of those listed.
func (s KindSet) in(k Kind) bool { return s&(1<<k) != 0 }

// onlyTypes says whether all kinds of the set are types.
func (s KindSet) onlyTypes() bool { return s != AnyKind && s&^AnyType == 0 }

// A Ref is where something with a name is described.
type Ref struct {
	Kind   Kind
	Unit   *Unit // Unit.Data says in which file: it may be the Alt of the one that was asked
	Offset uint64
	// Declaration: no definition of this name and kind was found.
	Declaration bool
	// Placed: a function with code, a variable with a location or a value.
	Placed bool
	// Enum is the offset of the enum that an enumerator belongs to; 0: not known.
	Enum uint64
}

// Entry reads the entry; ok is false if it cannot be read.
func (r Ref) Entry() (Entry, bool) {
	if r.Unit == nil {
		return Entry{}, false
	}
	return r.Unit.Entry(r.Offset)
}

// A packed ref is a kind, flags and an offset in one of four sections.
const (
	refOffset   = 1<<48 - 1
	refKind     = 48 // four bits
	refRank     = 52 // two bits
	refTypes    = 1 << 62
	refAlt      = 1 << 63
	rankPlaced  = 0 // what ranks lower comes first
	rankDefined = 1
	rankDeclare = 2
)

func packRef(k Kind, rank uint64, off uint64) uint64 {
	return uint64(k)<<refKind | rank<<refRank | off&refOffset
}

func refKindOf(ref uint64) Kind   { return Kind(ref >> refKind & 15) }
func refRankOf(ref uint64) uint64 { return ref >> refRank & 3 }

// unpack checks that the offset leads into a unit.
func (d *Data) unpack(ref uint64, up uint32) (r Ref, ok bool) {
	if ref&refAlt != 0 {
		if d = d.Alt; d == nil {
			return Ref{}, false
		}
	}
	units := d.Units
	if ref&refTypes != 0 {
		units = d.TypeUnits
	}
	r = Ref{Kind: refKindOf(ref), Offset: ref & refOffset}
	r.Declaration, r.Placed = refRankOf(ref) == rankDeclare, refRankOf(ref) == rankPlaced && r.Kind <= KindVariable
	if r.Unit = unitAt(units, r.Offset); r.Unit == nil || r.Kind == 0 || r.Kind >= kindEnd {
		return Ref{}, false
	}
	if up != 0 && uint64(up) < r.Offset {
		r.Enum = r.Offset - uint64(up)
	}
	return r, true
}

// A place is where a text lies: a section and an offset there. 0 is nowhere.
type place uint64

const (
	placeOffset = 1<<56 - 1
	placeKind   = 56
)

// The sections with names; those of the supplementary file are placeAlt further.
const (
	placeStr place = iota + 1
	placeLineStr
	placeInfo
	placeTypes
	placeBlob       // the index's own
	placeAlt  place = 8
)

func makePlace(section place, off uint64) place { return section<<placeKind | place(off&placeOffset) }

// texts is the sections by place.
type texts [16][]byte

func (d *Data) texts(blob []byte) (t texts) {
	for base := place(0); d != nil && base <= placeAlt; base += placeAlt {
		t[base+placeStr], t[base+placeLineStr], t[base+placeInfo], t[base+placeTypes] = d.Str, d.LineStr, d.Info, d.Types
		d = d.Alt
	}
	t[placeBlob] = blob
	return t
}

// maxName bounds the length of names, bytes: what is longer is not named.
const maxName = 1 << 16

// at is the text of a place, empty if there is none.
func (t *texts) at(p place) string {
	section, off := t[p>>placeKind&15], uint64(p)&placeOffset
	if off >= uint64(len(section)) {
		return ""
	}
	s, _ := stringAt(section[:min(uint64(len(section)), off+maxName+1)], off)
	return s
}

// isText says whether a text, with its NUL, is at an offset.
func isText(section []byte, off uint64, text []byte) bool {
	return off < uint64(len(section)) && bytes.HasPrefix(section[off:], text)
}

// mix spreads the bits of a number (the finalizer of MurmurHash3, public domain).
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// hashText is a hash that stays the same for files: FNV-1a over words of eight bytes.
func hashText(s string) uint64 {
	h := uint64(14695981039346656037)
	for len(s) >= 8 {
		w := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		h = bits.RotateLeft64(h^w, 29) * 1099511628211
		s = s[8:]
	}
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return mix(h)
}
