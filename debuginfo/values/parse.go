package values

import "fmt"

// A parser is recursive descent over tokens, with binary operators by precedence.
type parser struct {
	text   string
	tokens []token
	at     int
	depth  int
	// known says of names in parentheses whether they are types; those that are not
	// in it are guessed, and the guesses kept.
	known   map[string]bool
	guesses map[string]bool
}

// precedence of the binary operators; that of @ is gdb's.
var precedence = map[string]int{
	"||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "<": 7, "<=": 7, ">": 7, ">=": 7,
	"<<": 8, ">>": 8, "@": 9, "+": 10, "-": 10, "*": 11, "/": 11, "%": 11,
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) take() token {
	t := p.tokens[p.at]
	if t.kind != tokEnd {
		p.at++
	}
	return t
}

// is says whether the next token is an operator, taken says so and takes it.
func (p *parser) is(op string) bool { t := p.peek(); return t.kind == tokOperator && t.text == op }

func (p *parser) taken(op string) bool {
	if !p.is(op) {
		return false
	}
	p.at++
	return true
}

func (p *parser) fail(t token, format string, args ...any) error {
	return &SyntaxError{p.text, t.offset, t.end, fmt.Sprintf(format, args...), nil}
}

func (p *parser) unexpected() error {
	t := p.peek()
	switch {
	case t.kind == tokEnd:
		return p.fail(t, "the expression ends too early")
	case t.text == "=":
		return p.fail(t, "an expression that is read does not assign; write the value instead")
	}
	return p.fail(t, "unexpected here")
}

func (p *parser) expect(op string) error {
	if p.taken(op) {
		return nil
	}
	t := p.peek()
	return p.fail(t, "want %q here", op)
}

// enter bounds the recursion; leave undoes it.
func (p *parser) enter() error {
	if p.depth++; p.depth > maxDepth {
		return p.fail(p.peek(), "nested more than %d deep", maxDepth)
	}
	return nil
}

func (p *parser) leave() { p.depth-- }

// node makes a node that begins where its first argument or token did.
func (p *parser) node(k NodeKind, text string, offset int, args ...*Node) *Node {
	end := offset
	if p.at > 0 {
		end = p.tokens[p.at-1].end
	}
	return &Node{k, text, args, offset, end}
}

// expression parses operators of at least precedence lowest; 0 takes ?: as well.
func (p *parser) expression(lowest int) (*Node, error) {
	left, err := p.unary()
	for err == nil {
		t := p.peek()
		level := precedence[t.text]
		if t.kind != tokOperator || level == 0 || level < lowest {
			break
		}
		p.at++
		var right *Node
		if right, err = p.expression(level + 1); err == nil {
			left = p.node(BinaryNode, t.text, left.Offset, left, right)
		}
	}
	if err != nil || lowest > 0 || !p.taken("?") {
		return left, err
	}
	return p.conditional(left)
}

func (p *parser) conditional(cond *Node) (*Node, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	yes, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if err := p.expect(":"); err != nil {
		return nil, err
	}
	no, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	return p.node(CondNode, "?", cond.Offset, cond, yes, no), nil
}

func (p *parser) unary() (*Node, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	t := p.peek()
	switch {
	case t.kind == tokName && (t.text == "sizeof" || t.text == "_Alignof" || t.text == "alignof"):
		p.at++
		return p.size(t)
	case p.is("("):
		if name, after, ok := p.typeAhead("("); ok {
			p.at = after
			return p.wrap(CastNode, name, t)
		}
	case p.is("{"):
		if name, after, ok := p.typeAhead("{"); ok {
			p.at = after
			return p.wrap(ObjectNode, name, t)
		}
	case t.kind == tokOperator && (t.text == "&&"):
		return nil, p.fail(t, "want a value before &&")
	case t.kind == tokOperator && (t.text == "-" || t.text == "+" || t.text == "!" || t.text == "~" || t.text == "*" || t.text == "&"):
		p.at++
		return p.wrap(UnaryNode, t.text, t)
	}
	return p.postfix()
}

func (p *parser) wrap(k NodeKind, text string, first token) (*Node, error) {
	arg, err := p.unary()
	if err != nil {
		return nil, err
	}
	return p.node(k, text, first.offset, arg), nil
}

// size parses what comes after sizeof: a type in parentheses or an expression.
func (p *parser) size(word token) (*Node, error) {
	k := SizeNode
	if word.text != "sizeof" {
		k = AlignNode
	}
	if name, after, ok := p.typeOperand(); ok {
		p.at = after
		return p.node(k, name, word.offset), nil
	}
	return p.wrap(k, "", word)
}

func (p *parser) postfix() (*Node, error) {
	left, err := p.primary()
	for err == nil {
		t := p.peek()
		switch {
		case p.taken("["):
			left, err = p.index(left)
		case p.is(".") || p.is("->"):
			p.at++
			left, err = p.member(left)
		case p.is(".*") || p.is("->*"):
			p.at++
			var right *Node
			if right, err = p.unary(); err == nil {
				left = p.node(PointedNode, t.text, left.Offset, left, right)
			}
		case p.is("("):
			p.at++
			left, err = p.arguments(left)
		default:
			return left, nil
		}
	}
	return nil, err
}

func (p *parser) index(left *Node) (*Node, error) {
	right, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if err := p.expect("]"); err != nil {
		return nil, err
	}
	return p.node(IndexNode, "[", left.Offset, left, right), nil
}

// arguments parses a call. It is refused later: what looks like one may be a cast.
func (p *parser) arguments(left *Node) (*Node, error) {
	args := []*Node{left}
	for !p.taken(")") {
		if len(args) > 1 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
		}
		arg, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
	}
	return p.node(CallNode, "", left.Offset, args...), nil
}

func (p *parser) member(left *Node) (*Node, error) {
	t := p.take()
	if t.kind != tokName && t.kind != tokNumber { // tuple structs of Rust: x.0
		return nil, p.fail(t, "want the name of a member here")
	}
	return p.node(MemberNode, t.text, left.Offset, left), nil
}

func (p *parser) primary() (*Node, error) {
	t := p.peek()
	switch t.kind {
	case tokName:
		p.at++
		if kinds, ok := calls[t.text]; ok && p.is("(") {
			return p.call(t, kinds)
		}
		return p.node(NameNode, t.text, t.offset), nil
	case tokNumber, tokChar, tokString, tokRegister:
		p.at++
		k := map[tokenKind]NodeKind{tokNumber: NumberNode, tokChar: CharNode, tokString: StringNode, tokRegister: RegisterNode}[t.kind]
		return p.node(k, t.text, t.offset), nil
	}
	switch {
	case p.taken("("):
		return p.parenthesized()
	case p.taken("{"):
		return p.list(t)
	}
	return nil, p.unexpected()
}

func (p *parser) parenthesized() (*Node, error) {
	inner, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	return inner, p.expect(")")
}

// list parses an initializer, { a, { b, c } }.
func (p *parser) list(open token) (*Node, error) {
	var args []*Node
	for !p.taken("}") {
		arg, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
		if !p.taken(",") && !p.is("}") {
			return nil, p.fail(p.peek(), "want , or } here")
		}
	}
	return p.node(ListNode, "{", open.offset, args...), nil
}
