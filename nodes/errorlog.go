package nodes

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/probes"
)

// errorLogLength is how many failures an error_log keeps, the newest.
const errorLogLength = 64

// errorLogLine is the longest part of a line that is kept, in bytes.
const errorLogLine = 512

// An ErrorLog keeps the last failures beside a ctl file, as text of a bounded size.
type ErrorLog struct {
	mu       sync.Mutex
	failures [][]byte
}

type failure struct {
	time time.Duration
	file string // which file the line was written to, or the name looked up in
	line string
	err  error
}

// Add keeps a failure. An interrupted or withdrawn call is none.
func (l *ErrorLog) Add(file, line string, err error) {
	if err == nil || errors.Is(err, core.ErrAgain) {
		return
	}
	text := failure{core.Now(), file, line, err}.append(nil)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failures = append(l.failures, text)
	if len(l.failures) > errorLogLength {
		l.failures = append(l.failures[:0], l.failures[1:]...)
	}
}

// AppendText implements Value.
func (l *ErrorLog) AppendText(b []byte) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, text := range l.failures {
		b = append(b, text...)
	}
	return b, nil
}

func (f failure) append(b []byte) []byte {
	b = fmt.Appendf(b, "[%s] %s\n  %s\n  %s\n", probes.Seconds(f.time), f.file, printable(f.line), f.caret())
	b = fmt.Appendf(b, "  %s\n", sentence(f.err))
	var w *WordError
	if errors.As(f.err, &w) && w.Hint != "" {
		b = fmt.Appendf(b, "  hint: %s\n", printable(w.Hint))
	}
	return b
}

// caret marks the word that the error is about, or the whole line, as far as the
// line is shown; a character is a column.
func (f failure) caret() string {
	line := f.line[:min(len(f.line), errorLogLine)]
	start, end := 0, len(line)
	var w *WordError
	if errors.As(f.err, &w) && w.Word.End > 0 {
		start, end = min(w.Word.Start, len(line)), min(w.Word.End, len(line))
	}
	columns := max(utf8.RuneCountInString(line[start:end]), 1)
	return strings.Repeat(" ", utf8.RuneCountInString(line[:start])) + strings.Repeat("^", columns)
}

// printable makes a line safe to print.
func printable(line string) string {
	cut := ""
	if len(line) > errorLogLine {
		line, cut = line[:errorLogLine], "..."
	}
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return '?'
		}
		return r
	}, line) + cut
}

// sentence is the error with a capital letter and a period.
func sentence(err error) string {
	s := printable(err.Error())
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}
