package values

import (
	"github.com/stackfs/stackfs/debuginfo/types"
)

func (c *checker) typeOf(n *Node, text string) (*types.Type, error) {
	t, err := c.env.typeNamed(text)
	if err != nil {
		return nil, c.fail(n, err)
	}
	return t, nil
}

func (c *checker) cast(n *Node) (*Typed, error) {
	to, err := c.typeOf(n, n.Text)
	if err != nil {
		return nil, err
	}
	if n.Args[0].Kind == ListNode {
		return c.initializer(n.Args[0], to)
	}
	t, err := c.value(n.Args[0])
	if err != nil {
		return nil, err
	}
	return c.castTo(n, t, to)
}

func (c *checker) castTo(n *Node, t *Typed, to *types.Type) (*Typed, error) {
	if k := kind(to); k == types.Void {
		return &Typed{Op: OpConvert, Type: to, Args: []*Typed{t}, Node: n}, nil
	} else if isReference(to) {
		t, err := c.view(n, t, to.Strip().Elem())
		if err != nil {
			return nil, err
		}
		return &Typed{Op: OpAddress, Type: to, Args: []*Typed{t}, Node: n}, nil
	} else if k == types.Array || isRecord(to) {
		return c.view(n, t, to)
	}
	if t = c.decayed(t); isUntyped(t.Type) {
		return c.view(n, t, to)
	}
	if isPointer(to) && isPointer(t.Type) {
		if shifted, ok := c.related(n, t, to); ok {
			return shifted, nil
		}
	}
	if !isScalar(to) || !isScalar(t.Type) || isPointer(to) && isFloat(t.Type) || isFloat(to) && isPointer(t.Type) {
		return nil, c.failf(n, "a value of type %s cannot be cast to %s", c.typeName(t), types.Declare(to, ""))
	}
	return &Typed{Op: OpConvert, Type: to, Args: []*Typed{t}, Node: n}, nil
}

// view takes the bytes of a value for something of the same size.
func (c *checker) view(n *Node, t *Typed, to *types.Type) (*Typed, error) {
	to = c.complete(to)
	if size := sizeOf(to); size < 0 || size > sizeOf(t.Type) && !isUntyped(t.Type) {
		return nil, c.failf(n, "a value of type %s cannot be taken for a %s: %d bytes are not %d", c.typeName(t), types.Declare(to, ""), sizeOf(t.Type), size)
	}
	return &Typed{Op: OpView, Type: to, Args: []*Typed{t}, Node: n}, nil
}

// related casts between pointers to a class and its base, which lie some bytes apart.
func (c *checker) related(n *Node, t *Typed, to *types.Type) (*Typed, bool) {
	from, dest := c.complete(t.Type.Strip().Elem()), c.complete(to.Strip().Elem())
	if !isRecord(from) || !isRecord(dest) {
		return nil, false
	}
	offset, ok := baseOffset(from.Strip(), dest.Strip(), maxTypeDepth)
	if !ok {
		offset, ok = baseOffset(dest.Strip(), from.Strip(), maxTypeDepth)
		offset = -offset
	}
	if !ok || offset == 0 {
		return nil, false
	}
	one, err := numberNode(n, longType, number{i: 1})
	return &Typed{Op: OpOffset, Type: to, Args: []*Typed{t, one}, Scale: offset, Node: n}, err == nil
}

// baseOffset is where base lies in class, in bytes; virtual bases are left out.
func baseOffset(class, base *types.Type, depth int) (int64, bool) {
	if class == base || class.Name != "" && class.Name == base.Name && class.Size == base.Size {
		return 0, true
	}
	if depth == 0 {
		return 0, false
	}
	for _, m := range class.Details().Members {
		if !m.Base || m.Virtual || !isRecord(m.Type) {
			continue
		}
		if at, ok := baseOffset(m.Type.Strip(), base, depth-1); ok {
			return at + m.BitOffset/8, true
		}
	}
	return 0, false
}

// object is gdb's {TYPE} ADDRESS.
func (c *checker) object(n *Node) (*Typed, error) {
	to, err := c.typeOf(n, n.Text)
	if err != nil {
		return nil, err
	}
	t, err := c.scalar(n.Args[0])
	if err != nil {
		return nil, err
	}
	if !isPointer(t.Type) && !isInteger(t.Type) {
		return nil, c.failf(n, "a value of type %s is not an address", c.typeName(t))
	}
	return c.deref(n, convert(t, c.env.pointerTo(to)))
}

func (c *checker) size(n *Node) (*Typed, error) {
	t, err := c.sized(n)
	if err != nil {
		return nil, err
	}
	if t = c.complete(t); isUntyped(t) {
		return nil, c.fail(n, errUntyped)
	}
	size := sizeOf(t)
	if k := kind(t); size < 0 && (k == types.Void || k == types.Func) {
		size = 1
	}
	if n.Kind == AlignNode {
		size = alignOf(t, maxTypeDepth)
	}
	if size < 0 {
		return nil, c.failf(n, "the size of %s is not known", types.Declare(t, ""))
	}
	return numberNode(n, ulongType, number{i: uint64(size)})
}

func (c *checker) sized(n *Node) (*types.Type, error) {
	if len(n.Args) == 0 {
		return c.typeOf(n, n.Text)
	}
	t, err := c.value(n.Args[0])
	if err != nil {
		return nil, err
	}
	return t.Type, nil
}

// alignOf is what debug info says, else the psABI's (figure 3.1).
func alignOf(t *types.Type, depth int) int64 {
	if t = t.Strip(); t == nil || depth == 0 {
		return 1
	}
	switch {
	case t.Align > 0:
		return t.Align
	case t.Kind == types.Array:
		return alignOf(t.Elem(), depth-1)
	case !t.IsRecord():
		return max(t.Size, 1)
	}
	align := int64(1)
	for _, m := range t.Details().Members {
		if !m.Static {
			align = max(align, alignOf(m.Type, depth-1))
		}
	}
	return align
}

// complete finds the definition of a record that is only declared here.
func (c *checker) complete(t *types.Type) *types.Type {
	s := t.Strip()
	if s == nil || !s.Declaration || s.Name == "" || c.env.Types == nil {
		return t
	}
	word := map[types.Kind]string{types.Struct: "struct ", types.Class: "class ", types.Union: "union ", types.Enum: "enum "}[s.Kind]
	if whole, err := c.env.Types.Type(word + s.Name); word != "" && err == nil && whole != nil && !whole.Declaration {
		return whole
	}
	return t
}

// repeat is gdb's x@N: N things like x from where x is.
func (c *checker) repeat(n *Node) (*Typed, error) {
	a, err := c.value(n.Args[0])
	if err != nil {
		return nil, err
	}
	b, err := c.scalar(n.Args[1])
	if err != nil {
		return nil, err
	}
	if !isInteger(b.Type) {
		return nil, c.failf(n.Args[1], "the count after @ must be an integer, not of type %s", c.typeName(b))
	}
	if sizeOf(a.Type) < 0 {
		return nil, c.failf(n.Args[0], "the size of %s is not known", c.typeName(a))
	}
	count := int64(-1)
	if b.Op == OpValue && len(b.Value.Place) == 0 {
		v, err := decodeNumber(b.Value, b.Value.Data)
		if err == nil {
			count = int64(v.i)
		}
		if count <= 0 || product(sizeOf(a.Type), count) < 0 {
			return nil, c.failf(n.Args[1], "%d is not a count of elements", count)
		}
	}
	return &Typed{Op: OpRepeat, Type: arrayOf(a.Type, count), Args: []*Typed{a, convert(b, longType)}, Node: n}, nil
}

// sameText is == and != between a string literal and the text in the target.
func (c *checker) sameText(n *Node) (*Typed, bool, error) {
	if (n.Args[0].Kind == StringNode) == (n.Args[1].Kind == StringNode) {
		return nil, false, nil
	}
	a, err := c.value(n.Args[0])
	if err != nil {
		return nil, false, err
	}
	b, err := c.value(n.Args[1])
	if err != nil {
		return nil, false, err
	}
	for _, t := range []*Typed{a, b} {
		if !isText(t.Type) {
			return nil, false, c.failf(n, "a value of type %s cannot be compared with text", c.typeName(t))
		}
	}
	return &Typed{Op: OpText, Operator: n.Text, Type: c.truthType(), Args: []*Typed{a, b}, Node: n}, true, nil
}

// isText says whether a value is an array of characters or points at some.
func isText(t *types.Type) bool {
	if k := kind(t); k != types.Array && k != types.Pointer {
		return isGoString(t)
	}
	_, ok := textual(t.Strip().Elem())
	return ok
}

// initializer checks { ... } for a type.
func (c *checker) initializer(n *Node, to *types.Type) (*Typed, error) {
	places, err := c.slots(n, to)
	if err != nil {
		return nil, err
	}
	out := &Typed{Op: OpInit, Type: to, Node: n}
	for i, arg := range n.Args {
		t, err := c.assigned(arg, places[i].Type)
		if err != nil {
			return nil, err
		}
		out.Args = append(out.Args, t)
	}
	return out, nil
}

// slots are the members or elements that an initializer's values are for.
func (c *checker) slots(n *Node, to *types.Type) ([]Value, error) {
	places := slotsOf(Value{Type: to, Data: make([]byte, min(max(sizeOf(to), 0), maxValue))}, len(n.Args))
	if len(places) < len(n.Args) {
		return nil, c.failf(n, "%d values are too many for %s", len(n.Args), types.Declare(to, ""))
	}
	return places, nil
}

// slotsOf gives the first n members or elements of v that an initializer sets.
func slotsOf(v Value, n int) []Value {
	var out []Value
	t := v.Type.Strip()
	switch {
	case t == nil:
	case t.Kind == types.Array:
		elem := t.Elem()
		for i := int64(0); i < min(int64(n), count(t)); i++ {
			out = append(out, v.part(i*8*max(sizeOf(elem), 0), 0, elem))
		}
	case t.IsRecord():
		for _, m := range t.Details().Members {
			if m.Static || m.Artificial || m.BitSize > 0 && m.Name == "" {
				continue
			}
			if len(out) == n || t.Kind == types.Union && len(out) == 1 {
				break
			}
			out = append(out, v.part(m.BitOffset, m.BitSize, m.Type))
		}
	}
	return out
}

// assigned checks the right side of an assignment to something of type to.
func (c *checker) assigned(n *Node, to *types.Type) (*Typed, error) {
	to = c.complete(to)
	if n.Kind == ListNode {
		return c.initializer(n, to)
	}
	scope := c.env.Scope
	if kind(to) == types.Enum {
		// The enumerators of the type go before what else has their names.
		env := *c.env
		env.Scope = enumScope{to, scope}
		c = &checker{c.ctx, &env, c.text}
	}
	t, err := c.value(n)
	if err != nil {
		return nil, err
	}
	switch {
	case t.Type == to || sameType(t.Type, to):
		return t, nil
	case kind(to) == types.Array && n.Kind == StringNode:
		return t, c.fitsText(n, t, to)
	case n.Kind == StringNode:
		return nil, c.failf(n, "text goes into an array of characters only; for a pointer there is no memory to put it in")
	case isScalar(to):
		return c.castTo(n, t, to)
	}
	return nil, c.failf(n, "a value of type %s cannot be assigned to one of type %s", c.typeName(t), types.Declare(to, ""))
}

func (c *checker) fitsText(n *Node, t *Typed, to *types.Type) error {
	elem := sizeOf(to.Strip().Elem())
	if _, ok := textual(to.Strip().Elem()); !ok || elem != sizeOf(t.Type.Strip().Elem()) {
		return c.failf(n, "text of type %s cannot be assigned to one of type %s", c.typeName(t), types.Declare(to, ""))
	}
	if have, room := sizeOf(t.Type)/elem-1, sizeOf(to)/elem; have > room {
		return c.failf(n, "the text has %d characters, more than the %d of the array", have, room)
	}
	return nil
}

// sameType says whether two types are one, though made by different units.
func sameType(a, b *types.Type) bool {
	a, b = a.Strip(), b.Strip()
	if a == b || a == nil || b == nil {
		return a == b
	}
	if a.Kind == types.Array && b.Kind == types.Array {
		return sizeOf(a) == sizeOf(b) && sameType(a.Elem(), b.Elem())
	}
	return a.Kind == b.Kind && a.Name == b.Name && a.Name != "" && a.Size == b.Size
}
