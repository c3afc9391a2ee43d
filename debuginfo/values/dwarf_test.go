package values

import (
	"context"
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
	"github.com/stretchr/testify/require"
)

// sample is the debug info of a test program, read by Go's debug/dwarf: what the
// package tests must not depend on what it tests with.
type sample struct {
	file    *elf.File
	dies    map[dwarf.Offset]*die
	types   map[dwarf.Offset]*types.Type
	globals map[string]Value
	names   []string // of globals, in order
	tags    map[string]*types.Type
	symbols []elf.Symbol
	lang    types.Lang
}

type die struct {
	*dwarf.Entry
	parent   *die
	children []*die
}

func openSample(t testing.TB, path string, lang types.Lang) *sample {
	f, err := elf.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	data, err := f.DWARF()
	require.NoError(t, err)
	s := &sample{file: f, lang: lang, dies: map[dwarf.Offset]*die{}, types: map[dwarf.Offset]*types.Type{}, globals: map[string]Value{}, tags: map[string]*types.Type{}}
	s.symbols, err = f.Symbols()
	require.NoError(t, err)
	var order []*die
	var parent *die
	for r := data.Reader(); ; {
		e, err := r.Next()
		require.NoError(t, err)
		if e == nil {
			break
		}
		if e.Tag == 0 {
			parent = parent.parent
			continue
		}
		d := &die{Entry: e, parent: parent}
		s.dies[e.Offset] = d
		order = append(order, d)
		if parent != nil {
			parent.children = append(parent.children, d)
		}
		if e.Children {
			parent = d
		}
	}
	for _, d := range order {
		s.declare(d)
	}
	return s
}

func (d *die) str(a dwarf.Attr) string { s, _ := d.Val(a).(string); return s }
func (d *die) num(a dwarf.Attr, otherwise int64) int64 {
	switch v := d.Val(a).(type) {
	case int64:
		return v
	case uint64:
		return int64(v)
	}
	return otherwise
}
func (d *die) is(a dwarf.Attr) bool { b, _ := d.Val(a).(bool); return b }

// scope is the prefix of names declared in d.
func (s *sample) scope(d *die) string {
	if d == nil || s.lang != types.CPlus {
		return ""
	}
	switch d.Tag {
	case dwarf.TagNamespace, dwarf.TagStructType, dwarf.TagClassType, dwarf.TagUnionType:
		if name := d.str(dwarf.AttrName); name != "" {
			return s.scope(d.parent) + name + "::"
		}
	}
	return s.scope(d.parent)
}

// declare enters what a DIE names.
func (s *sample) declare(d *die) {
	origin := d
	if o, ok := d.Val(dwarf.AttrSpecification).(dwarf.Offset); ok {
		origin = s.dies[o]
	}
	name := origin.str(dwarf.AttrName)
	if name == "" {
		return
	}
	name = s.scope(origin.parent) + name
	switch d.Tag {
	case dwarf.TagVariable:
		loc, _ := d.Val(dwarf.AttrLocation).([]byte)
		if len(loc) != 9 || loc[0] != 3 || d.parent.Tag == dwarf.TagSubprogram {
			return
		}
		s.global(name, Value{Type: s.typeOf(origin), Place: At(binary.LittleEndian.Uint64(loc[1:]))})
	case dwarf.TagSubprogram:
		if addr, ok := d.Val(dwarf.AttrLowpc).(uint64); ok && origin.parent.Tag == dwarf.TagCompileUnit {
			s.globals[name] = Value{Type: s.at(origin.Offset), Place: At(addr)}
		}
	case dwarf.TagEnumerator:
		t := s.at(d.parent.Offset)
		b, _ := encodeNumber(t, number{i: uint64(d.num(dwarf.AttrConstValue, 0))})
		s.globals[s.enumerator(d)] = Value{Type: t, Data: b}
	case dwarf.TagStructType, dwarf.TagClassType, dwarf.TagUnionType, dwarf.TagEnumerationType, dwarf.TagTypedef, dwarf.TagBaseType:
		t := s.at(d.Offset)
		word := map[types.Kind]string{types.Struct: "struct ", types.Class: "class ", types.Union: "union ", types.Enum: "enum "}[t.Kind]
		if s.tags[word+name] == nil || !t.Declaration {
			s.tags[word+name] = t
		}
	}
}

func (s *sample) global(name string, v Value) {
	if _, ok := s.globals[name]; !ok {
		s.names = append(s.names, name)
	}
	s.globals[name] = v
}

// enumerator is the name that gdb prints: in C++ with its scope.
func (s *sample) enumerator(d *die) string {
	name := d.str(dwarf.AttrName)
	if s.lang == types.CPlus && d.parent.is(dwarf.AttrEnumClass) {
		return s.scope(d.parent.parent) + d.parent.str(dwarf.AttrName) + "::" + name
	}
	return s.scope(d.parent.parent) + name
}

// Type implements types.Source.
func (s *sample) Type(name string) (*types.Type, error) {
	for _, word := range []string{"", "struct ", "class ", "union ", "enum "} {
		if t := s.tags[word+name]; t != nil && (word == "" || s.lang == types.CPlus) {
			return t, nil
		}
	}
	return nil, core.Errorf(core.ErrNotFound, "no type %q", name)
}

// Variable implements Scope.
func (s *sample) Variable(_ context.Context, name string) (Value, error) {
	if v, ok := s.globals[name]; ok {
		return v, nil
	}
	return Value{}, core.Errorf(core.ErrNotFound, "no symbol %q in the current context", name)
}

func (s *sample) typeOf(d *die) *types.Type {
	o, ok := d.Val(dwarf.AttrType).(dwarf.Offset)
	if !ok {
		return nil
	}
	return s.at(o)
}

var kinds = map[dwarf.Tag]types.Kind{
	dwarf.TagPointerType: types.Pointer, dwarf.TagReferenceType: types.Reference, dwarf.TagRvalueReferenceType: types.RvalueReference,
	dwarf.TagPtrToMemberType: types.MemberPointer, dwarf.TagArrayType: types.Array, dwarf.TagStructType: types.Struct,
	dwarf.TagClassType: types.Class, dwarf.TagUnionType: types.Union, dwarf.TagEnumerationType: types.Enum, dwarf.TagTypedef: types.Typedef,
	dwarf.TagConstType: types.Const, dwarf.TagVolatileType: types.Volatile, dwarf.TagRestrictType: types.Restrict, dwarf.Tag(0x47): types.Atomic,
	dwarf.TagSubroutineType: types.Func, dwarf.TagSubprogram: types.Func,
}

func (s *sample) at(o dwarf.Offset) *types.Type {
	if t := s.types[o]; t != nil {
		return t
	}
	d := s.dies[o]
	t := &types.Type{Lang: s.lang, Kind: kinds[d.Tag], Size: d.num(dwarf.AttrByteSize, -1), Declaration: d.is(dwarf.AttrDeclaration)}
	if name := d.str(dwarf.AttrName); name != "" && d.Tag != dwarf.TagSubprogram {
		t.Name = s.scope(d.parent) + name
	}
	switch t.Kind {
	case types.Array:
		return s.array(d, t)
	case types.Reference, types.RvalueReference, types.Pointer:
		t.Size = 8
	case types.MemberPointer:
		t.Size = 8
		if e := s.typeOf(d); e != nil && e.Kind == types.Func {
			t.Size = 16
		}
	case types.Unknown:
		base(d, t)
	}
	if t.Kind == types.Enum {
		s.enum(d, t)
	}
	s.types[o] = types.New(t, func() types.Details { return s.details(d, t) })
	return t
}

// base is a base type by its encoding (DWARF 5, 7.8).
func base(d *die, t *types.Type) {
	encoding := d.num(dwarf.AttrEncoding, 0)
	t.Kind = map[int64]types.Kind{2: types.Bool, 3: types.Complex, 4: types.Float, 5: types.Int, 6: types.Char, 7: types.Int, 8: types.Char, 16: types.Char}[encoding]
	t.Signed = encoding == 5 || encoding == 6
}

// enum finds out the sign and whether the values are flags, as gdb does
// (update_enumeration_type_from_children).
func (s *sample) enum(d *die, t *types.Type) {
	t.Flags = true
	for _, c := range d.children {
		if v := c.num(dwarf.AttrConstValue, 0); v < 0 {
			t.Signed, t.Flags = true, false
		} else if v&(v-1) != 0 {
			t.Flags = false
		}
	}
}

// array makes an array of arrays for every dimension.
func (s *sample) array(d *die, t *types.Type) *types.Type {
	s.types[d.Offset] = t
	elem := s.typeOf(d)
	var counts []int64
	for _, c := range d.children {
		n := c.num(dwarf.AttrCount, c.num(dwarf.AttrUpperBound, -2)+1)
		counts = append(counts, n)
	}
	for i := len(counts) - 1; i > 0; i-- {
		elem = arrayOf(elem, counts[i])
	}
	n := counts[0]
	t.Vector = d.is(dwarf.Attr(0x2107))
	if t.Size = product(sizeOf(elem), n); n < 0 {
		t.Size = -1
	}
	types.New(t, func() types.Details { return types.Details{Elem: elem, Count: n} })
	return t
}

func (s *sample) details(d *die, t *types.Type) types.Details {
	out := types.Details{Elem: s.typeOf(d)}
	if o, ok := d.Val(dwarf.AttrContainingType).(dwarf.Offset); ok {
		out.Class = s.at(o)
	}
	if t.Kind == types.Complex {
		out.Elem = &types.Type{Kind: types.Float, Size: t.Size / 2}
	}
	for _, c := range d.children {
		switch c.Tag {
		case dwarf.TagFormalParameter:
			out.Params = append(out.Params, types.Param{Name: c.str(dwarf.AttrName), Type: s.typeOf(c), Artificial: c.is(dwarf.AttrArtificial)})
		case dwarf.TagUnspecifiedParameters:
			out.Variadic = true
		case dwarf.TagEnumerator:
			out.Enumerators = append(out.Enumerators, types.Enumerator{Name: s.enumerator(c), Value: c.num(dwarf.AttrConstValue, 0)})
		case dwarf.TagMember, dwarf.TagInheritance, dwarf.TagVariable:
			out.Members = append(out.Members, s.member(c))
		}
	}
	return out
}

func (s *sample) member(c *die) types.Member {
	m := types.Member{Name: c.str(dwarf.AttrName), Type: s.typeOf(c), Artificial: c.is(dwarf.AttrArtificial)}
	m.BitOffset = c.num(dwarf.AttrDataMemberLoc, 0)*8 + c.num(dwarf.AttrDataBitOffset, 0)
	m.BitSize = c.num(dwarf.AttrBitSize, 0)
	m.Base = c.Tag == dwarf.TagInheritance
	m.Virtual = m.Base && c.num(dwarf.AttrVirtuality, 0) != 0
	m.Static = c.Tag == dwarf.TagVariable || c.is(dwarf.AttrExternal) && c.is(dwarf.AttrDeclaration)
	m.Location = c
	return m
}

// place is Env.Member: virtual bases by their expression, static members by name.
func (s *sample) place(env *Env) func(context.Context, Value, *types.Member) (Value, error) {
	return func(ctx context.Context, v Value, m *types.Member) (Value, error) {
		d := m.Location.(*die)
		if m.Static {
			name := s.scope(d.parent) + m.Name
			if g, ok := s.globals[name]; ok {
				return g, nil
			}
			if _, ok := d.Val(dwarf.AttrConstValue).(int64); ok {
				b, err := encodeNumber(m.Type, number{i: uint64(d.num(dwarf.AttrConstValue, 0))})
				return Value{Type: m.Type, Data: b}, err
			}
			return Value{}, core.Errorf(core.ErrNoData, "no place")
		}
		addr, _ := v.addr()
		code, _ := d.Val(dwarf.AttrDataMemberLoc).([]byte)
		at, err := run1(ctx, env, code, addr)
		return Value{Type: m.Type, Place: At(at)}, err
	}
}

// run1 is the few operations that virtual bases are found with.
func run1(ctx context.Context, env *Env, code []byte, object uint64) (uint64, error) {
	stack := []uint64{object}
	for i := 0; i < len(code); i++ {
		top := len(stack) - 1
		switch op := code[i]; op {
		case 0x12:
			stack = append(stack, stack[top])
		case 0x06:
			b, err := env.readMemory(ctx, stack[top], 8)
			if err != nil {
				return 0, err
			}
			stack[top] = extended(b, false)
		case 0x08:
			i++
			stack = append(stack, uint64(code[i]))
		case 0x1c, 0x22:
			a, b := stack[top-1], stack[top]
			if op == 0x1c {
				b = -b
			}
			stack = append(stack[:top-1], a+b)
		default:
			stack = append(stack, uint64(op-0x30)) // DW_OP_litN
		}
	}
	return stack[len(stack)-1], nil
}

// symbol names an address from the symbol table as gdb does.
func (s *sample) symbol(demangled func(string) string) func(uint64) string {
	return func(addr uint64) string {
		var best elf.Symbol
		for _, y := range s.symbols {
			kind := elf.ST_TYPE(y.Info)
			text := kind == elf.STT_FUNC || kind == elf.STT_GNU_IFUNC
			if kind != elf.STT_OBJECT && !text || y.Value > addr || addr-y.Value >= y.Size && !(text && addr == y.Value) {
				continue
			}
			if y.Value >= best.Value {
				best = y
			}
		}
		if best.Name == "" {
			return ""
		}
		name := demangled(strings.Split(best.Name, "@")[0])
		if addr == best.Value {
			return name
		}
		return name + "+" + decimal(ulongType, appendUnit(nil, addr-best.Value, 8))
	}
}
