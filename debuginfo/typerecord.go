package debuginfo

import (
	"github.com/stackfs/stackfs/debuginfo/dwarf"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// recordDetails makes the members of a structure, class or union. One that is only
// declared here has those of its definition, where there is one of that name.
func (d *debugData) recordDetails(e dwarf.Entry) types.Details {
	if e.Flag(dwarf.AttrDeclaration) {
		if def, ok := d.definitionOf(e); ok {
			e = def
		}
	}
	var out types.Details
	for c := range e.Children() {
		switch c.Tag {
		case dwarf.TagMember, dwarf.TagInheritance, dwarf.TagVariable:
			out.Members = append(out.Members, d.member(c))
		case dwarf.TagSubprogram:
			out.Methods = append(out.Methods, d.method(c))
		case dwarf.TagTemplateTypeParameter, dwarf.TagTemplateValueParameter:
			out.Template = append(out.Template, d.templateArg(c))
		case dwarf.TagVariantPart:
			out.Variants = d.variants(c)
		}
	}
	return out
}

func (d *debugData) member(c dwarf.Entry) types.Member {
	m := types.Member{
		Name: c.Name(), Type: d.typeAt(c, dwarf.AttrType), Access: access(c), Artificial: isArtificial(c),
		Base: c.Tag == dwarf.TagInheritance, Virtual: c.Tag == dwarf.TagInheritance && virtual(c),
		// Before DWARF 5 a static member is a member that is declared and external.
		Static: c.Tag == dwarf.TagVariable || c.Flag(dwarf.AttrExternal) || c.Flag(dwarf.AttrDeclaration),
		Align:  boundedSize(c, dwarf.AttrAlignment, 0),
	}
	if m.Static {
		m.Location = c
		return m
	}
	m.BitSize = boundedSize(c, dwarf.AttrBitSize, 0)
	if v, ok := c.Value(dwarf.AttrDataMemberLoc); ok && v.IsBlock() {
		offset, constant := constantOffset(v.Bytes())
		if !constant {
			m.Location = c
		}
		m.BitOffset = 8 * offset
	} else {
		m.BitOffset = 8 * boundedSize(c, dwarf.AttrDataMemberLoc, 0)
	}
	m.BitOffset += bitOffset(c, m)
	return m
}

// bitOffset is where a bitfield lies beyond its member location: DW_AT_data_bit_offset,
// or before DWARF 4 DW_AT_bit_offset, which counts from the most significant bit of
// a storage unit (DWARF 3, 5.5.6).
func bitOffset(c dwarf.Entry, m types.Member) int64 {
	if c.Has(dwarf.AttrDataBitOffset) {
		return boundedSize(c, dwarf.AttrDataBitOffset, 0)
	}
	v, ok := c.Value(dwarf.AttrBitOffset)
	if !ok || !v.IsNumber() {
		return 0
	}
	storage := boundedSize(c, dwarf.AttrByteSize, -1)
	if storage < 0 && m.Type != nil {
		storage = m.Type.Size
	}
	if storage < 0 {
		return 0
	}
	return 8*storage - v.Int() - m.BitSize // negative for a field that reaches beyond its unit
}

// constantOffset reads an expression that adds a constant to the object's address.
func constantOffset(expr []byte) (int64, bool) {
	r := reader{data: expr}
	if r.byte() != 0x23 { // DW_OP_plus_uconst
		return 0, false
	}
	n := r.uleb()
	return int64(n), !r.bad && !r.more() && n <= maxTypeSize
}

// access is DW_AT_accessibility (DWARF 5, 7.9).
func access(e dwarf.Entry) types.Access {
	n, _ := e.Uint(dwarf.AttrAccessibility)
	switch n {
	case 1:
		return types.Public
	case 2:
		return types.Protected
	case 3:
		return types.Private
	}
	return types.Default
}

func virtual(e dwarf.Entry) bool {
	n, _ := e.Uint(dwarf.AttrVirtuality)
	return n != 0
}

func (d *debugData) method(c dwarf.Entry) types.Method {
	return types.Method{
		Name: c.Name(), Type: d.typeOf(c), Virtual: virtual(c), Access: access(c), Artificial: isArtificial(c),
		Static: !c.Has(dwarf.AttrObjectPointer), Slot: slot(c), Whole: Demangle(c.LinkageName()),
	}
}

// slot is a virtual function's number in the vtable.
func slot(c dwarf.Entry) int64 {
	v, ok := c.Value(dwarf.AttrVtableElemLoc)
	if !ok {
		return -1
	}
	n, err := evaluate(v.Bytes(), &exprContext{})
	if err != nil || n > maxTypeSize {
		return -1
	}
	return int64(n)
}

func (d *debugData) templateArg(c dwarf.Entry) types.TemplateArg {
	a := types.TemplateArg{Name: c.Name(), Type: d.typeAt(c, dwarf.AttrType)}
	if v, ok := c.Value(dwarf.AttrConstValue); ok && v.IsNumber() {
		a.Value = v.Int()
	} else if c.Tag == dwarf.TagTemplateValueParameter {
		a.Value = c
	}
	return a
}

// variants reads a tagged union (DWARF 5, 5.7.10).
func (d *debugData) variants(part dwarf.Entry) *types.Variants {
	out := &types.Variants{}
	discr, hasDiscr := part.Ref(dwarf.AttrDiscr)
	for c := range part.Children() {
		if hasDiscr && c.Same(discr) {
			m := d.member(c)
			out.Discr = &m
			continue
		}
		if c.Tag != dwarf.TagVariant {
			continue
		}
		v := types.Variant{}
		if n, ok := c.Value(dwarf.AttrDiscrValue); ok {
			v.Ranges = [][2]int64{{int64(n.Uint()), int64(n.Uint())}}
		}
		for m := range c.Children() {
			if m.Tag == dwarf.TagMember {
				v.Member = d.member(m)
			}
		}
		out.Variants = append(out.Variants, v)
	}
	return out
}
