package debuginfo

import (
	"github.com/stackfs/stackfs/debuginfo/dwarf"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// details makes what a type consists of. Types that it refers to are made without
// their own details.
func (d *debugData) details(e dwarf.Entry, t *types.Type) types.Details {
	switch t.Kind {
	case types.Struct, types.Class, types.Union:
		return d.recordDetails(e)
	case types.Enum:
		return types.Details{Elem: d.typeAt(e, dwarf.AttrType), Enumerators: enumerators(e)}
	case types.Array:
		return d.arrayDetails(e, t)
	case types.Func:
		return d.funcDetails(e)
	case types.MemberPointer:
		return types.Details{Elem: d.typeAt(e, dwarf.AttrType), Class: d.typeAt(e, dwarf.AttrContainingType)}
	}
	return types.Details{Elem: d.typeAt(e, dwarf.AttrType)}
}

// arrayDetails makes arrays of arrays of the dimensions.
func (d *debugData) arrayDetails(e dwarf.Entry, t *types.Type) types.Details {
	dims := dimensions(e)
	elem := d.typeAt(e, dwarf.AttrType)
	for i := len(dims) - 1; i > 0; i-- {
		elem = arrayOf(elem, dims[i], t.Lang)
	}
	return arrayPart(elem, dims[0])
}

func arrayOf(elem *types.Type, dim dimension, lang types.Lang) *types.Type {
	size := int64(-1)
	if elem != nil && elem.Size >= 0 && dim.count >= 0 && (dim.count == 0 || elem.Size <= maxTypeSize/dim.count) {
		size = elem.Size * dim.count
	}
	part := arrayPart(elem, dim)
	return types.New(&types.Type{Kind: types.Array, Size: size, Lang: lang}, func() types.Details { return part })
}

func arrayPart(elem *types.Type, dim dimension) types.Details {
	part := types.Details{Elem: elem, Count: dim.count}
	if dim.dynamic {
		part.Dynamic = dim.entry
	}
	return part
}

// funcDetails makes a function's type. An instance of an inline function may be without
// parameters that it does not use, or have them in another order: the function that it
// is one of has them all.
func (d *debugData) funcDetails(e dwarf.Entry) types.Details {
	for range maxTypeDepth {
		o, ok := e.Ref(dwarf.AttrAbstractOrigin)
		if !ok {
			break
		}
		e = o
	}
	out := types.Details{Elem: d.typeAt(e, dwarf.AttrType)}
	for c := range e.Children() {
		switch c.Tag {
		case dwarf.TagFormalParameter:
			out.Params = append(out.Params, types.Param{Name: c.Name(), Type: d.typeAt(c, dwarf.AttrType), Artificial: isArtificial(c)})
		case dwarf.TagUnspecifiedParameters:
			out.Variadic = true
		}
	}
	return out
}

func isArtificial(e dwarf.Entry) bool {
	o, ok := e.Origin(dwarf.AttrArtificial)
	return ok && o.Flag(dwarf.AttrArtificial)
}
