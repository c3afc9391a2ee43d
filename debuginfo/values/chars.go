package values

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// A glyph is a character of a string in the target, or bytes that are none.
type glyph struct {
	r          rune
	raw        string // the bytes
	valid      bool
	incomplete bool // the string ends inside of it
}

// nextGlyph takes the first character of b, of units of size bytes.
func nextGlyph(b []byte, size int64) (glyph, int) {
	switch size {
	case 1:
		return nextUTF8(b)
	case 2:
		return nextUTF16(b)
	}
	u := binary.LittleEndian.Uint32(b)
	return glyph{r: rune(u), raw: string(b[:4]), valid: u <= unicode.MaxRune && utf8.ValidRune(rune(u))}, 4
}

func nextUTF8(b []byte) (glyph, int) {
	r, n := utf8.DecodeRune(b)
	switch {
	case r != utf8.RuneError || n > 1:
		return glyph{r: r, raw: string(b[:n]), valid: true}, n
	case !utf8.FullRune(b):
		return glyph{raw: string(b), incomplete: true}, len(b)
	}
	return glyph{raw: string(b[:1])}, 1
}

func nextUTF16(b []byte) (glyph, int) {
	r := rune(binary.LittleEndian.Uint16(b))
	if !utf16.IsSurrogate(r) {
		return glyph{r: r, raw: string(b[:2]), valid: true}, 2
	}
	if len(b) >= 4 {
		if pair := utf16.DecodeRune(r, rune(binary.LittleEndian.Uint16(b[2:]))); pair != unicode.ReplacementChar {
			return glyph{r: pair, raw: string(b[:4]), valid: true}, 4
		}
	}
	return glyph{raw: string(b[:2])}, 2
}

var namedEscapes = map[rune]string{'\a': `\a`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`, '\v': `\v`}

// escaped writes a character inside of quotes (print_wchar): as itself, by name, or
// unit by unit in octal, in hexadecimal where that has more than three digits.
func (g glyph) escaped(quote rune, size int64) string {
	if g.valid {
		if name, ok := namedEscapes[g.r]; ok {
			return name
		}
		if printable(g.r) {
			if g.r == quote || g.r == '\\' {
				return `\` + string(g.r)
			}
			return string(g.r)
		}
	}
	var b strings.Builder
	for raw := []byte(g.raw); int64(len(raw)) >= size; raw = raw[size:] {
		if v := extended(raw[:size], false); v <= 0o777 {
			fmt.Fprintf(&b, `\%03o`, v)
		} else {
			fmt.Fprintf(&b, `\x%x`, v)
		}
	}
	return b.String()
}

// printable is iswprint of a UTF-8 locale.
func printable(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Zs, unicode.Cf, unicode.Co)
}

// charText is one character in quotes.
func charText(prefix string, unit []byte) string {
	size := int64(len(unit))
	if size != 1 && size != 2 && size != 4 {
		return prefix + "'" + glyph{raw: string(unit)}.escaped('\'', 1) + "'"
	}
	g, _ := nextGlyph(unit, size)
	return prefix + "'" + g.escaped('\'', size) + "'"
}

// A run is a character as often as it comes in a row.
type run struct {
	glyph
	count int
}

// runs cuts text into runs until limit characters are reached; whole says that it
// came to the end (count_next_character).
func runs(b []byte, size int64, limit int) (out []run, whole bool) {
	n := 0
	b = b[:int64(len(b))/size*size]
	for len(b) > 0 {
		if n >= limit {
			return out, false
		}
		g, _ := nextGlyph(b, size)
		r := run{g, 0}
		for len(b) > 0 {
			next, length := nextGlyph(b, size)
			if next != g {
				break
			}
			r.count++
			b = b[length:]
		}
		out = append(out, r)
		n += r.count
	}
	return out, true
}

// quoted prints text in pieces: what comes more than ten times in a row apart from
// the rest (generic_printstr). Three dots follow if it goes on.
func quoted(prefix string, b []byte, size int64, limit int, more bool) string {
	list, whole := runs(b, size, limit)
	if len(list) == 0 {
		return prefix + `""` + map[bool]string{true: "..."}[more]
	}
	var out strings.Builder
	out.WriteString(prefix)
	open := false
	for i, r := range list {
		apart := r.count > repeatLimit || r.incomplete
		if open && apart {
			out.WriteByte('"')
			open = false
		}
		if i > 0 && !open {
			out.WriteString(", ")
		}
		if !apart && !open {
			out.WriteByte('"')
			open = true
		}
		switch {
		case r.incomplete:
			fmt.Fprintf(&out, "<incomplete sequence %s>", r.escaped('"', size))
		case apart:
			fmt.Fprintf(&out, "'%s' <repeats %d times>", r.escaped('\'', size), r.count)
		default:
			out.WriteString(strings.Repeat(r.escaped('"', size), r.count))
		}
	}
	if open {
		out.WriteByte('"')
	}
	if more || !whole {
		out.WriteString("...")
	}
	return out.String()
}
