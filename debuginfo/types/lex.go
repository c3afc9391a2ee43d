package types

import (
	"strings"

	"github.com/stackfs/stackfs/core"
)

// A token is a word, number or sign of a type's name; empty at the end.
type token struct {
	text string
	at   int // byte of the name where it begins
	word bool
}

// A lexer cuts a type's name into tokens.
type lexer struct {
	text string
	at   int
	tok  token // the one to be looked at
}

func isWordByte(c byte) bool {
	return c == '_' || c == '$' || c == '.' || c == '~' || c >= 0x80 ||
		'0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// next goes on to the next token.
func (x *lexer) next() error {
	for x.at < len(x.text) && (x.text[x.at] == ' ' || x.text[x.at] == '\t') {
		x.at++
	}
	start := x.at
	rest := x.text[start:]
	switch {
	case rest == "":
		x.tok = token{at: start}
		return nil
	case strings.HasPrefix(rest, "..."):
		x.at += 3
	case strings.HasPrefix(rest, "&&"):
		x.at += 2
	case isWordByte(rest[0]) || strings.HasPrefix(rest, "::") || strings.HasPrefix(rest, anonymous):
		if err := x.name(); err != nil {
			return err
		}
		x.tok = token{x.text[start:x.at], start, true}
		return nil
	case strings.IndexByte("*&()[],", rest[0]) >= 0:
		x.at++
	default:
		return core.Errorf(core.ErrInvalid, "parsing type %q: unexpected %q at byte %d", x.text, rest[0], start)
	}
	x.tok = token{text: x.text[start:x.at], at: start}
	return nil
}

// anonymous is how C++ names a namespace without name.
const anonymous = "(anonymous namespace)"

// name goes over a name with its scopes and template arguments.
func (x *lexer) name() error {
	for x.at < len(x.text) {
		rest := x.text[x.at:]
		switch {
		case strings.HasPrefix(rest, "::"):
			x.at += 2
			if strings.HasPrefix(strings.TrimLeft(x.text[x.at:], " "), "*") {
				return nil // of a pointer to member
			}
		case strings.HasPrefix(rest, anonymous):
			x.at += len(anonymous)
		case rest[0] == '<':
			if err := x.arguments(); err != nil {
				return err
			}
		case isWordByte(rest[0]):
			x.at++
		default:
			return nil
		}
	}
	return nil
}

// arguments goes over <...>, where < and > in parentheses do not count.
func (x *lexer) arguments() error {
	start, angles, round := x.at, 0, 0
	for ; x.at < len(x.text); x.at++ {
		switch c := x.text[x.at]; {
		case c == '(' || c == '[' || c == '{':
			round++
		case c == ')' || c == ']' || c == '}':
			round--
		case round > 0:
		case c == '<':
			angles++
		case c == '>' && x.text[x.at-1] != '-':
			if angles--; angles == 0 {
				x.at++
				return nil
			}
		}
	}
	return core.Errorf(core.ErrInvalid, "parsing type %q: < at byte %d is not closed", x.text, start)
}

// spaced are the ways that compilers put spaces into a name with template arguments:
// as it is, gcc's box<int, std::less<int> >, and clang's box<int, std::less<int>>.
func spaced(name string) []string {
	if !strings.Contains(name, "<") {
		return []string{name}
	}
	tight := name
	for _, sign := range []string{",", "<", ">", "*", "&", "(", ")"} {
		tight = strings.ReplaceAll(tight, " "+sign, sign)
	}
	tight = strings.ReplaceAll(strings.ReplaceAll(tight, ", ", ","), "< ", "<")
	tight = strings.ReplaceAll(tight, ",", ", ")
	gcc := tight
	for strings.Contains(gcc, ">>") {
		gcc = strings.ReplaceAll(gcc, ">>", "> >")
	}
	return []string{name, gcc, tight}
}
