package values

import (
	"github.com/stackfs/stackfs/debuginfo/types"
)

func (c *checker) unary(n *Node) (*Typed, error) {
	switch n.Text {
	case "&":
		return c.address(n)
	case "*":
		t, err := c.scalar(n.Args[0])
		if err != nil {
			return nil, err
		}
		return c.deref(n, t)
	}
	t, err := c.scalar(n.Args[0])
	if err != nil {
		return nil, err
	}
	switch {
	case n.Text == "!" && isScalar(t.Type):
		return &Typed{Op: OpNot, Type: c.truthType(), Args: []*Typed{t}, Node: n}, nil
	case n.Text == "!" || !isArithmetic(t.Type) || n.Text == "~" && isFloat(t.Type):
		return nil, c.failf(n, "operator %s does not go with a value of type %s", n.Text, c.typeName(t))
	}
	t = convert(t, c.promotedValue(t))
	if n.Text == "+" {
		return t, nil
	}
	return &Typed{Op: OpUnary, Operator: n.Text, Type: t.Type, Args: []*Typed{t}, Node: n}, nil
}

// truthType is what comparisons give.
func (c *checker) truthType() *types.Type {
	if c.env.Language == C {
		return intType
	}
	return boolType
}

func (c *checker) typeName(t *Typed) string { return types.Declare(t.Type, "") }

// promotedValue is the promoted type of a value: a narrow bit field is an int.
func (c *checker) promotedValue(t *Typed) *types.Type {
	if m := t.Member; t.Op == OpMember && m.BitSize > 0 && m.BitSize < 32 && isInteger(t.Type) {
		return intType
	}
	return c.env.promoted(t.Type)
}

// usual is the common type of two values.
func (c *checker) usual(a, b *Typed) *types.Type {
	x, y := a.Type, b.Type
	if !isFloat(x) && !isFloat(y) {
		x, y = c.promotedValue(a), c.promotedValue(b)
	}
	return c.env.usual(x, y)
}

func (c *checker) deref(n *Node, t *Typed) (*Typed, error) {
	switch {
	case isPointer(t.Type):
		elem := t.Type.Strip().Elem()
		if kind(elem) == types.Void {
			return nil, c.failf(n, "a pointer to void points at nothing of known type; cast it first")
		}
		return &Typed{Op: OpDeref, Type: c.complete(elem), Args: []*Typed{t}, Node: n}, nil
	case isInteger(t.Type):
		// gdb takes a plain number for the address of a long.
		p := convert(t, c.env.pointerTo(longType))
		return &Typed{Op: OpDeref, Type: longType, Args: []*Typed{p}, Node: n}, nil
	}
	return nil, c.failf(n, "a value of type %s does not point at anything", c.typeName(t))
}

func (c *checker) address(n *Node) (*Typed, error) {
	t, err := c.value(n.Args[0])
	if err != nil {
		return nil, err
	}
	if t.Op == OpMember && t.Member.BitSize > 0 {
		return nil, c.failf(n, "a bit field has no address")
	}
	return &Typed{Op: OpAddress, Type: c.env.pointerTo(t.Type), Args: []*Typed{t}, Node: n}, nil
}

func (c *checker) binary(n *Node) (*Typed, error) {
	switch n.Text {
	case "@":
		return c.repeat(n)
	case "==", "!=":
		if t, ok, err := c.sameText(n); ok || err != nil {
			return t, err
		}
	}
	a, err := c.scalar(n.Args[0])
	if err != nil {
		return nil, err
	}
	b, err := c.scalar(n.Args[1])
	if err != nil {
		return nil, err
	}
	if !isScalar(a.Type) || !isScalar(b.Type) {
		return nil, c.failf(n, "operator %s does not go with values of types %s and %s", n.Text, c.typeName(a), c.typeName(b))
	}
	switch n.Text {
	case "&&":
		return &Typed{Op: OpAnd, Type: c.truthType(), Args: []*Typed{a, b}, Node: n}, nil
	case "||":
		return &Typed{Op: OpOr, Type: c.truthType(), Args: []*Typed{a, b}, Node: n}, nil
	case "==", "!=", "<", "<=", ">", ">=":
		return c.comparison(n, a, b)
	case "+", "-":
		if isPointer(a.Type) || isPointer(b.Type) {
			return c.pointerSum(n, a, b)
		}
	}
	return c.arithmetic(n, a, b)
}

func (c *checker) arithmetic(n *Node, a, b *Typed) (*Typed, error) {
	if isPointer(a.Type) || isPointer(b.Type) {
		// As gdb does: an address is a number too.
		a, b = c.asInteger(a), c.asInteger(b)
	}
	out := &Typed{Op: OpBinary, Operator: n.Text, Node: n}
	if n.Text == "<<" || n.Text == ">>" {
		out.Type = c.promotedValue(a)
		out.Args = []*Typed{convert(a, out.Type), convert(b, c.promotedValue(b))}
	} else {
		out.Type = c.usual(a, b)
		out.Args = []*Typed{convert(a, out.Type), convert(b, out.Type)}
	}
	floats := isFloat(a.Type) || isFloat(b.Type)
	if floats && n.Text != "+" && n.Text != "-" && n.Text != "*" && n.Text != "/" {
		return nil, c.failf(n, "operator %s wants integers, not floating point numbers", n.Text)
	}
	return out, nil
}

func (c *checker) asInteger(t *Typed) *Typed {
	if isPointer(t.Type) {
		return convert(t, longType)
	}
	return t
}

func (c *checker) comparison(n *Node, a, b *Typed) (*Typed, error) {
	common := ulongType
	if !isPointer(a.Type) && !isPointer(b.Type) {
		common = c.usual(a, b)
	} else if isFloat(a.Type) || isFloat(b.Type) {
		return nil, c.failf(n, "a pointer cannot be compared with a floating point number")
	}
	return &Typed{Op: OpCompare, Operator: n.Text, Type: c.truthType(), Args: []*Typed{convert(a, common), convert(b, common)}, Node: n}, nil
}

// pointerSum is pointer arithmetic (C11, 6.5.6): scaled by the size of what is
// pointed at; that of void and functions is taken for 1, as gcc does.
func (c *checker) pointerSum(n *Node, a, b *Typed) (*Typed, error) {
	switch {
	case isPointer(a.Type) && isPointer(b.Type) && n.Text == "-":
		size := c.step(a.Type)
		if other := c.step(b.Type); size != other || size <= 0 {
			return nil, c.failf(n, "pointers to things of %d and %d bytes have no distance", size, other)
		}
		return &Typed{Op: OpDistance, Type: longType, Args: []*Typed{a, b}, Scale: size, Node: n}, nil
	case isInteger(a.Type) && n.Text == "+":
		a, b = b, a
	}
	if !isPointer(a.Type) || !isInteger(b.Type) {
		return nil, c.failf(n, "operator %s does not go with values of types %s and %s", n.Text, c.typeName(a), c.typeName(b))
	}
	size := c.step(a.Type)
	if size < 0 {
		return nil, c.failf(n, "the size of what %s points at is not known", c.typeName(a))
	}
	if n.Text == "-" {
		size = -size
	}
	return &Typed{Op: OpOffset, Type: a.Type, Args: []*Typed{a, convert(b, longType)}, Scale: size, Node: n}, nil
}

// step is how far apart the elements are that a pointer points at.
func (c *checker) step(pointer *types.Type) int64 {
	elem := c.complete(pointer.Strip().Elem())
	if k := kind(elem); k == types.Void || k == types.Func {
		return 1
	}
	return sizeOf(elem)
}

func (c *checker) conditional(n *Node) (*Typed, error) {
	cond, err := c.scalar(n.Args[0])
	if err != nil {
		return nil, err
	}
	if !isScalar(cond.Type) {
		return nil, c.failf(n.Args[0], "a value of type %s is neither true nor false", c.typeName(cond))
	}
	a, err := c.value(n.Args[1])
	if err != nil {
		return nil, err
	}
	b, err := c.value(n.Args[2])
	if err != nil {
		return nil, err
	}
	common := a.Type
	switch {
	case isArithmetic(a.Type) && isArithmetic(b.Type) && a.Type.Strip() != b.Type.Strip():
		common = c.usual(a, b)
	case a.Type.Strip() == b.Type.Strip():
	default:
		a, b = c.decayed(a), c.decayed(b)
		common = a.Type
		if isInteger(a.Type) {
			common = b.Type
		}
		if !isScalar(a.Type) || !isScalar(b.Type) {
			return nil, c.failf(n, "the two sides of : have types %s and %s", c.typeName(a), c.typeName(b))
		}
	}
	return &Typed{Op: OpCond, Type: common, Args: []*Typed{cond, convert(a, common), convert(b, common)}, Node: n}, nil
}
