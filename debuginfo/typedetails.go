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
		return types.Details{Elem: d.typeAt(e, dwarf.AttrType), Enumerators: enumerators(e), EnumScope: d.enumScope(e)}
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

// funcDetails makes a function's type. Of what is an instance of an inline function that
// has the parameters: an instance may be without those that it does not use, or have
// them in another order. Those that the compiler has made are only where they are used.
func (d *debugData) funcDetails(e dwarf.Entry) types.Details {
	var used map[uint64]bool // parameters by offset; nil: all
	for range maxTypeDepth {
		o, ok := e.Ref(dwarf.AttrAbstractOrigin)
		if !ok {
			break
		}
		if used == nil {
			used = instancesOf(e)
		}
		e = o
	}
	out := types.Details{Elem: d.typeAt(e, dwarf.AttrType)}
	for c := range e.Children() {
		switch c.Tag {
		case dwarf.TagFormalParameter:
			if artificial := isArtificial(c); !artificial || used == nil || used[c.Offset] {
				out.Params = append(out.Params, types.Param{Name: c.Name(), Type: d.typeAt(c, dwarf.AttrType), Artificial: artificial})
			}
		case dwarf.TagUnspecifiedParameters:
			out.Variadic = true
		}
	}
	if len(out.Params) == 0 && language(e.Unit) == types.C {
		o, _ := e.Origin(dwarf.AttrPrototyped)
		out.Variadic = out.Variadic || !o.Flag(dwarf.AttrPrototyped) // int f()
	}
	return out
}

// instancesOf are the offsets of the parameters that a function's are instances of.
func instancesOf(function dwarf.Entry) map[uint64]bool {
	out := map[uint64]bool{}
	for c := range function.Children() {
		if o, ok := c.Ref(dwarf.AttrAbstractOrigin); ok {
			out[o.Offset] = true
		}
	}
	return out
}

func isArtificial(e dwarf.Entry) bool {
	o, ok := e.Origin(dwarf.AttrArtificial)
	return ok && o.Flag(dwarf.AttrArtificial)
}

// enumScope is what C++ has before the names of an enumeration's values: where it is
// declared, and the enumeration's own name if it is an enum class.
func (d *debugData) enumScope(e dwarf.Entry) string {
	if language(e.Unit) != types.CPlus {
		return ""
	}
	name := d.qualifiedName(e)
	if e.Flag(dwarf.AttrEnumClass) && name != "" {
		return name + "::"
	}
	if i := len(name) - len(e.Name()); i > 0 {
		return name[:i]
	}
	return ""
}
