package nodes

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/probes"
)

// errorLogLength is how many failures an error_log keeps, the newest.
const errorLogLength = 64

// errorLogLine is the longest part of a line that is kept, in bytes.
const errorLogLine = 512

// An ErrorLog keeps the last failures beside a ctl file.
type ErrorLog struct {
	mu       sync.Mutex
	failures []failure
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
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failures = append(l.failures, failure{core.Now(), file, line, err})
	if len(l.failures) > errorLogLength {
		l.failures = append(l.failures[:0], l.failures[1:]...)
	}
}

// AppendText implements Value.
func (l *ErrorLog) AppendText(b []byte) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.failures {
		b = f.append(b)
	}
	return b, nil
}

func (f failure) append(b []byte) []byte {
	line := printable(f.line)
	b = fmt.Appendf(b, "[%s] %s\n  %s\n  %s\n", probes.Seconds(f.time), f.file, line, f.caret(line))
	b = fmt.Appendf(b, "  %s\n", sentence(f.err))
	var w *WordError
	if errors.As(f.err, &w) && w.Hint != "" {
		b = fmt.Appendf(b, "  hint: %s\n", w.Hint)
	}
	return b
}

// caret marks the word that the error is about, or the whole line.
func (f failure) caret(line string) string {
	start, end := 0, len(line)
	var w *WordError
	if errors.As(f.err, &w) && w.Word.End > 0 {
		start, end = w.Word.Start, w.Word.End
	}
	start = min(start, len(line))
	end = max(min(end, len(line)), start+1)
	return strings.Repeat(" ", start) + strings.Repeat("^", end-start)
}

// printable makes a line safe to print with one column a byte.
func printable(line string) string {
	cut := ""
	if len(line) > errorLogLine {
		line, cut = line[:errorLogLine], "..."
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\uFFFD' {
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
