package values

import (
	"regexp"
	"strings"
)

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokName
	tokRegister
	tokNumber
	tokChar
	tokString
	tokOperator
)

// A token is text[offset:end]; text is what it means where that differs (a name
// without its quotes).
type token struct {
	kind        tokenKind
	text        string
	offset, end int
}

// The forms of tokens. A name before :: may be a file's or object's: it may have
// dots, minus signs and ++ if it ends in a suffix that such names have, so that a
// subtraction from such a name wants a space before the minus.
var (
	spacePattern    = regexp.MustCompile(`^[ \t\r\n\f\v]+`)
	suffixPattern   = regexp.MustCompile(`\.(?:so(?:\.[0-9]+)*|c|cc|cpp|cxx|C|h|hh|hpp|s|S|go|rs|ko|m|y|l|inc|exe|debug|[0-9]+)$`)
	bangPattern     = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*!`)
	namePattern     = regexp.MustCompile(`^~?[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*`)
	registerPattern = regexp.MustCompile(`^\$[A-Za-z0-9_]+`)
	numberPattern   = regexp.MustCompile(`^(?:0[xX][0-9a-fA-F]*(?:\.[0-9a-fA-F]*)?(?:[pP][-+]?[0-9]+)?[A-Za-z_0-9]*|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?[A-Za-z_0-9]*)`)
	stringPattern   = regexp.MustCompile(`^(?:L|u8?|U)?"(?:[^"\\]|\\(?s:.))*"`)
	charPattern     = regexp.MustCompile(`^(?:L|u8?|U)?'(?:[^'\\]|\\[0-7]{1,3}|\\x[0-9a-fA-F]+|\\(?s:.))'`)
	quotedPattern   = regexp.MustCompile(`^'[^']+'`)
)

var operators = []string{"->*", "->", ".*", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "::"}

// scan cuts an expression into tokens, the last of which is tokEnd.
func scan(text string) ([]token, error) {
	var out []token
	for at := 0; at < len(text); {
		if s := spacePattern.FindString(text[at:]); s != "" {
			at += len(s)
			continue
		}
		t, ok := next(text, at)
		if !ok {
			return nil, &SyntaxError{text, at, at + 1, "no operator, name or number begins like this", nil}
		}
		out = append(out, t)
		at = t.end
	}
	return append(out, token{tokEnd, "", len(text), len(text)}), nil
}

func next(text string, at int) (token, bool) {
	rest := text[at:]
	made := func(k tokenKind, s string) (token, bool) { return token{k, s, at, at + len(s)}, s != "" }
	if s := charPattern.FindString(rest); s != "" && !qualifies(rest[len(s):]) {
		return made(tokChar, s)
	}
	if s := stringPattern.FindString(rest); s != "" {
		return made(tokString, s)
	}
	if name, n := qualifiedName(rest); n > 0 {
		return token{tokName, name, at, at + n}, true
	}
	if s := registerPattern.FindString(rest); s != "" {
		return token{tokRegister, s[1:], at, at + len(s)}, true
	}
	if s := numberPattern.FindString(rest); s != "" {
		return made(tokNumber, s)
	}
	for _, op := range operators {
		if strings.HasPrefix(rest, op) {
			return made(tokOperator, op)
		}
	}
	if strings.ContainsRune("+-*/%&|^~!<>=?:.,()[]{}@", rune(rest[0])) {
		return made(tokOperator, rest[:1])
	}
	return token{}, false
}

// qualifies says whether what stands before s is the first part of a name.
func qualifies(s string) bool {
	return strings.HasPrefix(s, "::") || strings.HasPrefix(s, "!") && !strings.HasPrefix(s, "!=")
}

// qualifiedName reads a name with all its qualifiers; ! comes out as ::. It gives
// the name and the length of its text, 0: there is none.
func qualifiedName(s string) (name string, n int) {
	if strings.HasPrefix(s, "::") {
		name, n = "::", 2
	}
	for {
		part, length, more := namePart(s[n:])
		if length == 0 {
			return afterQualifier(name, n)
		}
		name += part
		n += length
		if !more {
			return strings.TrimPrefix(name, "::"), n
		}
		name += "::"
	}
}

// afterQualifier is a name that ends in ::, which is none.
func afterQualifier(name string, n int) (string, int) {
	if n == 2 && name == "::" {
		return "", 0
	}
	return name, n
}

// objectName reads the name of a file or object and the :: or ! after it.
func objectName(s string) (name string, n int) {
	for n < min(len(s), maxObjectName) && (isWordByte(s[n]) || strings.IndexByte("+-.", s[n]) >= 0) {
		n++
	}
	name = s[:n]
	if n == 0 || s[0] >= '0' && s[0] <= '9' || !qualifies(s[n:]) || !suffixPattern.MatchString(name) || strings.Contains(strings.ReplaceAll(name, "++", ""), "+") {
		return "", 0
	}
	if s[n] == '!' {
		return name, n + 1
	}
	return name, n + 2
}

func isWordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z'
}

// maxObjectName is how long the name of a file or object is, with :: (NAME_MAX).
const maxObjectName = 257

// namePart reads one part of a qualified name and the :: or ! after it.
func namePart(s string) (part string, n int, more bool) {
	if part, n := objectName(s); n > 0 {
		return part, n, true
	}
	if q := bangPattern.FindString(s[:min(len(s), maxObjectName)]); q != "" && startsName(s[len(q):]) {
		return strings.TrimSuffix(q, "!"), len(q), true
	}
	part = namePattern.FindString(s)
	n = len(part)
	if strings.HasPrefix(part, "~") {
		return "", 0, false
	}
	if q := quotedPattern.FindString(s); n == 0 && q != "" {
		part, n = q[1:len(q)-1], len(q)
	}
	if n == 0 {
		return "", 0, false
	}
	if args := templateArgs(s[n:]); args > 0 {
		part, n = s[:n+args], n+args
	}
	switch {
	case strings.HasPrefix(s[n:], "::") && startsName(s[n+2:]):
		return part, n + 2, true
	case strings.HasPrefix(s[n:], "!") && startsName(s[n+1:]):
		return part, n + 1, true
	}
	return part, n, false
}

func startsName(s string) bool {
	return s != "" && (namePattern.MatchString(s) && s[0] != '~' || s[0] == '\'')
}

// templateArgs is the length of <...> if :: comes after it: without that it may as
// well be a comparison.
func templateArgs(s string) int {
	if !strings.HasPrefix(s, "<") {
		return 0
	}
	depth := 0
	for i, c := range []byte(s) {
		switch c {
		case '<':
			depth++
		case '>':
			depth--
		case '"', ';', '{':
			return 0
		}
		if depth == 0 {
			if strings.HasPrefix(s[i+1:], "::") {
				return i + 1
			}
			return 0
		}
	}
	return 0
}
