package values

import "strings"

// calls are the functions that expressions have, with what their arguments are: an
// expression, a type, a member.
var calls = map[string]string{"container_of": "etm", "per_cpu": "ee", "list": "etm"}

func (p *parser) call(name token, kinds string) (*Node, error) {
	p.at++
	var args []*Node
	for i, k := range kinds {
		if i > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
		}
		arg, err := p.argument(k)
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	return p.node(CallNode, name.text, name.offset, args...), nil
}

// argument parses an expression, or takes the text up to the next comma or bracket.
func (p *parser) argument(k rune) (*Node, error) {
	if k == 'e' {
		return p.expression(0)
	}
	first := p.peek()
	depth := 0
	for {
		t := p.peek()
		if t.kind == tokEnd || depth == 0 && (p.is(",") || p.is(")")) {
			break
		}
		depth += strings.Count("(<[", t.text) - strings.Count(")>]", t.text)
		p.at++
	}
	n := p.node(TypeNode, "", first.offset)
	n.Text = strings.TrimSpace(p.text[n.Offset:max(n.End, n.Offset)])
	if n.Text == "" {
		return nil, p.fail(first, "want the name of a type or member here")
	}
	return n, nil
}

// closing finds the bracket that closes the one at token i.
func (p *parser) closing(i int) (int, bool) {
	depth := 0
	for ; i < len(p.tokens); i++ {
		switch t := p.tokens[i]; {
		case t.kind != tokOperator:
		case t.text == "(" || t.text == "{" || t.text == "[":
			depth++
		case t.text == ")" || t.text == "}" || t.text == "]":
			if depth--; depth == 0 {
				return i, true
			}
		}
	}
	return 0, false
}

// typeAhead says whether the brackets that open here hold a type and an operand
// comes after them: a cast. after is the token after the closing bracket.
func (p *parser) typeAhead(open string) (name string, after int, ok bool) {
	name, after, ok = p.bracketed()
	if !ok || !p.beginsOperand(after) {
		return "", 0, false
	}
	return name, after, p.isType(name, after)
}

// typeOperand is typeAhead for sizeof, which no operand follows.
func (p *parser) typeOperand() (name string, after int, ok bool) {
	if !p.is("(") {
		return "", 0, false
	}
	name, after, ok = p.bracketed()
	return name, after, ok && p.isType(name, len(p.tokens)-1)
}

// bracketed is the text in the brackets that open here, if a type could look so.
func (p *parser) bracketed() (name string, after int, ok bool) {
	end, ok := p.closing(p.at)
	if !ok || end == p.at+1 || p.tokens[p.at+1].kind != tokName {
		return "", 0, false
	}
	for _, t := range p.tokens[p.at+1 : end] {
		if !partOfType(t) {
			return "", 0, false
		}
	}
	return strings.TrimSpace(p.text[p.tokens[p.at].end:p.tokens[end].offset]), end + 1, true
}

func partOfType(t token) bool {
	switch t.kind {
	case tokName, tokNumber:
		return true
	case tokOperator:
		switch t.text {
		case "*", "&", "&&", "(", ")", "[", "]", "<", ">", ">>", ",", "::":
			return true
		}
	}
	return false
}

// beginsOperand says whether an operand of a cast may begin at token i.
func (p *parser) beginsOperand(i int) bool {
	t := p.tokens[i]
	if t.kind != tokOperator {
		return t.kind != tokEnd
	}
	return strings.Contains("-+!~*&({", t.text)
}

// isType decides whether text is a type: what is known of it, else what it looks
// like. What may be both is decided by what follows: `(a) b` must be a cast.
func (p *parser) isType(text string, after int) bool {
	if is, ok := p.known[text]; ok {
		p.guesses[text] = is
		return is
	}
	t := p.tokens[after]
	guess := looksLikeType(text) || t.kind != tokOperator && t.kind != tokEnd || t.kind == tokOperator && (t.text == "!" || t.text == "~" || t.text == "{")
	p.guesses[text] = guess
	return guess
}

// typeWords are the words that only types begin with.
var typeWords = map[string]bool{
	"void": true, "char": true, "short": true, "int": true, "long": true, "float": true, "double": true, "signed": true, "unsigned": true,
	"struct": true, "union": true, "enum": true, "class": true, "const": true, "volatile": true, "_Bool": true, "bool": true, "_Complex": true,
	"__int128": true, "wchar_t": true, "char16_t": true, "char32_t": true,
}

func looksLikeType(text string) bool {
	word := namePattern.FindString(text)
	return typeWords[word] || strings.HasSuffix(text, "*") || strings.HasSuffix(text, ">")
}
