package types

import (
	"debug/dwarf"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/tests/need"
)

// compile builds an object file with debug info.
func compile(t testing.TB, name, text string, flags ...string) string {
	t.Helper()
	compiler := map[string]string{".c": "gcc", ".cc": "g++"}[filepath.Ext(name)]
	need.Command(t, compiler, "apt-get install gcc g++ libc6-dev")
	source := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(source, []byte(text), 0o600))
	object := source + ".o"
	out, err := exec.Command(compiler, append([]string{"-g", "-w", "-c", "-o", object, source}, flags...)...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return object
}

// A node is a debugging information entry with what is inside it.
type node struct {
	*dwarf.Entry
	scope    string // with :: at its end
	children []*node
}

// A program is the types of an ELF file by the standard library's reader, which is not
// the one that stackfs uses.
type program struct {
	nodes map[dwarf.Offset]*node
	order []*node
	made  map[dwarf.Offset]*Type
	lang  Lang
}

func readProgram(t testing.TB, path string) *program {
	t.Helper()
	f, err := elf.Open(path)
	require.NoError(t, err)
	defer f.Close()
	d, err := f.DWARF()
	require.NoError(t, err)
	p := &program{nodes: map[dwarf.Offset]*node{}, made: map[dwarf.Offset]*Type{}}
	r := d.Reader()
	for {
		e, err := r.Next()
		require.NoError(t, err)
		if e == nil {
			return p
		}
		if lang, _ := e.Val(dwarf.AttrLanguage).(int64); lang == 0x1a || lang == 0x21 || lang == 4 {
			p.lang = CPlus
		}
		p.read(r, e, "")
	}
}

// read takes an entry and all below it.
func (p *program) read(r *dwarf.Reader, e *dwarf.Entry, scope string) *node {
	n := &node{Entry: e, scope: scope}
	p.nodes[e.Offset] = n
	p.order = append(p.order, n)
	if !e.Children {
		return n
	}
	inner := scope
	if name := n.str(dwarf.AttrName); name != "" && slices.Contains([]dwarf.Tag{dwarf.TagNamespace, dwarf.TagStructType, dwarf.TagClassType, dwarf.TagUnionType}, e.Tag) {
		inner = scope + name + "::"
	} else if e.Tag == dwarf.TagNamespace {
		inner = scope + anonymous + "::"
	}
	for {
		c, err := r.Next()
		if err != nil || c == nil || c.Tag == 0 {
			return n
		}
		n.children = append(n.children, p.read(r, c, inner))
	}
}

func (n *node) str(a dwarf.Attr) string { s, _ := n.Val(a).(string); return s }

func (n *node) num(a dwarf.Attr, unknown int64) int64 {
	if v, ok := n.Val(a).(int64); ok {
		return v
	}
	return unknown
}

// ref is the type that an attribute refers to; nil is void.
func (p *program) ref(n *node, a dwarf.Attr) *Type {
	off, ok := n.Val(a).(dwarf.Offset)
	if !ok {
		return nil
	}
	return p.at(off)
}

var tagKinds = map[dwarf.Tag]Kind{
	dwarf.TagPointerType: Pointer, dwarf.TagReferenceType: Reference, dwarf.TagRvalueReferenceType: RvalueReference,
	dwarf.TagPtrToMemberType: MemberPointer, dwarf.TagArrayType: Array, dwarf.TagStructType: Struct, dwarf.TagClassType: Class,
	dwarf.TagUnionType: Union, dwarf.TagEnumerationType: Enum, dwarf.TagTypedef: Typedef, dwarf.TagConstType: Const,
	dwarf.TagVolatileType: Volatile, dwarf.TagRestrictType: Restrict, dwarf.Tag(0x47): Atomic, dwarf.TagSubroutineType: Func,
	dwarf.TagSubprogram: Func, dwarf.TagBaseType: Int,
}

func (p *program) at(off dwarf.Offset) *Type {
	if t := p.made[off]; t != nil {
		return t
	}
	n := p.nodes[off]
	t := &Type{Kind: tagKinds[n.Tag], Name: n.str(dwarf.AttrName), Size: n.num(dwarf.AttrByteSize, -1), Lang: p.lang}
	p.made[off] = t
	if _, ok := n.Val(dwarf.AttrDeclaration).(bool); ok {
		t.Declaration = true
	}
	if t.Name != "" && t.Kind != Int && t.Kind != Func {
		t.Name = n.scope + t.Name
	}
	t.Align = n.num(dwarf.Attr(0x88), 0)
	t.Vector = n.Val(dwarf.Attr(0x2107)) != nil
	switch t.Kind {
	case Int:
		p.base(t, n)
	case Typedef, Const, Volatile, Restrict, Atomic:
		if elem := p.ref(n, dwarf.AttrType); elem != nil {
			t.Size = elem.Size
		}
	case Pointer, Reference, RvalueReference:
		t.Size = 8
	case MemberPointer:
		t.Size = 8
		if elem := p.ref(n, dwarf.AttrType); elem != nil && elem.Kind == Func {
			t.Size = 16
		}
	case Enum:
		t.Signed = true
	case Array:
		return p.array(t, n)
	}
	return New(t, func() Details { return p.details(n) })
}

func (p *program) base(t *Type, n *node) {
	switch n.num(dwarf.AttrEncoding, 0) {
	case 2:
		t.Kind = Bool
	case 3:
		t.Kind = Complex
	case 4:
		t.Kind = Float
	case 6, 8, 16:
		t.Kind = Char
	}
}

// array makes nested arrays of one entry with many dimensions.
func (p *program) array(t *Type, n *node) *Type {
	elem := p.ref(n, dwarf.AttrType)
	var counts []int64
	for _, c := range n.children {
		count := c.num(dwarf.AttrCount, -1)
		if count < 0 {
			count = c.num(dwarf.AttrUpperBound, -2) + 1
		}
		counts = append(counts, count)
	}
	for i := len(counts) - 1; i > 0; i-- {
		elem = ArrayOf(elem, counts[i])
	}
	t.Size = ArraySize(elem, counts[0])
	return New(t, func() Details { return Details{Elem: elem, Count: counts[0]} })
}

func (p *program) details(n *node) Details {
	d := Details{Elem: p.ref(n, dwarf.AttrType), Class: p.ref(n, dwarf.AttrContainingType)}
	for _, c := range n.children {
		switch c.Tag {
		case dwarf.TagMember, dwarf.TagInheritance, dwarf.TagVariable:
			d.Members = append(d.Members, p.member(c))
		case dwarf.TagEnumerator:
			d.Enumerators = append(d.Enumerators, Enumerator{c.str(dwarf.AttrName), c.num(dwarf.AttrConstValue, 0)})
		case dwarf.TagFormalParameter:
			artificial, _ := c.Val(dwarf.AttrArtificial).(bool)
			d.Params = append(d.Params, Param{c.str(dwarf.AttrName), p.ref(c, dwarf.AttrType), artificial})
		case dwarf.TagUnspecifiedParameters:
			d.Variadic = true
		case dwarf.TagSubprogram:
			d.Methods = append(d.Methods, p.method(c))
		}
	}
	return d
}

func (p *program) member(c *node) Member {
	m := Member{
		Name: c.str(dwarf.AttrName), Type: p.ref(c, dwarf.AttrType), BitSize: c.num(dwarf.AttrBitSize, 0),
		BitOffset: c.num(dwarf.AttrDataBitOffset, 8*c.num(dwarf.AttrDataMemberLoc, 0)), Access: Access(c.num(dwarf.AttrAccessibility, 0)),
		Base: c.Tag == dwarf.TagInheritance, Virtual: c.num(dwarf.AttrVirtuality, 0) == 1, Align: c.num(dwarf.Attr(0x88), 0),
	}
	_, external := c.Val(dwarf.AttrExternal).(bool)
	m.Static = external || c.Tag == dwarf.TagVariable
	m.Artificial, _ = c.Val(dwarf.AttrArtificial).(bool)
	return m
}

func (p *program) method(c *node) Method {
	m := Method{Name: c.str(dwarf.AttrName), Type: p.at(c.Offset), Virtual: c.num(dwarf.AttrVirtuality, 0) > 0, Access: Access(c.num(dwarf.AttrAccessibility, 0))}
	m.Artificial, _ = c.Val(dwarf.AttrArtificial).(bool)
	params := m.Type.Details().Params
	m.Static = len(params) == 0 || !params[0].Artificial
	return m
}

// Type is types.Source.
func (p *program) Type(name string) (*Type, error) {
	tag := func(t *Type) string { return join(keywords[t.Kind], t.Name) }
	bare := func(t *Type) string { return t.Name }
	for i, pass := range []func(t *Type) string{tag, bare, tag, bare} {
		for _, n := range p.order {
			if _, ok := tagKinds[n.Tag]; !ok || n.Tag == dwarf.TagSubprogram || n.str(dwarf.AttrName) == "" {
				continue
			}
			if t := p.at(n.Offset); pass(t) == name && t.Declaration == (i >= 2) {
				return t, nil
			}
		}
	}
	return nil, core.Errorf(core.ErrNotFound, "finding type %s: there is none", name)
}

// globals are the variables and functions at the top of the units or of namespaces.
func (p *program) globals() map[string]*Type {
	out := map[string]*Type{}
	for _, n := range p.order {
		if n.Tag != dwarf.TagCompileUnit && n.Tag != dwarf.TagNamespace {
			continue
		}
		for _, c := range n.children {
			name := c.str(dwarf.AttrName)
			_, declared := c.Val(dwarf.AttrDeclaration).(bool)
			switch {
			case name == "" || declared:
			case c.Tag == dwarf.TagVariable:
				out[c.scope+name] = p.ref(c, dwarf.AttrType)
			case c.Tag == dwarf.TagSubprogram:
				out[c.scope+name] = p.at(c.Offset)
			}
		}
	}
	return out
}
