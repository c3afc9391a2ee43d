package values

import (
	"encoding/binary"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
)

func (c *checker) literal(n *Node) (*Typed, error) {
	switch n.Kind {
	case CharNode:
		return c.char(n)
	case StringNode:
		return c.stringLiteral(n)
	}
	if floatPattern.MatchString(n.Text) {
		return floatLiteral(n)
	}
	return c.integer(n)
}

var (
	floatPattern  = regexp.MustCompile(`^(?:0[xX][0-9a-fA-F]*\.?[0-9a-fA-F]*[pP][-+]?[0-9]+|[0-9]*\.[0-9]*(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)[fFlL]?$`)
	widthPattern  = regexp.MustCompile(`^(?i:u|l|ll|ul|ull|lu|llu|z|uz|zu)?$`)
	digitsPattern = regexp.MustCompile(`^(?:0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)`)
)

func floatLiteral(n *Node) (*Typed, error) {
	text, t := n.Text, doubleType
	if !strings.HasPrefix(strings.ToLower(text), "0x") || strings.HasSuffix(strings.ToLower(text), "l") {
		switch text[len(text)-1] {
		case 'f', 'F':
			text, t = text[:len(text)-1], floatType
		case 'l', 'L':
			text, t = text[:len(text)-1], longDouble
		}
	}
	x, _, err := big.ParseFloat(text, 0, 64, big.ToNearestEven)
	if err != nil {
		return nil, core.Errorf(core.ErrInvalid, "%q is not a number", n.Text)
	}
	if t != longDouble {
		bits := int(t.Size * 8)
		f, err := strconv.ParseFloat(text, bits)
		if err != nil && !math.IsInf(f, 0) {
			return nil, core.Errorf(core.ErrInvalid, "%q is not a number", n.Text)
		}
		return numberNode(n, t, number{float: true, f: real{f: f}})
	}
	f, _ := x.Float64()
	return numberNode(n, t, number{float: true, f: real{f, x}})
}

// integer gives a literal the first type that holds it (C11, 6.4.4.1).
func (c *checker) integer(n *Node) (*Typed, error) {
	digits := digitsPattern.FindString(n.Text)
	suffix := strings.ToLower(n.Text[len(digits):])
	if digits == "" || !widthPattern.MatchString(suffix) {
		return nil, core.Errorf(core.ErrInvalid, "%q is not a number", n.Text)
	}
	v, err := strconv.ParseUint(digits, 0, 64)
	if err != nil {
		return nil, core.Errorf(core.ErrInvalid, "%q is not a number of up to 64 bits", n.Text)
	}
	long, unsigned := strings.ContainsAny(suffix, "lz"), strings.Contains(suffix, "u")
	either := unsigned || digits[0] == '0' // octal and hexadecimal may be unsigned without saying so
	t := ulongType
	switch {
	case !long && !unsigned && v <= math.MaxInt32:
		t = intType
	case !long && either && v <= math.MaxUint32:
		t = uintType
	case !unsigned && v <= math.MaxInt64:
		t = longType
	}
	return numberNode(n, t, number{i: v})
}

// elementType is the type of the characters of a literal with a prefix.
func elementType(prefix string) *types.Type {
	switch prefix {
	case "L":
		return wcharType
	case "u":
		return char16Type
	case "U":
		return char32Type
	}
	return charType
}

func (c *checker) char(n *Node) (*Typed, error) {
	prefix, body := split(n.Text, "'")
	units, err := unquote(body, elementType(prefix).Size)
	if err != nil {
		return nil, err
	}
	t := elementType(prefix)
	if int64(len(units)) != t.Size {
		return nil, core.Errorf(core.ErrInvalid, "%s is not one character", n.Text)
	}
	return constant(n, Value{Type: t, Data: units}), nil
}

func (c *checker) stringLiteral(n *Node) (*Typed, error) {
	prefix, body := split(n.Text, `"`)
	t := elementType(prefix)
	units, err := unquote(body, t.Size)
	if err != nil {
		return nil, err
	}
	units = append(units, make([]byte, t.Size)...)
	return constant(n, Value{Type: arrayOf(t, int64(len(units))/t.Size), Data: units}), nil
}

// split takes the prefix and the quotes off a literal.
func split(text, quote string) (prefix, body string) {
	prefix, body, _ = strings.Cut(text, quote)
	return prefix, strings.TrimSuffix(body, quote)
}

// unquote turns the inside of a literal into units of so many bytes.
func unquote(s string, size int64) ([]byte, error) {
	var out []byte
	for s != "" {
		if s[0] == '\\' {
			v, rest, err := escape(s[1:])
			if err != nil {
				return nil, err
			}
			out = appendUnit(out, v, size)
			s = rest
			continue
		}
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case size == 1:
			out = append(out, s[:n]...)
		case size == 2:
			for _, u := range utf16.Encode([]rune{r}) {
				out = appendUnit(out, uint64(u), 2)
			}
		default:
			out = appendUnit(out, uint64(r), size)
		}
		s = s[n:]
	}
	return out, nil
}

func appendUnit(b []byte, v uint64, size int64) []byte {
	var w [8]byte
	binary.LittleEndian.PutUint64(w[:], v)
	return append(b, w[:size]...)
}

var simpleEscapes = map[byte]byte{'a': 7, 'b': 8, 'e': 27, 'f': 12, 'n': 10, 'r': 13, 't': 9, 'v': 11, '\\': '\\', '\'': '\'', '"': '"', '?': '?'}

// escape reads what comes after a backslash (C11, 6.4.4.4, and gcc's \e).
func escape(s string) (v uint64, rest string, err error) {
	if s == "" {
		return 0, "", core.Errorf(core.ErrInvalid, "a backslash stands at the end")
	}
	if b, ok := simpleEscapes[s[0]]; ok {
		return uint64(b), s[1:], nil
	}
	base, most := 8, 3
	if s[0] == 'x' {
		base, most, s = 16, 8, s[1:]
	}
	n := 0
	for n < min(most, len(s)) {
		if _, err := strconv.ParseUint(s[n:n+1], base, 8); err != nil {
			break
		}
		n++
	}
	v, err = strconv.ParseUint(s[:n], base, 64)
	if err != nil {
		return 0, "", core.Errorf(core.ErrInvalid, "\\%.1s is not an escape", s)
	}
	return v, s[n:], nil
}
