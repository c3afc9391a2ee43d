package main

import (
	"fmt"
	"strings"

	"github.com/stackfs/stackfs/nodes"
)

// splitWords splits a flag's value as a ctl line is split.
func splitWords(line string) ([]string, error) {
	words, err := nodes.ParseWords(line)
	if err != nil {
		return nil, err
	}
	if len(words) == 0 {
		return nil, fmt.Errorf("the command %q is empty", line)
	}
	return words.Texts(), nil
}

// joinWords makes a ctl line that splits into these words again.
func joinWords(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return strings.Join(quoted, " ")
}

// quote quotes a word as POSIX sh would have it, if it must be.
func quote(w string) string {
	if w != "" && !strings.ContainsAny(w, " \t\r\n'\"\\") {
		return w
	}
	return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
}

// launchIn adds cwd= to a launch line that has none: the server's own directory
// is /, the user means where he is.
func launchIn(cwd, line string) (string, error) {
	words, err := nodes.ParseWords(line)
	if err != nil || len(words) == 0 || words[0].Text != "launch" {
		return line, err
	}
	for _, w := range words {
		if w.Text == "--" {
			break
		}
		if strings.HasPrefix(w.Text, "cwd=") {
			return line, nil
		}
	}
	return line[:words[0].End] + " " + quote("cwd="+cwd) + line[words[0].End:], nil
}
