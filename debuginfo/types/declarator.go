package types

import (
	"strconv"
	"strings"

	"github.com/stackfs/stackfs/core"
)

// declarator is the part behind the specifiers, which says what is made of their type:
// stars, then parentheses with more of them, then arrays and parameters, which bind
// closer than what is in the parentheses.
func (p *parser) declarator(t *Type, depth int) (*Type, error) {
	t, err := p.stars(t)
	if err != nil {
		return nil, err
	}
	if depth > maxNesting {
		return nil, core.Errorf(core.ErrInvalid, "parsing type %q: more than %d levels of parentheses", p.text, maxNesting)
	}
	if p.tok.text != "(" || !p.nested() {
		if depth > 0 && p.tok.word { // a parameter's name
			if err := p.next(); err != nil {
				return nil, err
			}
		}
		return p.suffixes(t, depth)
	}
	inner := p.lexer
	if err := p.skip(); err != nil {
		return nil, err
	}
	if t, err = p.suffixes(t, depth); err != nil {
		return nil, err
	}
	after := p.lexer
	p.lexer = inner
	if err := p.next(); err != nil {
		return nil, err
	}
	if t, err = p.declarator(t, depth+1); err != nil {
		return nil, err
	}
	if p.tok.text != ")" {
		return nil, p.unexpected(`")"`)
	}
	p.lexer = after
	return t, nil
}

// nested says whether a parenthesis has a declarator in it and not parameters.
func (p *parser) nested() bool {
	rest := strings.TrimLeft(p.text[p.at:], " \t")
	if rest == "" {
		return false
	}
	if strings.IndexByte("*&([", rest[0]) >= 0 {
		return !strings.HasPrefix(rest, anonymous)
	}
	peek := p.lexer
	return peek.next() == nil && strings.HasSuffix(peek.tok.text, "::")
}

// skip goes behind the parenthesis that closes the one at hand.
func (p *parser) skip() error {
	for level := 0; ; {
		switch p.tok.text {
		case "":
			return p.unexpected(`")"`)
		case "(":
			level++
		case ")":
			level--
		}
		if err := p.next(); err != nil || level == 0 {
			return err
		}
	}
}

// stars are pointers, references and pointers to members, with their qualifiers.
func (p *parser) stars(t *Type) (*Type, error) {
	for {
		q, isQualifier := qualifierWords[p.tok.text]
		switch {
		case p.tok.text == "*":
			t = PointerTo(t, p.pointer)
		case p.tok.text == "&":
			t = p.reference(t, Reference)
		case p.tok.text == "&&":
			t = p.reference(t, RvalueReference)
		case isQualifier:
			t = Qualify(t, q)
		case p.tok.word && strings.HasSuffix(p.tok.text, "::"):
			var err error
			if t, err = p.memberPointer(t); err != nil {
				return nil, err
			}
			continue
		default:
			return t, nil
		}
		if err := p.next(); err != nil {
			return nil, err
		}
	}
}

func (p *parser) reference(t *Type, kind Kind) *Type {
	r := PointerTo(t, p.pointer)
	r.Kind = kind
	return r
}

// memberPointer is T C::*; that to a function has an adjustment of this besides (C++ ABI 2.3).
func (p *parser) memberPointer(t *Type) (*Type, error) {
	class, err := p.find(strings.TrimSuffix(p.tok.text, "::"))
	if err != nil {
		return nil, err
	}
	if err := p.next(); err != nil {
		return nil, err
	}
	size := p.pointer
	if t != nil && t.Kind == Func {
		size *= 2
	}
	return &Type{Kind: MemberPointer, Size: size, Lang: CPlus, details: Details{Elem: t, Class: class}}, p.expect("*")
}

// suffixes are [n] and parameters, the last one innermost.
func (p *parser) suffixes(t *Type, depth int) (*Type, error) {
	var counts []int64
	for p.tok.text == "[" {
		n, err := p.count()
		if err != nil {
			return nil, err
		}
		counts = append(counts, n)
	}
	if len(counts) == 0 && p.tok.text == "(" {
		return p.function(t, depth)
	}
	for i := len(counts) - 1; i >= 0; i-- {
		if t == nil {
			return nil, core.Errorf(core.ErrInvalid, "parsing type %q: there are no arrays of void", p.text)
		}
		t = ArrayOf(t, counts[i])
	}
	return t, nil
}

// count is what is between the brackets; -1 for nothing.
func (p *parser) count() (int64, error) {
	if err := p.next(); err != nil {
		return 0, err
	}
	n := int64(-1)
	if p.tok.word {
		var err error
		if n, err = strconv.ParseInt(p.tok.text, 0, 64); err != nil || n < 0 {
			return 0, p.unexpected("a number of elements")
		}
		if err := p.next(); err != nil {
			return 0, err
		}
	}
	return n, p.expect("]")
}

// function is what returns t and takes the parameters at hand.
func (p *parser) function(t *Type, depth int) (*Type, error) {
	if err := p.next(); err != nil {
		return nil, err
	}
	f := Function(t, nil, false)
	if done, err := p.accept(")"); done || err != nil {
		f.details.Variadic = f.Lang == C
		return f, err
	}
	for {
		if dots, err := p.accept("..."); err != nil {
			return nil, err
		} else if dots {
			f.details.Variadic = true
			return f, p.expect(")")
		}
		param, err := p.typeName(depth + 1)
		if err != nil {
			return nil, err
		}
		if param == nil { // (void), and nothing else
			return f, p.expect(")")
		}
		f.details.Params = append(f.details.Params, Param{Type: param})
		if done, err := p.accept(")"); done || err != nil {
			return f, err
		}
		if err := p.expect(","); err != nil {
			return nil, err
		}
	}
}
