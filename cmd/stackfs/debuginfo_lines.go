package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo"
	"github.com/stackfs/stackfs/nodes"
)

// Bounds of what is read before questions are answered.
const (
	questionBytes = 1 << 20
	maxQuestions  = 1 << 16
)

// answerLines answers the questions on standard input, one a line, in a short form:
// FUNCTION at FILE:LINE, and a line for each call that was inlined around it. Those
// that come at once are answered together.
func (q *inquiry) answerLines(ctx context.Context) error {
	in := bufio.NewReaderSize(q.in, questionBytes)
	var batch []string
	for {
		line, err := in.ReadSlice('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			batch = append(batch, string(line))
		}
		if err != nil && err != io.EOF {
			return fmt.Errorf("reading names from standard input: %w", err)
		}
		if err == io.EOF || len(batch) >= maxQuestions || in.Buffered() == 0 {
			q.answerBatch(batch)
			batch = batch[:0]
			if err := q.document.flush(); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return core.ContextError(ctx, "answering")
		}
		if err := core.ContextError(ctx, "answering"); err != nil {
			return err
		}
	}
}

// answerBatch answers questions in their order. They are worked on by address, so
// that what is decoded for one serves its neighbours.
func (q *inquiry) answerBatch(questions []string) {
	out := make([]brief, len(questions))
	order := make([]int, len(questions))
	for i, s := range questions {
		out[i] = q.resolveBrief(s)
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case out[a].addr < out[b].addr:
			return -1
		case out[a].addr > out[b].addr:
			return 1
		}
		return 0
	})
	var work sync.WaitGroup
	n := runtime.GOMAXPROCS(0)
	for w := range n {
		part := order[w*len(order)/n : (w+1)*len(order)/n]
		work.Go(func() {
			// What a broken file does to one worker the others need not suffer from: its
			// questions stay without answer.
			_ = debuginfo.Guard(func() error {
				for _, i := range part {
					out[i].calls = q.briefCalls(out[i])
				}
				return nil
			})
		})
	}
	work.Wait()
	for i := range out {
		q.document.line(&out[i])
	}
}

// brief is the short answer to a question.
type brief struct {
	question string
	addr     uint64
	known    bool
	calls    []briefCall
}

// briefCall is a function with the place in it.
type briefCall struct{ function, file, line string }

// resolveBrief finds the address that a question is about, if it is about one.
func (q *inquiry) resolveBrief(s string) brief {
	b := brief{question: s}
	if addr, ok := parseAddress(s); ok {
		b.addr, b.known = addr, true
		return b
	}
	if r, err := q.prog.Resolve(s); err == nil {
		b.addr, b.known = r[0].Start, true
	}
	return b
}

// parseAddress reads 0x and hexadecimal digits.
func parseAddress(s string) (addr uint64, ok bool) {
	if len(s) < 3 || len(s) > 18 || s[0] != '0' || s[1]|0x20 != 'x' {
		return 0, false
	}
	for _, c := range []byte(s[2:]) {
		d := uint64(c - '0')
		if c |= 0x20; c >= 'a' && c <= 'f' {
			d = uint64(c-'a') + 10
		}
		if d > 15 {
			return 0, false
		}
		addr = addr<<4 | d
	}
	return addr, true
}

func (q *inquiry) briefCalls(b brief) []briefCall {
	if !b.known {
		return nil
	}
	var out []briefCall
	for _, c := range q.prog.CallsAt(b.addr) {
		out = append(out, newBriefCall(c.Function, c.File, c.Line))
	}
	if len(out) > 0 {
		return out
	}
	file, line, _ := q.prog.LineAt(b.addr)
	if place, ok := q.prog.Symbolize(b.addr); ok {
		return []briefCall{newBriefCall(place.Function(), file, line)}
	}
	return nil
}

func newBriefCall(function, file string, line int) briefCall {
	c := briefCall{function, file, "?"}
	if file == "" {
		c.file = "??"
	}
	if line > 0 {
		c.line = fmt.Sprint(line)
	}
	return c
}

// AppendText implements saying.
func (b *brief) AppendText(out []byte) ([]byte, error) {
	if len(b.calls) == 0 {
		return append(out, "?? at ??:?\n"...), nil
	}
	for i, c := range b.calls {
		if i > 0 {
			out = append(out, " (inlined by) "...)
		}
		out = append(append(append(append(append(append(out, c.function...), " at "...), c.file...), ':'), c.line...), '\n')
	}
	return out, nil
}

// MarshalJSON gives an object.
func (b *brief) MarshalJSON() ([]byte, error) {
	frames := nodes.Repeated{}
	for i, c := range b.calls {
		line := any(nodes.Unknown)
		if c.line != "?" {
			line = jsonNumber(c.line)
		}
		file := c.file
		if file == "??" {
			file = ""
		}
		frames = append(frames, nodes.Fields{field("function", c.function), field("file", known(file)), field("line", line), field("inlined", i < len(b.calls)-1)})
	}
	out := nodes.Fields{field("question", b.question)}
	if b.known {
		out = append(out, field("address", nodes.Addr(b.addr)))
	}
	return append(out, field("frames", frames)).MarshalJSON()
}

// jsonNumber is digits that are a number in JSON too.
type jsonNumber string

// MarshalJSON implements json.Marshaler.
func (n jsonNumber) MarshalJSON() ([]byte, error) { return []byte(n), nil }
