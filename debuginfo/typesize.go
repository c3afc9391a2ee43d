package debuginfo

import (
	"math"

	"github.com/stackfs/stackfs/debuginfo/dwarf"
)

// Bounds of types: a size beyond what an address space holds is not believed, and a
// chain of types that bad debug info has closed to a ring is left.
const (
	maxTypeSize  = 1 << 48
	maxTypeDepth = 64
)

func boundedSize(e dwarf.Entry, a dwarf.Attr, other int64) int64 {
	if v, ok := e.Value(a); ok && v.IsNumber() && v.Uint() <= maxTypeSize {
		return int64(v.Uint())
	}
	return other
}

// entrySize is the size of a type in bytes, -1 if it has none or it is not known.
func entrySize(e dwarf.Entry, depth int) int64 {
	if n := boundedSize(e, dwarf.AttrByteSize, -1); n >= 0 || depth > maxTypeDepth {
		return n
	}
	if def, ok := e.Ref(dwarf.AttrSignature); ok {
		return entrySize(def, depth+1)
	}
	switch e.Tag {
	case dwarf.TagPointerType, dwarf.TagReferenceType, dwarf.TagRvalueReferenceType:
		return int64(e.Unit.AddrSize)
	case dwarf.TagPtrToMemberType:
		return memberPointerSize(e)
	case dwarf.TagTypedef, dwarf.TagConstType, dwarf.TagVolatileType, dwarf.TagRestrictType, dwarf.TagAtomicType,
		dwarf.TagSubrangeType, dwarf.TagTemplateAlias, dwarf.TagEnumerationType:
		if t, ok := e.Ref(dwarf.AttrType); ok {
			return entrySize(t, depth+1)
		}
	case dwarf.TagArrayType:
		return arraySize(e, depth)
	}
	return -1
}

// memberPointerSize is the Itanium C++ ABI's (2.3): two words for functions.
func memberPointerSize(e dwarf.Entry) int64 {
	if t, ok := e.Ref(dwarf.AttrType); ok && stripEntry(t).Tag == dwarf.TagSubroutineType {
		return 2 * int64(e.Unit.AddrSize)
	}
	return int64(e.Unit.AddrSize)
}

func arraySize(e dwarf.Entry, depth int) int64 {
	t, ok := e.Ref(dwarf.AttrType)
	if !ok {
		return -1
	}
	size := entrySize(t, depth+1)
	for _, dim := range dimensions(e) {
		n := dim.count
		if n < 0 || size < 0 || n > 0 && size > maxTypeSize/n {
			return -1
		}
		size *= n
	}
	return size
}

// dimension is one index of an array.
type dimension struct {
	count int64 // -1: not known, or only at run time
	entry dwarf.Entry
	// dynamic: the bound is a variable's value, to be found out in a frame.
	dynamic bool
}

// dimensions are those of an array, the outermost first; one without an index has
// one of unknown length.
func dimensions(e dwarf.Entry) []dimension {
	var out []dimension
	for c := range e.Children() {
		if c.Tag == dwarf.TagSubrangeType || c.Tag == dwarf.TagGenericSubrange || c.Tag == dwarf.TagEnumerationType {
			out = append(out, dimensionOf(c))
		}
	}
	if len(out) == 0 {
		out = []dimension{{count: -1}}
	}
	return out
}

func dimensionOf(c dwarf.Entry) dimension {
	d := dimension{count: -1, entry: c}
	if v, ok := c.Value(dwarf.AttrCount); ok {
		if v.IsNumber() {
			d.count = validCount(int64(v.Uint()))
		}
		d.dynamic = !v.IsNumber()
		return d
	}
	v, ok := c.Value(dwarf.AttrUpperBound)
	if !ok {
		return d
	}
	d.dynamic = !v.IsNumber()
	if v.IsNumber() {
		d.count = validCount(upperBound(v) - boundedSize(c, dwarf.AttrLowerBound, 0) + 1)
	}
	return d
}

// upperBound is a number that is -1 for an array of nothing, in whatever form.
func upperBound(v dwarf.Value) int64 {
	switch n := v.Uint(); {
	case v.Form == dwarf.FormData4 && n == math.MaxUint32, v.Form == dwarf.FormData8 && n == math.MaxUint64:
		return -1
	default:
		return int64(n)
	}
}

func validCount(n int64) int64 {
	if n < 0 || n > maxTypeSize {
		return -1
	}
	return n
}
