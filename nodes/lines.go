package nodes

import (
	"bytes"
	"context"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo"
)

// maxTail is the longest unfinished line that is kept for the next write, bytes.
const maxTail = 64 << 10

// runAtOnce: a line without its newline runs at once if the write is shorter.
const runAtOnce = 4096

// Lines takes the writes of one handle and runs their lines. It is used by one
// write at a time.
type Lines struct {
	node Node
	tail []byte
	skip bool // what comes up to a newline is the rest of a line that was too long
}

// Write runs the lines of p in order. A failing first line gives its error, a
// later one a short count up to it.
func (l *Lines) Write(ctx context.Context, p []byte) (int, error) {
	done := 0
	for done < len(p) {
		end := bytes.IndexByte(p[done:], '\n')
		if end < 0 {
			break
		}
		if err := l.runLine(ctx, p[done:done+end]); err != nil {
			return l.short(done, err)
		}
		done += end + 1
	}
	rest := p[done:]
	switch {
	case len(rest) == 0:
	case l.skip:
		return l.short(done, l.tooLong(rest))
	case len(l.tail)+len(rest) > maxTail:
		err := l.tooLong(append(l.tail, rest...))
		l.tail, l.skip = nil, true
		return l.short(done, err)
	case len(p) < runAtOnce:
		if err := l.runLine(ctx, rest); err != nil {
			return l.short(done, err)
		}
	default:
		l.tail = append(l.tail, rest...)
	}
	return len(p), nil
}

// tooLong is the error of a line, or of the rest of one, that is too long.
func (l *Lines) tooLong(line []byte) error {
	err := core.Errorf(core.ErrInvalid, "a line of more than %d bytes: end lines with a newline", maxTail)
	l.node.log(string(line[:min(len(line), errorLogLine+1)]), err)
	return err
}

func (l *Lines) short(done int, err error) (int, error) {
	if done > 0 {
		return done, nil
	}
	return 0, err
}

func (l *Lines) runLine(ctx context.Context, part []byte) error {
	whole := append(l.tail, part...)
	skipped := l.skip && len(whole) > 0
	l.tail, l.skip = nil, false
	if skipped || len(whole) > maxTail {
		return l.tooLong(whole)
	}
	line := string(whole)
	err := debuginfo.Guard(func() error { return l.node.runLine(ctx, line) })
	if err != nil {
		l.node.log(line, err)
	}
	return err
}

// log keeps a failure in the error_log beside the file.
func (n Node) log(line string, err error) {
	n.place.errorLog().Add(orDefault(n.place.Name, n.row.Name), line, err)
}

func (n Node) runLine(ctx context.Context, line string) error {
	if n.row.Set != nil {
		if line == "" {
			return nil
		}
		ctx, cancel := n.place.limit(ctx)
		defer cancel()
		return n.row.Set(ctx, n.place, line)
	}
	words, err := ParseWords(line)
	if err != nil || len(words) == 0 {
		return err
	}
	c, err := findCommand(n.row.Commands, n.place, words[0])
	if err != nil {
		return err
	}
	if err := n.Gone(); err != nil {
		return err
	}
	if !c.Unlimited {
		var cancel context.CancelFunc
		ctx, cancel = n.place.limit(ctx)
		defer cancel()
	}
	return c.Run(ctx, n.place, words[1:])
}

func findCommand(commands []Command, p Place, w Word) (*Command, error) {
	var known []string
	for i := range commands {
		c := &commands[i]
		if c.If != nil && !c.If(p) {
			continue
		}
		if c.Word == w.Text {
			return c, nil
		}
		known = append(known, c.Word)
	}
	err := core.Errorf(core.ErrInvalid, "there is no command %q", w.Text)
	if near := nearest(w.Text, known); near != "" {
		return nil, hint(w, err, "did you mean "+near+"? Reading this file lists the commands")
	}
	return nil, hint(w, err, "reading this file lists the commands")
}
