package nodes

import (
	"strings"

	"github.com/stackfs/stackfs/core"
)

// A Word is one word of a line, with where it stands in it.
type Word struct {
	Text       string
	Start, End int // bytes, [Start, End) of the line, quotes included
}

// Words is a line split as POSIX sh splits (XCU 2.2, 2.6.5): blanks between
// words, single and double quotes, backslash; nothing is expanded.
type Words []Word

// Texts returns the words alone.
func (w Words) Texts() []string {
	out := make([]string, len(w))
	for i := range w {
		out[i] = w[i].Text
	}
	return out
}

// ParseWords splits a line.
func ParseWords(line string) (Words, error) {
	var words Words
	for i := 0; i < len(line); {
		if isBlank(line[i]) {
			i++
			continue
		}
		text, end, err := parseWord(line, i)
		if err != nil {
			return nil, err
		}
		words = append(words, Word{text, i, end})
		i = end
	}
	return words, nil
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' }

func parseWord(line string, start int) (text string, end int, err error) {
	var b strings.Builder
	i := start
	for i < len(line) && !isBlank(line[i]) {
		switch c := line[i]; c {
		case '\'', '"':
			n, ok := parseQuoted(&b, line[i:])
			if !ok {
				return "", 0, at(Word{line[i:], i, len(line)}, core.Errorf(core.ErrInvalid, "the quote %c is not closed", c))
			}
			i += n
		case '\\':
			if i+1 == len(line) {
				return "", 0, at(Word{`\`, i, len(line)}, core.Errorf(core.ErrInvalid, "a backslash ends the line: nothing is left for it to quote"))
			}
			b.WriteByte(line[i+1])
			i += 2
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String(), i, nil
}

// parseQuoted reads a quoted part at the start of s and returns its length.
// Within double quotes a backslash quotes only $ ` " \ (XCU 2.2.3).
func parseQuoted(b *strings.Builder, s string) (n int, ok bool) {
	quote := s[0]
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == quote:
			return i + 1, true
		case s[i] == '\\' && quote == '"' && i+1 < len(s) && strings.IndexByte("$`\"\\", s[i+1]) >= 0:
			i++
			fallthrough
		default:
			b.WriteByte(s[i])
		}
	}
	return 0, false
}

// A WordError is an error about one word of a line.
type WordError struct {
	Word Word
	Err  error
	Hint string // what to do about it; may be empty
}

func (e *WordError) Error() string { return e.Err.Error() }
func (e *WordError) Unwrap() error { return e.Err }

// at says which word an error is about.
func at(w Word, err error) error { return &WordError{Word: w, Err: err} }

// hint adds what to do about an error.
func hint(w Word, err error, hint string) error { return &WordError{w, err, hint} }

// nearest returns the candidate that a misspelt word most probably means, or "":
// about half of its letters may be wrong, but not all.
func nearest(word string, candidates []string) string {
	best, least := "", min((len(word)+1)/2+1, len(word))
	for _, c := range candidates {
		if d := distance(word, c); d < least {
			best, least = c, d
		}
	}
	return best
}

// distance is Levenshtein's edit distance, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := diagonal
			if a[i-1] != b[j-1] {
				change++
			}
			diagonal = row[j]
			row[j] = min(change, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
