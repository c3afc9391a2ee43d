package values

import (
	"context"
	"errors"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// Check gives every node a type in an Env. Names are looked up now; memory is not
// read.
func (e *Expr) Check(ctx context.Context, env *Env) (*Typed, error) {
	c := &checker{ctx: ctx, env: env, text: e.Text}
	e, err := c.settled(e)
	if err != nil {
		return nil, err
	}
	return c.check(e.Root)
}

// Evaluate computes an expression.
func (e *Expr) Evaluate(ctx context.Context, env *Env) (Value, error) {
	t, err := e.Check(ctx, env)
	if err != nil {
		return Value{}, err
	}
	v, err := t.Evaluate(ctx, env)
	if err != nil {
		return Value{}, located(e.Text, t.Node, err)
	}
	return v, nil
}

// Evaluate parses, checks and computes an expression. The value may be one of
// memory that has not been read yet.
func Evaluate(ctx context.Context, env *Env, text string) (Value, error) {
	e, err := Parse(text)
	if err != nil {
		return Value{}, err
	}
	return e.Evaluate(ctx, env)
}

// located says which expression an ErrInvalid belongs to; faults and the like say
// all there is to say.
func located(text string, n *Node, err error) error {
	var s *SyntaxError
	if !errors.Is(err, core.ErrInvalid) || errors.As(err, &s) {
		return err
	}
	return &SyntaxError{text, n.Offset, n.End, err.Error(), nil}
}

type checker struct {
	ctx  context.Context
	env  *Env
	text string
}

// settled parses again where the parser did not see that names are types. What can
// be nothing else stays one: that it is not known is then what is wrong.
func (c *checker) settled(e *Expr) (*Expr, error) {
	known := map[string]bool{}
	for range maxGuesses {
		changed := false
		for text, guess := range e.guesses {
			if _, ok := known[text]; !ok {
				known[text] = guess || c.isType(text)
				changed = changed || known[text] != guess
			}
		}
		if !changed {
			return e, nil
		}
		var err error
		if e, err = parseWith(e.Text, known); err != nil {
			return nil, err
		}
	}
	return nil, &SyntaxError{c.text, 0, len(c.text), "too many names in parentheses", nil}
}

// maxGuesses bounds how often an expression is parsed again: each time names come
// to light that were taken for parts of others before.
const maxGuesses = 16

// isType says whether a text is a type; a variable hides a type of its name.
func (c *checker) isType(text string) bool {
	if namePattern.FindString(text) == text && c.env.Scope != nil {
		if v, err := c.env.Scope.Variable(c.ctx, text); err == nil && v.Type != nil {
			return false
		}
	}
	_, err := c.env.typeNamed(text)
	return err == nil
}

func (c *checker) fail(n *Node, err error) error {
	var s *SyntaxError
	if errors.As(err, &s) {
		return err
	}
	return &SyntaxError{c.text, n.Offset, n.End, err.Error(), err}
}

func (c *checker) failf(n *Node, format string, args ...any) error {
	return c.fail(n, core.Errorf(core.ErrInvalid, format, args...))
}

func (c *checker) check(n *Node) (*Typed, error) {
	if err := core.ContextError(c.ctx, "evaluating an expression"); err != nil {
		return nil, err
	}
	switch n.Kind {
	case NameNode:
		return c.name(n)
	case RegisterNode:
		return c.register(n)
	case NumberNode, CharNode, StringNode:
		t, err := c.literal(n)
		if err != nil {
			return nil, c.fail(n, err)
		}
		return t, nil
	case UnaryNode:
		return c.unary(n)
	case BinaryNode:
		return c.binary(n)
	case CondNode:
		return c.conditional(n)
	case CastNode:
		return c.cast(n)
	case ObjectNode:
		return c.object(n)
	case MemberNode:
		return c.member(n)
	case PointedNode:
		return c.pointed(n)
	case IndexNode:
		return c.index(n)
	case SizeNode, AlignNode:
		return c.size(n)
	case CallNode:
		return c.call(n)
	}
	return nil, c.failf(n, "an initializer stands for a value only where one is assigned or cast")
}

// value checks a node and follows a reference.
func (c *checker) value(n *Node) (*Typed, error) {
	t, err := c.check(n)
	if err != nil {
		return nil, err
	}
	return through(t), nil
}

// through is what a reference refers to; all else is itself.
func through(t *Typed) *Typed {
	for range maxTypeDepth {
		if !isReference(t.Type) {
			break
		}
		t = t.over(OpDeref, t.Type.Strip().Elem(), t)
	}
	return t
}

// scalar is value with arrays and functions turned into pointers (C11, 6.3.2.1).
func (c *checker) scalar(n *Node) (*Typed, error) {
	t, err := c.value(n)
	if err != nil {
		return nil, err
	}
	t = c.decayed(t)
	if isUntyped(t.Type) {
		return nil, c.fail(n, errUntyped)
	}
	return t, nil
}

func (c *checker) decayed(t *Typed) *Typed {
	switch kind(t.Type) {
	case types.Array:
		return t.over(OpAddress, c.env.pointerTo(t.Type.Strip().Elem()), t)
	case types.Func:
		return t.over(OpAddress, c.env.pointerTo(t.Type), t)
	}
	if isCode(t.Type) {
		return t.over(OpAddress, c.env.pointerTo(t.Type), t)
	}
	return t
}

// convert makes t a value of another type.
func convert(t *Typed, to *types.Type) *Typed {
	if t.Type == to {
		return t
	}
	return t.over(OpConvert, to, t)
}

func (c *checker) name(n *Node) (*Typed, error) {
	if c.env.Scope != nil {
		v, err := c.env.Scope.Variable(c.ctx, n.Text)
		if err == nil {
			return &Typed{Op: OpValue, Type: v.Type, Value: v, Node: n}, nil
		}
		if t, ok := c.ofClass(n); ok {
			return t, nil
		}
		if !errors.Is(err, core.ErrNotFound) || !c.isWord(n.Text) {
			return nil, c.fail(n, err)
		}
	}
	if c.isWord(n.Text) {
		return numberNode(n, boolType, number{i: truth(n.Text == "true")})
	}
	return nil, c.fail(n, core.Errorf(core.ErrNotFound, "no symbol %q in the current context", n.Text))
}

// isWord says whether a name is a literal of the language.
func (c *checker) isWord(name string) bool {
	return c.env.Language != C && (name == "true" || name == "false")
}

// ofClass finds CLASS::MEMBER where the member is static, else one of this.
func (c *checker) ofClass(n *Node) (*Typed, bool) {
	if c.env.Language == C {
		return nil, false
	}
	i := strings.LastIndex(n.Text, "::")
	if i < 0 || c.env.Types == nil {
		return c.ofThis(n)
	}
	class, err := c.env.typeNamed(n.Text[:i])
	if err != nil || !isRecord(class) {
		return c.ofThis(n)
	}
	t, err := c.memberOf(constant(n, Value{Type: class}), n.Text[i+2:])
	if err != nil || t.Op != OpMember || !t.Member.Static {
		return c.ofThis(n)
	}
	return t, true
}

// ofThis finds a member of the object whose method the frame is in.
func (c *checker) ofThis(n *Node) (*Typed, bool) {
	if c.env.Language == C || n.Text == "this" {
		return nil, false
	}
	this, err := c.env.Scope.Variable(c.ctx, "this")
	if err != nil || !isPointer(this.Type) {
		return nil, false
	}
	t, err := c.memberOf(constant(n, this), n.Text)
	return t, err == nil
}
