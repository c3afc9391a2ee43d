package nodes

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
)

func TestParseWords(t *testing.T) {
	for line, want := range map[string][]string{
		``:                        nil,
		`  `:                      nil,
		`stop`:                    {"stop"},
		` a  b	c `:                {"a", "b", "c"},
		`'a b' "c d"`:             {"a b", "c d"},
		`a\ b`:                    {"a b"},
		`"a\"b\\c\d"`:             {`a"b\c\d`},
		`'a\b'`:                   {`a\b`},
		`x'y'"z"`:                 {"xyz"},
		`''`:                      {""},
		`env=A="b c" -- '/bin/x'`: {"env=A=b c", "--", "/bin/x"},
		`$HOME *`:                 {"$HOME", "*"},
	} {
		words, err := ParseWords(line)
		require.NoError(t, err, line)
		require.Equal(t, want, nilIfEmpty(words.Texts()), line)
		for _, w := range words {
			require.NotContains(t, line[:w.Start]+"|", "\x00")
			require.LessOrEqual(t, w.End, len(line))
		}
	}
	for _, line := range []string{`'a`, `"a`, `a\`, `"a\"`} {
		_, err := ParseWords(line)
		require.ErrorIs(t, err, core.ErrInvalid, line)
		var w *WordError
		require.True(t, errors.As(err, &w))
	}
}

func nilIfEmpty(s []string) []string {
	if len(s) == 0 {
		return nil
	}
	return s
}

// FuzzParseWords: an error or words that lie in the line; and words that are
// quoted again give themselves.
func FuzzParseWords(f *testing.F) {
	for _, s := range []string{"", "a b", `'x y' "z\"" \q`, "launch env=A=b -- /bin/sh -c 'echo hi'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		words, err := ParseWords(line)
		if err != nil {
			if words != nil {
				t.Fatal("both words and an error")
			}
			return
		}
		var quoted []string
		for _, w := range words {
			if w.Start < 0 || w.End <= w.Start || w.End > len(line) {
				t.Fatalf("%q: word %+v", line, w)
			}
			quoted = append(quoted, "'"+strings.ReplaceAll(w.Text, "'", `'\''`)+"'")
		}
		again, err := ParseWords(strings.Join(quoted, " "))
		if err != nil || strings.Join(again.Texts(), "\x00") != strings.Join(words.Texts(), "\x00") {
			t.Fatalf("%q: %q again gives %q, %v", line, words.Texts(), again.Texts(), err)
		}
	})
}

// TestWordsAsShell compares with sh itself.
func TestWordsAsShell(t *testing.T) {
	lines := []string{`a b`, `'a b' c`, `"a \" b" c`, `a\ b`, `''`, `x"y z"w 'q"r'`, `"\x\\"`, `a'b'\''c'`}
	for _, line := range lines {
		out, err := exec.Command("sh", "-c", `for w in `+line+`; do printf '%s\n' "$w"; done`).Output()
		require.NoError(t, err)
		words, err := ParseWords(line)
		require.NoError(t, err)
		require.Equal(t, string(out), strings.Join(words.Texts(), "\n")+"\n", line)
	}
}
