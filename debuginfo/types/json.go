package types

import "fmt"

// A Layout is what [AppendLayout] prints, as facts: the JSON twin of a file of types/.
// Sizes, offsets and alignments are bytes unless their names say bits.
type Layout struct {
	Name        string             `json:"name"`
	Kind        string             `json:"kind"`
	Type        string             `json:"type,omitempty"` // what a typedef stands for, a function's prototype
	Size        *int64             `json:"size"`           // null: not known
	Align       int64              `json:"align,omitempty"`
	Declaration bool               `json:"declaration,omitempty"`
	File        string             `json:"file,omitempty"`
	Line        int                `json:"line,omitempty"`
	Members     []LayoutMember     `json:"members,omitempty"`
	Enumerators []LayoutEnumerator `json:"enumerators,omitempty"`
	Holes       []Hole             `json:"holes,omitempty"`
	Padding     int64              `json:"padding,omitempty"`     // after the last member
	BitPadding  int64              `json:"bit_padding,omitempty"` // in the last bitfield's unit
	Methods     []string           `json:"methods,omitempty"`
}

// A LayoutMember is a member at its offset from the beginning of the outermost type.
type LayoutMember struct {
	Name      string         `json:"name"`
	Type      string         `json:"type"`
	Offset    *int64         `json:"offset"`               // null: not known (a virtual base, a static member)
	BitOffset *int64         `json:"bit_offset,omitempty"` // bitfields: of the lowest bit, from the byte at offset
	BitSize   int64          `json:"bit_size,omitempty"`
	Size      *int64         `json:"size"`
	Base      bool           `json:"base,omitempty"`
	Virtual   bool           `json:"virtual,omitempty"`
	Static    bool           `json:"static,omitempty"`
	Access    string         `json:"access,omitempty"` // where the program says it
	Tag       string         `json:"tag,omitempty"`    // of a variant: when it is what is there
	Members   []LayoutMember `json:"members,omitempty"`
}

// A LayoutEnumerator is a name for a value.
type LayoutEnumerator struct {
	Name  string `json:"name"`
	Value any    `json:"value"` // int64, or uint64 where the type is unsigned
}

// A Hole is room that no member uses, before the member of that name.
type Hole struct {
	Before string `json:"before"`
	Bytes  int64  `json:"bytes,omitempty"`
	Bits   int64  `json:"bits,omitempty"`
}

var kindNames = map[Kind]string{
	Unknown: "unknown", Void: "void", Int: "int", Char: "char", Bool: "bool", Float: "float", Complex: "complex",
	Pointer: "pointer", Reference: "reference", RvalueReference: "rvalue reference", MemberPointer: "member pointer",
	Array: "array", Struct: "struct", Class: "class", Union: "union", Enum: "enum", Typedef: "typedef", Const: "const",
	Volatile: "volatile", Restrict: "restrict", Atomic: "atomic", Func: "function",
}

// String is the kind in words: struct, pointer, member pointer.
func (k Kind) String() string {
	if s, ok := kindNames[k]; ok {
		return s
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// known is a size, nil where it is -1.
func known(size int64) *int64 {
	if size < 0 {
		return nil
	}
	return &size
}

// Describe gives the layout of a type.
func Describe(t *Type) Layout {
	l := Layout{Name: t.String(), Kind: t.Kind.String(), Size: known(t.Size), Align: t.Align, Declaration: t.Declaration, File: t.File, Line: t.Line}
	d := describer{left: maxDescribed}
	switch {
	case t.Kind == Typedef:
		l.Type = Declare(t.Elem(), "")
		if e := t.Elem(); e != nil && e.Name == "" && (e.IsRecord() || e.Kind == Enum) {
			d.body(&l, e)
		}
	case t.Kind == Func:
		l.Type = Prototype(t, t.Name)
	default:
		d.body(&l, t)
	}
	return l
}

// maxDescribed is roughly the most bytes of a layout's members.
const maxDescribed = 4 << 20

// memberCost is what a member takes besides its names, bytes.
const memberCost = 64

// A describer collects the members of one layout.
type describer struct {
	left   int // bytes
	deep   int
	survey surveyor
}

// name is a type's name, as long as there is room for it.
func (d *describer) name(t *Type) string {
	room := min(d.left, maxName)
	n := declarer{left: room}
	s := n.declare(t, "", 0)
	d.left -= memberCost + 8*(room-n.left) + len(s)
	return s
}

// body fills in what records and enums have.
func (d *describer) body(l *Layout, t *Type) {
	for _, e := range t.Details().Enumerators {
		l.Enumerators = append(l.Enumerators, LayoutEnumerator{e.Name, e.value(t)})
	}
	if !t.IsRecord() || t.Declaration {
		return
	}
	sh := d.survey.shape(t)
	l.Padding, l.BitPadding = max(sh.padding, 0), max(sh.bitPadding, 0)
	l.Members = d.members(t, 0, &l.Holes)
	for _, m := range t.Details().Methods {
		if !m.Artificial {
			l.Methods = append(l.Methods, m.declaration(t))
		}
	}
}

// value is an enumerator's value with the sign of its type.
func (e *Enumerator) value(t *Type) any {
	if t.Signed {
		return e.Value
	}
	return uint64(e.Value)
}

// members describes those of a record at an offset, with the holes between them.
func (d *describer) members(t *Type, at int64, holes *[]Hole) (out []LayoutMember) {
	if d.deep++; d.deep > maxNesting {
		d.deep--
		return nil
	}
	defer func() { d.deep-- }()
	sh := d.survey.shape(t)
	for i := range sh.slots {
		if d.left < 0 {
			return out
		}
		s := &sh.slots[i]
		if t.Kind != Union && (s.hole > 0 || s.bitHole > 0) {
			*holes = append(*holes, Hole{d.label(s), max(s.hole, 0), max(s.bitHole, 0)})
		}
		out = append(out, d.member(s, at, holes))
	}
	for _, m := range t.Details().Members {
		if m.Static && d.left >= 0 {
			out = append(out, LayoutMember{Name: m.Name, Type: d.name(m.Type), Static: true, Access: accessWords[m.Access]})
		}
	}
	return append(out, d.variants(t, at, holes)...)
}

// label is a slot's name, or its type where it has none.
func (d *describer) label(s *slot) string {
	if s.Name != "" {
		return s.Name
	}
	return d.name(s.Type)
}

// member describes one, with the members of a record that has no name.
func (d *describer) member(s *slot, at int64, holes *[]Hole) LayoutMember {
	m := LayoutMember{
		Name: s.Name, Type: d.name(s.Type), BitSize: s.BitSize,
		Base: s.Base, Virtual: s.Virtual, Access: accessWords[s.Access],
	}
	if s.Type != nil {
		m.Size = known(s.Type.Size)
	}
	if s.located() {
		m.Offset = new(at + s.offset)
	}
	if s.BitSize > 0 {
		m.BitOffset = new(s.bit)
	}
	if body := inPlaceBody(s.Type); body != nil && isInPlace(s.Type) {
		m.Members = d.members(body, at+s.offset, holes)
	}
	return m
}

// inPlaceBody is the record without name that a member is; nil if it is something else.
func inPlaceBody(t *Type) *Type {
	if t = bodyOf(t); t != nil && t.Name == "" && t.IsRecord() {
		return t
	}
	return nil
}

// variants are what the bytes are by the value of their tag, after the tag itself.
func (d *describer) variants(t *Type, at int64, holes *[]Hole) (out []LayoutMember) {
	v := t.Details().Variants
	if v == nil {
		return nil
	}
	if v.Discr != nil {
		s := place(v.Discr)
		out = append(out, d.member(&s, at, holes))
	}
	for i := range v.Variants {
		if d.left < 0 {
			break
		}
		s := place(&v.Variants[i].Member)
		m := d.member(&s, at, holes)
		m.Tag = v.Variants[i].when()
		out = append(out, m)
	}
	return out
}
