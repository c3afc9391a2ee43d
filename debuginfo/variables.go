package debuginfo

import (
	"context"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/dwarf"
	"github.com/stackfs/stackfs/debuginfo/types"
	"github.com/stackfs/stackfs/debuginfo/values"
)

// A Variable is a parameter or local variable of a Call. What is wrong with its
// value is the Value's Err.
type Variable struct {
	Name  string
	Value values.Value
	Line  int // where it is declared, 0 if not known

	entry dwarf.Entry
}

// HasInfo says whether debug info tells of the call's variables.
func (c *Call) HasInfo() bool { return len(c.scopes) > 0 }

// Args gives the parameters of a call in their order. m is the target's memory, a
// stack captured with the frames perhaps over it.
func (c *Call) Args(ctx context.Context, m core.Memory) []Variable {
	if len(c.scopes) == 0 {
		return nil
	}
	return c.variables(ctx, m, c.scopes[0], dwarf.TagFormalParameter)
}

// Locals gives the local variables of a call, those of the innermost block first.
func (c *Call) Locals(ctx context.Context, m core.Memory) []Variable {
	var out []Variable
	for i := len(c.scopes) - 1; i >= 0; i-- {
		if i == 0 || !isGroup(c.scopes[i]) {
			out = append(out, c.variables(ctx, m, c.scopes[i], dwarf.TagVariable)...)
		}
	}
	return out
}

func (c *Call) variables(ctx context.Context, m core.Memory, scope dwarf.Entry, tag dwarf.Tag) []Variable {
	var out []Variable
	for _, e := range instances(scope, tag) {
		if v, ok := c.variable(ctx, m, e); ok {
			out = append(out, v)
		}
	}
	return out
}

// instances are the variables of a block, with those of the one that it is an
// instance of that the instance leaves out, and those of the blocks in it that no code
// is left of.
func instances(scope dwarf.Entry, tag dwarf.Tag) []dwarf.Entry {
	c := collector{tag: tag}
	c.collect(scope, 0)
	return c.out
}

// collector finds the variables of a block.
type collector struct {
	tag dwarf.Tag
	out []dwarf.Entry
}

func (c *collector) collect(scope dwarf.Entry, depth int) {
	if depth > maxTypeDepth || len(c.out) > maxVariables {
		return
	}
	seen := map[uint64]bool{}
	for e := range scope.Children() {
		c.child(e, depth)
		if o, ok := e.Ref(dwarf.AttrAbstractOrigin); ok {
			seen[o.Offset] = true
		}
	}
	abstract, ok := scope.Ref(dwarf.AttrAbstractOrigin)
	if !ok {
		return
	}
	for e := range abstract.Children() {
		if !seen[e.Offset] {
			c.child(e, depth)
		}
	}
}

func (c *collector) child(e dwarf.Entry, depth int) {
	switch {
	case e.Tag == c.tag:
		c.out = append(c.out, e)
	case c.tag == dwarf.TagVariable && isGroup(e):
		c.collect(e, depth+1)
	}
}

// maxVariables bounds what is listed of one block.
const maxVariables = 100_000

// isGroup says whether an entry is a block without code of its own, whose variables
// count as those of the block around it (gdb: read_lexical_block_scope).
func isGroup(e dwarf.Entry) bool {
	return e.Tag == dwarf.TagLexicalBlock && !e.Has(dwarf.AttrLowPC) && !e.Has(dwarf.AttrRanges)
}

// variable makes the Variable of an entry; ok is false for what is no variable here:
// without a name, or declared to be elsewhere.
func (c *Call) variable(ctx context.Context, m core.Memory, e dwarf.Entry) (Variable, bool) {
	v := Variable{Name: e.Name(), entry: e}
	if v.Name == "" || e.Flag(dwarf.AttrDeclaration) {
		return v, false
	}
	if o, ok := e.Origin(dwarf.AttrDeclLine); ok {
		n, _ := o.Uint(dwarf.AttrDeclLine)
		v.Line = int(n)
	}
	l := c.locator(ctx, m)
	v.Value = l.value(e)
	return v, true
}

// value is what an entry of a variable says its value is.
func (l *locator) value(e dwarf.Entry) values.Value {
	v := values.Value{Type: l.concrete(l.info.typeAt(e, dwarf.AttrType))}
	if o, ok := e.Origin(dwarf.AttrConstValue); ok && !e.Has(dwarf.AttrLocation) {
		v.Data, v.Err = constant(o, v.Type)
		return v
	}
	v.Place, v.Err = l.place(e, dwarf.AttrLocation)
	return v
}

// constant is DW_AT_const_value as the bytes of a type.
func constant(e dwarf.Entry, t *types.Type) ([]byte, error) {
	v, _ := e.Value(dwarf.AttrConstValue)
	size := int64(8)
	if t != nil && t.Size >= 0 {
		size = t.Size
	}
	switch {
	case v.IsBlock() || v.Form == dwarf.FormData16:
		if int64(len(v.Bytes())) >= size {
			return v.Bytes()[:size], nil
		}
	case v.IsNumber() && size <= 8:
		var b [8]byte
		putLE64(b[:], uint64(v.Int()))
		return b[:size], nil
	case v.IsNumber() && size <= 16:
		var b [16]byte
		putLE64(b[:], uint64(v.Int()))
		if v.Int() < 0 {
			putLE64(b[8:], ^uint64(0))
		}
		return b[:size], nil
	case v.String() != "":
		return append([]byte(v.String()), 0), nil
	}
	return nil, core.Errorf(core.ErrNoData, "its constant is of another size than its type")
}
