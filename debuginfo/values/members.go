package values

import (
	"slices"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// maxSearch bounds how many members are looked at to find one by name: debug info
// may say that a record contains itself.
const maxSearch = 100000

// findMember gives the way to a member: through anonymous records, bases and the
// variants of tagged unions. BASE::NAME looks in that base only.
func findMember(t *types.Type, name string) []*types.Member {
	left := maxSearch
	base, last := "", name
	if i := strings.LastIndex(name, "::"); i >= 0 {
		base, last = name[:i], name[i+2:]
	}
	return search(t.Strip(), base, last, maxTypeDepth, &left)
}

func search(t *types.Type, base, name string, depth int, left *int) []*types.Member {
	if t == nil || !t.IsRecord() || depth == 0 {
		return nil
	}
	if base != "" && (t.Name == base || lastName(t.Name) == base) {
		base = ""
	}
	members := candidates(t)
	if *left -= len(members); *left < 0 {
		return nil
	}
	for _, m := range members {
		if base == "" && m.Name == name && !m.Base {
			return []*types.Member{m}
		}
	}
	for _, m := range members {
		if m.Base || m.Name == "" {
			if way := search(m.Type.Strip(), base, name, depth-1, left); way != nil {
				return append([]*types.Member{m}, way...)
			}
		}
	}
	return nil
}

// candidates are the members of a record, those of its variants among them.
func candidates(t *types.Type) []*types.Member {
	d := t.Details()
	out := make([]*types.Member, 0, len(d.Members))
	for i := range d.Members {
		out = append(out, &d.Members[i])
	}
	if d.Variants != nil {
		for i := range d.Variants.Variants {
			out = append(out, &d.Variants.Variants[i].Member)
		}
	}
	return out
}

// member is a.b and a->b; both follow pointers.
func (c *checker) member(n *Node) (*Typed, error) {
	if t, ok := c.goPackage(n); ok {
		return t, nil
	}
	t, err := c.value(n.Args[0])
	if err != nil {
		return nil, err
	}
	out, err := c.memberOf(t, n.Text)
	if err != nil {
		name := &Node{Offset: max(n.Offset, n.End-len(n.Text)), End: n.End}
		return nil, c.fail(name, err)
	}
	out.Node = n
	return out, nil
}

// goPackage finds Go's package.name, which looks like a member.
func (c *checker) goPackage(n *Node) (*Typed, bool) {
	left := n.Args[0]
	if c.env.Language != Go || left.Kind != NameNode || c.env.Scope == nil {
		return nil, false
	}
	if _, err := c.env.Scope.Variable(c.ctx, left.Text); err == nil {
		return nil, false
	}
	v, err := c.env.Scope.Variable(c.ctx, left.Text+"."+n.Text)
	return constant(n, v), err == nil
}

// memberOf is a member of a record, or of what a pointer to one points at. Its
// errors do not say where.
func (c *checker) memberOf(t *Typed, name string) (*Typed, error) {
	t = through(t)
	for range maxTypeDepth {
		if !isPointer(t.Type) && kind(t.Type) != types.Array {
			break
		}
		if kind(t.Type) == types.Array && !isRecord(t.Type.Strip().Elem()) {
			break
		}
		t = c.decayed(t)
		var err error
		if t, err = c.deref(t.Node, t); err != nil {
			return nil, err
		}
		t = through(t)
	}
	record := c.complete(t.Type)
	if !isRecord(record) {
		return nil, core.Errorf(core.ErrInvalid, "a value of type %s has no members", c.typeName(t))
	}
	way := findMember(record, name)
	if way == nil {
		return nil, core.Errorf(core.ErrInvalid, "%s has no member %s%s", types.Declare(record, ""), name, c.hint(record, name))
	}
	for _, m := range way {
		next := t.over(OpMember, m.Type, t)
		next.Member = m
		t = next
	}
	return t, nil
}

// hint names the members there are, the most alike first.
func (c *checker) hint(t *types.Type, name string) string {
	var names []string
	for _, m := range candidates(t.Strip()) {
		if m.Name != "" && len(names) < 200 {
			names = append(names, m.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.SortStableFunc(names, func(a, b string) int { return distance(a, name) - distance(b, name) })
	return "; it has " + strings.Join(names[:min(3, len(names))], ", ")
}

// distance is how many letters two words differ in (Levenshtein), for short words.
func distance(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			next := diagonal
			if a[i] != b[j] {
				next = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}

func (c *checker) index(n *Node) (*Typed, error) {
	a, err := c.value(n.Args[0])
	if err != nil {
		return nil, err
	}
	b, err := c.scalar(n.Args[1])
	if err != nil {
		return nil, err
	}
	if t, ok := c.goElement(a); ok {
		a = t
	}
	if isInteger(a.Type) && !isInteger(b.Type) {
		a, b = b, a // 1[array] is C too
	}
	if !isInteger(b.Type) {
		return nil, c.failf(n.Args[1], "an index must be an integer, not of type %s", c.typeName(b))
	}
	b = convert(b, longType)
	switch {
	case kind(a.Type) == types.Array:
		elem := c.complete(a.Type.Strip().Elem())
		if sizeOf(elem) < 0 {
			return nil, c.failf(n, "the size of %s is not known", types.Declare(elem, ""))
		}
		return &Typed{Op: OpElement, Type: elem, Args: []*Typed{a, b}, Scale: sizeOf(elem), Node: n}, nil
	case isPointer(a.Type):
		size := c.step(a.Type)
		if size < 0 {
			return nil, c.failf(n, "the size of what %s points at is not known", c.typeName(a))
		}
		return c.deref(n, &Typed{Op: OpOffset, Type: a.Type, Args: []*Typed{a, b}, Scale: size, Node: n})
	}
	return nil, c.failf(n, "a value of type %s has no elements", c.typeName(a))
}

// goElement is the array of a Go slice or the bytes of a Go string.
func (c *checker) goElement(t *Typed) (*Typed, bool) {
	for _, name := range []string{"array", "str"} {
		if c.env.Language == Go && isRecord(t.Type) && findMember(t.Type, name) != nil && findMember(t.Type, "len") != nil {
			out, err := c.memberOf(t, name)
			return out, err == nil
		}
	}
	return nil, false
}

// pointed is a.*b and a->*b.
func (c *checker) pointed(n *Node) (*Typed, error) {
	a, err := c.value(n.Args[0])
	if err != nil {
		return nil, err
	}
	if isPointer(a.Type) {
		if a, err = c.deref(n, a); err != nil {
			return nil, err
		}
	}
	b, err := c.value(n.Args[1])
	if err != nil {
		return nil, err
	}
	if kind(b.Type) != types.MemberPointer || kind(b.Type.Strip().Elem()) == types.Func {
		return nil, c.failf(n.Args[1], "a value of type %s is not a pointer to a data member", c.typeName(b))
	}
	if class := b.Type.Strip().Details().Class; class != nil && isRecord(a.Type) {
		at, _ := baseOffset(c.complete(a.Type).Strip(), class.Strip(), maxTypeDepth)
		return &Typed{Op: OpPointed, Type: b.Type.Strip().Elem(), Args: []*Typed{a, b}, Scale: at, Node: n}, nil
	}
	return nil, c.failf(n.Args[0], "a value of type %s has no members", c.typeName(a))
}
