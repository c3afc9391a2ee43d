package types

import (
	"errors"
	"strconv"
	"strings"

	"github.com/stackfs/stackfs/core"
)

// maxText is the longest type name that is parsed, bytes: templates make long ones.
const maxText = 1 << 16

// Parse finds the type that a name of C or C++ stands for, as in casts and sizeof: struct page *,
// long unsigned int, char [16], int (*)(void), const struct list_head *,
// std::vector<int>. Base types that the source lacks are those of the usual ABI. What the
// source knows under the whole text (Go, Rust) is found as that.
//
// ErrInvalid if it does not parse, with the byte where; ErrNotFound for a name that the
// source has not.
func Parse(src Source, text string) (*Type, error) {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > maxText {
		return nil, core.Errorf(core.ErrInvalid, "parsing type: a name has 1 to %d bytes, not %d", maxText, len(text))
	}
	if t, err := src.Type(text); err == nil {
		return t, nil
	}
	p := &parser{lexer: lexer{text: text}, src: src, pointer: 8}
	if sized, ok := src.(interface{ PointerSize() int64 }); ok {
		p.pointer = sized.PointerSize()
	}
	if err := p.next(); err != nil {
		return nil, err
	}
	t, err := p.typeName(0)
	if err != nil {
		return nil, err
	}
	if p.tok.text != "" {
		return nil, p.unexpected("the end")
	}
	if t == nil {
		t = &Type{Kind: Void, Name: "void", Size: -1}
	}
	return t, nil
}

// A parser goes over a type's name by recursive descent.
type parser struct {
	lexer
	src     Source
	pointer int64 // bytes
}

// unexpected says that something else should have come.
func (p *parser) unexpected(want string) error {
	if p.tok.text == "" {
		return core.Errorf(core.ErrInvalid, "parsing type %q: it ends where %s should be", p.text, want)
	}
	return core.Errorf(core.ErrInvalid, "parsing type %q: %q at byte %d where %s should be", p.text, p.tok.text, p.tok.at, want)
}

// accept goes on if the token is a text.
func (p *parser) accept(text string) (bool, error) {
	if p.tok.text != text {
		return false, nil
	}
	return true, p.next()
}

// expect goes on, and it is an error if the token is another.
func (p *parser) expect(text string) error {
	ok, err := p.accept(text)
	if err == nil && !ok {
		return p.unexpected(strconv.Quote(text))
	}
	return err
}

// typeName is a type with what is declared with it; nil is void.
func (p *parser) typeName(depth int) (*Type, error) {
	if depth > maxNesting {
		return nil, core.Errorf(core.ErrInvalid, "parsing type %q: more than %d levels of parentheses", p.text, maxNesting)
	}
	t, err := p.specifiers()
	if err != nil {
		return nil, err
	}
	return p.declarator(t, depth)
}

var qualifierWords = map[string]Kind{
	"const": Const, "volatile": Volatile, "restrict": Restrict, "__restrict": Restrict, "__restrict__": Restrict, "_Atomic": Atomic,
}

// specifiers is the part before the stars: qualifiers, a keyword and a name, or the
// words of a base type.
func (p *parser) specifiers() (*Type, error) {
	var quals []Kind
	var base []string
	var named *Type
	found := false
	for p.tok.word {
		word := p.tok
		if q, ok := qualifierWords[word.text]; ok {
			quals = append(quals, q)
		} else if found || len(base) > 0 && !isBaseWord(word.text) {
			break
		} else if isBaseWord(word.text) {
			base = append(base, word.text)
		} else if strings.HasSuffix(word.text, "::") {
			break
		} else {
			var err error
			if named, err = p.named(word); err != nil {
				return nil, err
			}
			found = true
			continue
		}
		if err := p.next(); err != nil {
			return nil, err
		}
	}
	if len(base) > 0 {
		var err error
		if named, err = p.base(strings.Join(base, " ")); err != nil {
			return nil, err
		}
	} else if !found {
		return nil, p.unexpected("the name of a type")
	}
	return qualify(named, quals), nil
}

func qualify(t *Type, quals []Kind) *Type {
	for _, q := range quals {
		t = Qualify(t, q)
	}
	return t
}

// named is the type of a name, or of a keyword with the tag after it; it goes on.
func (p *parser) named(word token) (*Type, error) {
	if err := p.next(); err != nil {
		return nil, err
	}
	name := word.text
	switch name {
	case "void":
		return nil, nil
	case "struct", "union", "enum", "class":
		if !p.tok.word {
			return nil, p.unexpected("the tag of the " + name)
		}
		name += " " + p.tok.text
		if err := p.next(); err != nil {
			return nil, err
		}
	}
	return p.find(name)
}

// find asks the source, in all spellings.
func (p *parser) find(name string) (*Type, error) {
	var first error
	for _, s := range spaced(name) {
		t, err := p.src.Type(strings.TrimPrefix(s, "::"))
		if err == nil {
			return t, nil
		}
		if !errors.Is(err, core.ErrNotFound) {
			return nil, err
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// base is a base type by its words, in any order.
func (p *parser) base(name string) (*Type, error) {
	if _, ok := parseWords(name); !ok {
		return nil, core.Errorf(core.ErrInvalid, "parsing type %q: there is no type %q", p.text, name)
	}
	for _, s := range Spellings(name) {
		if t, err := p.src.Type(s); err == nil {
			return t, nil
		}
	}
	if t := builtin(name, p.pointer); t != nil {
		return t, nil
	}
	return nil, core.Errorf(core.ErrNotFound, "finding type %s: the program has none of that name", name)
}
