package types

import "fmt"

// A Change is one difference between two builds of a type.
type Change struct {
	Change string `json:"change"`         // size, kind, type, added, removed, moved, retyped, resized, value, align
	Name   string `json:"name,omitempty"` // the member or enumerator; a.b inside records without name
	Old    string `json:"old,omitempty"`
	New    string `json:"new,omitempty"`
}

// String is the change in one line: `moved: flags 8 -> 16`.
func (c Change) String() string {
	switch {
	case c.Old == "":
		return fmt.Sprintf("%s: %s", c.Change, c.New)
	case c.New == "":
		return fmt.Sprintf("%s: %s", c.Change, c.Old)
	case c.Name == "":
		return fmt.Sprintf("%s: %s -> %s", c.Change, c.Old, c.New)
	default:
		return fmt.Sprintf("%s: %s %s -> %s", c.Change, c.Name, c.Old, c.New)
	}
}

// AppendDiff appends the changes of a type, one a line under its name; nothing if there
// are none.
func AppendDiff(b []byte, name string, changes []Change) []byte {
	if len(changes) == 0 {
		return b
	}
	b = append(append(b, name...), '\n')
	for _, c := range changes {
		b = fmt.Appendf(b, "\t%s\n", c)
	}
	return b
}

// Diff says what changed in the layout of a type between two builds: its size; members
// and enumerators that are added, removed, moved or of another type or value. Offsets
// are bytes, of bitfields BYTE:BIT. What the types of members consist of is not
// compared, but of those that have no name.
func Diff(a, b *Type) []Change {
	la, lb := Describe(a), Describe(b)
	var d differ
	d.text("kind", "", la.Kind, lb.Kind)
	d.text("type", "", la.Type, lb.Type)
	d.text("size", "", size(la.Size), size(lb.Size))
	d.text("align", "", alignment(la.Align), alignment(lb.Align))
	if la.Kind != "struct" && la.Kind != "class" && la.Kind != "union" && la.Kind != "enum" && la.Kind != "typedef" {
		d.text("type", "", la.Name, lb.Name)
	}
	d.members(la.Members, lb.Members)
	d.enumerators(la.Enumerators, lb.Enumerators)
	return d.out
}

func size(n *int64) string {
	if n == nil {
		return "?"
	}
	return fmt.Sprint(*n)
}

// alignment is what the program forced, in bytes.
func alignment(n int64) string {
	if n == 0 {
		return "natural"
	}
	return fmt.Sprint(n)
}

// A differ collects changes.
type differ struct{ out []Change }

func (d *differ) text(change, name, before, after string) {
	if before != after {
		d.out = append(d.out, Change{change, name, before, after})
	}
}

// A flat is a member with the names of those around it.
type flat struct {
	*LayoutMember
	path string
}

// flatten lists the members, and in their place those of the records without name.
func flatten(prefix string, members []LayoutMember) (out []flat) {
	for i := range members {
		m := &members[i]
		path := prefix + m.Name
		if m.Base {
			path = prefix + m.Type
		}
		switch {
		case len(m.Members) == 0:
			out = append(out, flat{m, path})
		case m.Name == "":
			out = append(out, flatten(prefix, m.Members)...)
		default:
			out = append(out, flatten(path+".", m.Members)...)
		}
	}
	return out
}

// place is a member's offset in bytes, BYTE:BIT of a bitfield.
func (m *LayoutMember) place() string {
	switch {
	case m.Offset == nil:
		return "?"
	case m.BitOffset != nil:
		bit := *m.Offset*8 + *m.BitOffset
		return fmt.Sprintf("%d:%d", bit/8, bit%8)
	default:
		return fmt.Sprint(*m.Offset)
	}
}

// kind is a member's type with the bits of a bitfield.
func (m *LayoutMember) kind() string {
	if m.BitSize > 0 {
		return fmt.Sprintf("%s:%d", m.Type, m.BitSize)
	}
	return m.Type
}

// members compares by path; members of the same path in their order.
func (d *differ) members(before, after []LayoutMember) {
	old := map[string][]flat{}
	for _, m := range flatten("", before) {
		old[m.path] = append(old[m.path], m)
	}
	var added []flat
	paired := map[*LayoutMember]*LayoutMember{}
	for _, m := range flatten("", after) {
		list := old[m.path]
		if len(list) == 0 {
			added = append(added, m)
			continue
		}
		paired[list[0].LayoutMember] = m.LayoutMember
		old[m.path] = list[1:]
	}
	for _, m := range flatten("", before) {
		n := paired[m.LayoutMember]
		if n == nil {
			d.text("removed", m.path, m.describe(), "")
			continue
		}
		d.text("retyped", m.path, m.kind(), n.kind())
		d.text("moved", m.path, m.place(), n.place())
		if m.kind() == n.kind() {
			d.text("resized", m.path, size(m.Size), size(n.Size))
		}
	}
	for _, m := range added {
		d.text("added", m.path, "", m.describe())
	}
}

// describe is a member in words.
func (m flat) describe() string {
	return fmt.Sprintf("%s %s at %s, %s bytes", m.kind(), m.path, m.place(), size(m.Size))
}

// enumerators compares by name.
func (d *differ) enumerators(before, after []LayoutEnumerator) {
	values := map[string]any{}
	for _, e := range after {
		values[e.Name] = e.Value
	}
	have := map[string]bool{}
	for _, e := range before {
		have[e.Name] = true
		v, ok := values[e.Name]
		if !ok {
			d.text("removed", e.Name, fmt.Sprintf("%s = %v", e.Name, e.Value), "")
			continue
		}
		d.text("value", e.Name, fmt.Sprint(e.Value), fmt.Sprint(v))
	}
	for _, e := range after {
		if !have[e.Name] {
			d.text("added", e.Name, "", fmt.Sprintf("%s = %v", e.Name, e.Value))
		}
	}
}
