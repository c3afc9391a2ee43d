package types

import (
	"regexp"
	"strings"
)

// wordRuns are the words of base types in a row.
var wordRuns = regexp.MustCompile(`\b(?:long|short|int|unsigned|signed|char)(?: (?:long|short|int|unsigned|signed|char))*\b`)

// CanonicalName is a C++ name as gdb prints it: base types among the arguments of
// templates are called unsigned long, not long unsigned int as gcc does, and const
// stands after a type. A name with a lambda in it gdb leaves as it is.
func CanonicalName(name string) string {
	if strings.Contains(name, "<lambda") || len(name) > maxName {
		return name
	}
	return constAfter(rewrite(name, (*words).gdb))
}

// CompilerName is the reverse: the name as gcc writes it into debug info.
func CompilerName(name string) string { return rewrite(name, (*words).gcc) }

func rewrite(name string, how func(*words) string) string {
	if !strings.Contains(name, "<") {
		return name
	}
	return wordRuns.ReplaceAllStringFunc(name, func(run string) string {
		if w, ok := parseWords(run); ok && w.core == "" {
			return how(&w)
		}
		return run
	})
}

// constAfter moves const behind what it qualifies in the arguments of templates and
// functions, where gdb has it: pair<T const, int>.
func constAfter(s string) string {
	const word = "const "
	var b strings.Builder
	for i := 0; i < len(s); {
		if i > 0 && strings.IndexByte("<(, ", s[i-1]) >= 0 && strings.HasPrefix(s[i:], word) {
			start := i + len(word)
			if n := atom(s[start:]); n > 0 {
				b.WriteString(constAfter(s[start:start+n]) + " const")
				i = start + n
				continue
			}
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}

// atom is the length of the name of a type at the beginning of s: without the stars
// and qualifiers after it.
func atom(s string) int {
	const anonymous = "(anonymous namespace)"
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '<':
			depth++
		case c == '>' && depth == 0:
			return i
		case c == '>':
			depth--
		case depth > 0 || c == ':' || c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80:
		case strings.HasPrefix(s[i:], anonymous):
			i += len(anonymous) - 1
		case c == ' ' && isWordRun(s[:i], s[i+1:]):
		default:
			return i
		}
	}
	return len(s)
}

// isWordRun says whether a base type's name goes on after a space.
func isWordRun(before, after string) bool {
	before = before[strings.LastIndexByte(before, ' ')+1:]
	after, _, _ = strings.Cut(after, " ")
	return wordRuns.FindString(before) == before && before != "" && strings.HasPrefix(after, wordRuns.FindString(after)) && wordRuns.FindString(after) != ""
}
