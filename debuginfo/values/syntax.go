package values

import (
	"fmt"

	"github.com/stackfs/stackfs/core"
)

// The limits of an expression.
const (
	maxText  = 8 << 10 // bytes
	maxDepth = 200     // brackets and operators inside one another
)

// A SyntaxError says what is wrong with an expression and where: the offending
// part is Text[Offset:End], in bytes.
type SyntaxError struct {
	Text        string // the whole expression
	Offset, End int
	Reason      string
	Err         error // what it comes from: a name that is not there; nil: it is ErrInvalid
}

func (e *SyntaxError) Error() string {
	if e.Offset >= len(e.Text) {
		return fmt.Sprintf("evaluating %q: at the end: %s", e.Text, e.Reason)
	}
	if e.Err != nil || e.End-e.Offset == len(e.Text) {
		return fmt.Sprintf("evaluating %q: %s", e.Text, e.Reason)
	}
	return fmt.Sprintf("evaluating %q: at %q: %s", e.Text, e.Text[e.Offset:e.End], e.Reason)
}

// Unwrap gives the kind of the failure.
func (e *SyntaxError) Unwrap() error {
	if e.Err != nil {
		return e.Err
	}
	return core.ErrInvalid
}

// NodeKind is what a Node is.
type NodeKind uint8

// The kinds of nodes, with what Text and Args mean.
const (
	NameNode     NodeKind = iota // a variable, function or enumerator: Text, qualified by ::
	RegisterNode                 // $Text: a register or what the Scope knows by that name
	NumberNode                   // Text as written
	CharNode                     // Text as written, with quotes and prefix
	StringNode                   // Text as written, with quotes and prefix
	UnaryNode                    // operator Text: - + ! ~ * &
	BinaryNode                   // operator Text, @ among them
	CondNode                     // a ? b : c
	CastNode                     // (Text) Args[0]
	ObjectNode                   // {Text} Args[0]: what is at an address, as a type
	MemberNode                   // Args[0] . Text (or ->)
	PointedNode                  // Args[0] .* Args[1] (or ->*)
	IndexNode                    // Args[0] [ Args[1] ]
	SizeNode                     // sizeof Args[0], or without Args of the type Text
	AlignNode                    // _Alignof, as SizeNode
	CallNode                     // Text of container_of, per_cpu or list and Args, of which TypeNodes are types and members; of any other function Text is empty and Args[0] it
	TypeNode                     // Text
	ListNode                     // { Args }, an initializer
)

// A Node is one operation of an expression as it is written. It knows no names.
type Node struct {
	Kind        NodeKind
	Text        string
	Args        []*Node
	Offset, End int // where it stands, bytes
}

// An Expr is a parsed expression. It may be used any number of times.
type Expr struct {
	Text string
	Root *Node
	// Where a name in parentheses may be a type or not, which of them were taken for one.
	guesses map[string]bool
}

// Parse makes the tree of an expression. What depends on which names are types,
// `(a) - b`, is decided when it is checked against an Env.
func Parse(text string) (*Expr, error) {
	return parseWith(text, nil)
}

func parseWith(text string, known map[string]bool) (*Expr, error) {
	if len(text) > maxText {
		return nil, &SyntaxError{text[:64], 0, 64, fmt.Sprintf("the expression has %d bytes, more than %d", len(text), maxText), nil}
	}
	tokens, err := scan(text)
	if err != nil {
		return nil, err
	}
	p := &parser{text: text, tokens: tokens, known: known, guesses: map[string]bool{}}
	root, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if p.peek().kind != tokEnd {
		return nil, p.unexpected()
	}
	return &Expr{text, root, p.guesses}, nil
}
