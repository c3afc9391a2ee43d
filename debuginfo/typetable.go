package debuginfo

import (
	"slices"

	"github.com/stackfs/stackfs/debuginfo/dwarf"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// typeKey tells the entries of a file, and of the one that dwz made of it, apart.
type typeKey struct {
	unit *dwarf.Unit
	off  uint64
}

// typeNode is a type and the entry that it is made of.
type typeNode struct {
	t     *types.Type
	entry dwarf.Entry
}

// DW_LANG codes that matter (DWARF 5, 7.12).
const (
	langCPlus   = 0x04
	langGo      = 0x16
	langCPlus03 = 0x19
	langCPlus11 = 0x1a
	langRust    = 0x1c
	langCPlus14 = 0x21
	langCPlus17 = 0x2a
	langCPlus20 = 0x2b
)

// isScoped says whether names in a unit are nested: C++ and Rust.
func isScoped(u *dwarf.Unit) bool {
	switch u.Info().Language {
	case langCPlus, langCPlus03, langCPlus11, langCPlus14, langCPlus17, langCPlus20, langRust:
		return true
	}
	return u.Kind == dwarf.UnitPartial || u.Kind == dwarf.UnitType // which may be any language's
}

// typeKinds is the kinds of types that entries make.
var typeKinds = map[dwarf.Tag]types.Kind{
	dwarf.TagBaseType: types.Int, dwarf.TagUnspecifiedType: types.Void,
	dwarf.TagPointerType: types.Pointer, dwarf.TagReferenceType: types.Reference, dwarf.TagRvalueReferenceType: types.RvalueReference,
	dwarf.TagPtrToMemberType: types.MemberPointer, dwarf.TagArrayType: types.Array, dwarf.TagSubroutineType: types.Func,
	dwarf.TagSubprogram: types.Func, dwarf.TagStructType: types.Struct, dwarf.TagClassType: types.Class, dwarf.TagInterfaceType: types.Class,
	dwarf.TagUnionType: types.Union, dwarf.TagEnumerationType: types.Enum, dwarf.TagTypedef: types.Typedef, dwarf.TagTemplateAlias: types.Typedef,
	dwarf.TagConstType: types.Const, dwarf.TagVolatileType: types.Volatile, dwarf.TagRestrictType: types.Restrict, dwarf.TagAtomicType: types.Atomic,
	dwarf.TagSubrangeType: types.Typedef,
}

// typeAt is the type that an attribute of an entry refers to; nil is void.
func (d *debugData) typeAt(e dwarf.Entry, a dwarf.Attr) *types.Type {
	o, ok := e.Origin(a)
	if !ok {
		return nil
	}
	t, ok := o.Ref(a)
	if !ok {
		return &types.Type{Kind: types.Unknown, Size: -1}
	}
	return d.typeOf(t)
}

// typeOf is the type that an entry describes. The same entry gives the same type
// while it is kept.
func (d *debugData) typeOf(e dwarf.Entry) *types.Type {
	key := typeKey{e.Unit, e.Offset}
	d.mu.Lock()
	n := d.types[key]
	d.mu.Unlock()
	if n != nil {
		return n.t
	}
	t := d.makeType(e)
	d.mu.Lock()
	defer d.mu.Unlock()
	if n := d.types[key]; n != nil {
		return n.t
	}
	if len(d.types) >= maxTypes {
		clear(d.types)
	}
	d.types[key] = &typeNode{t, e}
	return t
}

func (d *debugData) makeType(e dwarf.Entry) *types.Type {
	if def, ok := e.Ref(dwarf.AttrSignature); ok && e.Flag(dwarf.AttrDeclaration) && !def.Has(dwarf.AttrSignature) {
		t := d.makeType(def) // of a type unit (DWARF 5, 5.7.1)
		t.Name = d.qualifiedName(e)
		return t
	}
	kind, ok := typeKinds[e.Tag]
	t := &types.Type{Kind: kind, Size: -1, Lang: language(e.Unit)}
	if !ok {
		return t
	}
	t.Name = d.qualifiedName(e)
	t.Declaration = e.Flag(dwarf.AttrDeclaration)
	t.Size = entrySize(e, 0)
	t.Align = boundedSize(e, dwarf.AttrAlignment, 0)
	t.Vector = e.Flag(dwarf.AttrGNUVector)
	if n, ok := e.Uint(dwarf.AttrEndianity); ok {
		t.BigEndian = n == endBig
	}
	if line, ok := e.Uint(dwarf.AttrDeclLine); ok {
		t.Line = int(line)
		if file, ok := e.Uint(dwarf.AttrDeclFile); ok {
			t.File = d.fileName(e.Unit, file)
		}
	}
	switch e.Tag {
	case dwarf.TagBaseType:
		baseType(e, t)
	case dwarf.TagEnumerationType:
		enumType(e, t)
	}
	return types.New(t, func() types.Details { return d.details(e, t) })
}

// endBig is DW_END_big.
const endBig = 1

// language is what a unit is written in.
func language(u *dwarf.Unit) types.Lang {
	switch u.Info().Language {
	case langCPlus, langCPlus03, langCPlus11, langCPlus14, langCPlus17, langCPlus20:
		return types.CPlus
	case langRust:
		return types.Rust
	case langGo:
		return types.Go
	}
	return types.C
}

// encodings is what DW_AT_encoding makes of a base type (DWARF 5, 7.8).
var encodings = map[uint64]struct {
	kind   types.Kind
	signed bool
}{
	0x01: {types.Pointer, false}, // DW_ATE_address
	0x02: {types.Bool, false}, 0x03: {types.Complex, true}, 0x04: {types.Float, true},
	0x05: {types.Int, true}, 0x06: {types.Char, true}, 0x07: {types.Int, false}, 0x08: {types.Char, false},
	0x10: {types.Char, false}, // DW_ATE_UTF
}

func baseType(e dwarf.Entry, t *types.Type) {
	n, _ := e.Uint(dwarf.AttrEncoding)
	enc, ok := encodings[n]
	if !ok {
		t.Kind = types.Unknown // decimal floats and the like
		return
	}
	t.Kind, t.Signed = enc.kind, enc.signed
}

// enumType finds out the sign of an enumeration's values, and whether they are flags.
func enumType(e dwarf.Entry, t *types.Type) {
	values := enumerators(e)
	if under, ok := e.Ref(dwarf.AttrType); ok {
		if base := stripEntry(under); base.Tag == dwarf.TagBaseType {
			var b types.Type
			baseType(base, &b)
			t.Signed = b.Signed
		}
	} else {
		t.Signed = slices.ContainsFunc(values, func(v types.Enumerator) bool { return v.Value < 0 })
	}
	t.Flags = types.FlagEnum(func(yield func(int64) bool) {
		for _, v := range values {
			if !yield(v.Value) {
				return
			}
		}
	})
}

// enumerators are the names of an enumeration's values. Producers that write them
// in forms of a fixed size mean them as unsigned.
func enumerators(e dwarf.Entry) []types.Enumerator {
	var out []types.Enumerator
	for c := range e.Children() {
		if v, ok := c.Value(dwarf.AttrConstValue); ok && c.Tag == dwarf.TagEnumerator {
			out = append(out, types.Enumerator{Name: c.Name(), Value: int64(v.Uint())})
		}
	}
	return out
}

// stripEntry follows typedefs and qualifiers.
func stripEntry(e dwarf.Entry) dwarf.Entry {
	for range maxTypeDepth {
		switch e.Tag {
		case dwarf.TagTypedef, dwarf.TagConstType, dwarf.TagVolatileType, dwarf.TagRestrictType, dwarf.TagAtomicType, dwarf.TagTemplateAlias:
			next, ok := e.Ref(dwarf.AttrType)
			if !ok {
				return e
			}
			e = next
		default:
			return e
		}
	}
	return e
}
