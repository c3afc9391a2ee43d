package debuginfo

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/stackfs/stackfs/core"
)

// glob is a pattern as a list of what must follow on each other.
type glob []globPart

// globPart is some text, any one character out of a set, or any text.
type globPart struct {
	kind globKind
	text string
	set  [][2]rune // inclusive
	not  bool
}

type globKind byte

const (
	globText globKind = iota
	globOne           // ? and [...]
	globAny           // *
)

func compileGlob(pattern string) (match func(string) bool, needles []string, err error) {
	g, err := parseGlob(pattern)
	return g.match, g.needles(), err
}

// parseGlob parses a pattern (glob(7)).
func parseGlob(pattern string) (glob, error) {
	var g glob
	var text strings.Builder
	end := func() {
		if text.Len() > 0 {
			g = append(g, globPart{text: text.String()})
			text.Reset()
		}
	}
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; c {
		case '*':
			end()
			if len(g) == 0 || g[len(g)-1].kind != globAny {
				g = append(g, globPart{kind: globAny})
			}
		case '?':
			end()
			g = append(g, globPart{kind: globOne, not: true})
		case '[':
			end()
			part, size, ok := globSet(pattern[i:])
			if !ok {
				return nil, core.Errorf(core.ErrInvalid, "matching symbols: the [ in %q is not closed; \\[ is the character", pattern)
			}
			g = append(g, part)
			i += size - 1
		case '\\':
			if i++; i == len(pattern) {
				return nil, core.Errorf(core.ErrInvalid, "matching symbols: %q ends with a backslash", pattern)
			}
			text.WriteByte(pattern[i])
		default:
			text.WriteByte(c)
		}
	}
	end()
	return g, nil
}

// globSet parses [abc], [a-z], [!a-z] at the beginning of s, and gives its size.
func globSet(s string) (part globPart, size int, ok bool) {
	part.kind = globOne
	at := 1
	if at < len(s) && (s[at] == '!' || s[at] == '^') {
		part.not = true
		at++
	}
	for first := true; at < len(s) && (first || s[at] != ']'); first = false {
		low, n := utf8.DecodeRuneInString(s[at:])
		at += n
		high := low
		if at+1 < len(s) && s[at] == '-' && s[at+1] != ']' {
			high, n = utf8.DecodeRuneInString(s[at+1:])
			at += 1 + n
		}
		part.set = append(part.set, [2]rune{low, high})
	}
	return part, at + 1, at < len(s)
}

func (p globPart) has(r rune) bool {
	return p.not != slices.ContainsFunc(p.set, func(x [2]rune) bool { return x[0] <= r && r <= x[1] })
}

// match says whether the pattern is for all of name. It goes back to the last *
// only, as an earlier one has nothing to gain.
func (g glob) match(name string) bool {
	at, back, from := 0, -1, 0
	for i := 0; ; {
		if i == len(g) && at == len(name) {
			return true
		}
		if i < len(g) && g[i].kind == globAny {
			if i == len(g)-1 {
				return true
			}
			back, from = i, at
			i++
			continue
		}
		if size, ok := g.one(i, name[at:]); ok {
			i, at = i+1, at+size
			continue
		}
		if back < 0 {
			return false
		}
		from = g.next(back+1, name, from+1)
		if from > len(name) {
			return false
		}
		i, at = back+1, from
	}
}

// one matches the i-th part at the beginning of s.
func (g glob) one(i int, s string) (size int, ok bool) {
	if i == len(g) || s == "" {
		return 0, false
	}
	if g[i].kind == globText {
		return len(g[i].text), strings.HasPrefix(s, g[i].text)
	}
	r, size := utf8.DecodeRuneInString(s)
	return size, g[i].has(r)
}

// next is where the part after a * may begin, at from or later; beyond the end: nowhere.
func (g glob) next(i int, name string, from int) int {
	if from > len(name) || g[i].kind != globText {
		return from
	}
	n := strings.Index(name[from:], g[i].text)
	if n < 0 {
		return len(name) + 1
	}
	return from + n
}

// needles is the longest text of the pattern.
func (g glob) needles() []string {
	longest := ""
	for _, p := range g {
		if len(p.text) > len(longest) {
			longest = p.text
		}
	}
	if longest == "" {
		return nil
	}
	return []string{longest}
}
