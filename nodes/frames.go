package nodes

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo"
)

// maxFrames is the deepest stack that is shown.
const maxFrames = 100_000

// maxStack is the most of a stack that is captured in one hold, bytes.
const maxStack = 64 << 20

// firstStack is what is captured at first; a deeper stack is taken again whole.
const firstStack = 16 << 10

// unwound is a thread's stack: its frames, and why they end if not properly.
type unwound struct {
	frames []debuginfo.Frame
	reason string
}

// unwind captures the thread's registers and stack in one short hold and unwinds
// after it. A stack deeper than what was captured is captured again, larger.
func (p Place) unwind(ctx context.Context) (unwound, error) {
	prog, err := p.Target.program(ctx)
	if err != nil {
		return unwound{}, err
	}
	for size := firstStack; ; size *= 16 {
		size = min(size, maxStack)
		shot, err := p.sample(ctx, core.Want{Stack: size})
		if err != nil {
			return unwound{}, err
		}
		frames, reason := prog.Unwind(ctx, prog.Captured(shot.Stack, p.Target.Core.Space()), shot.Registers, maxFrames)
		if err := core.ContextError(ctx, "unwinding"); err != nil {
			return unwound{}, err
		}
		if reason == debuginfo.ErrStackCut.Error() && size < maxStack {
			continue
		}
		p.Target.noteDepth(p.TID, len(frames))
		return unwound{frames, reason}, nil
	}
}

func showBacktrace(ctx context.Context, p Place) (Value, error) { return p.unwind(ctx) }

// AppendText implements Value: tree.md's frame lines.
func (u unwound) AppendText(b []byte) ([]byte, error) {
	for _, f := range u.frames {
		b = appendFrame(b, f)
	}
	if u.reason != "" {
		b = fmt.Appendf(b, "#%d ? (%s)\n", len(u.frames), u.reason)
	}
	return b, nil
}

func appendFrame(b []byte, f debuginfo.Frame) []byte {
	b = fmt.Appendf(b, "#%-3d0x%016x in %s ()", f.N, f.PC, orDefault(f.Function, "??"))
	if f.Object != "" {
		b = append(append(b, " from "...), f.Object...)
	}
	if f.Inlined {
		b = append(b, " [inlined]"...)
	}
	if f.Guess {
		b = append(b, " [guess]"...)
	}
	return append(b, '\n')
}

type frameJSON struct {
	N        int    `json:"n"`
	PC       Addr   `json:"pc"`
	Function any    `json:"function"`
	Offset   any    `json:"offset"`
	Args     any    `json:"args"` // null: no debug info says them
	File     any    `json:"file"`
	Line     any    `json:"line"`
	Object   any    `json:"object"`
	Inlined  bool   `json:"inlined"`
	Guess    bool   `json:"guess"`
	Signal   bool   `json:"signal,omitempty"`
	Reason   string `json:"reason,omitempty"`
}

// MarshalJSON gives one object a frame; a stack that was cut short ends with one
// that has only n and reason.
func (u unwound) MarshalJSON() ([]byte, error) {
	out := make([]any, 0, len(u.frames)+1)
	for _, f := range u.frames {
		j := frameJSON{N: f.N, PC: Addr(f.PC), Inlined: f.Inlined, Guess: f.Guess, Signal: f.Signal}
		if f.Function != "" {
			j.Function = f.Function
			j.Offset = f.Offset
		}
		if f.Object != "" {
			j.Object = f.Object
		}
		out = append(out, j)
	}
	if u.reason != "" {
		out = append(out, Fields{{"n", len(u.frames)}, {"reason", u.reason}})
	}
	return marshal(out)
}

var framesTable = Table{
	Doc: "the frames of the stack by number, 0 the innermost",
	Each: &Each{
		Row:  Row{Name: "N", Doc: "a frame", Dir: &frameTable},
		List: listFrames,
		Find: findFrame,
	},
}

var frameTable = Table{
	Doc: "one frame of the stack",
	Rows: []Row{
		{Name: "function", Doc: "the function's name", Held: true, Show: showFrameFunction},
		{Name: "location", Doc: "the frame's line of the backtrace", Held: true, Show: showFrameLocation},
		{Name: "registers", Doc: "the registers as they are in this frame, as far as they are known", Held: true, Show: showFrameRegisters, JSON: true},
	},
}

func listFrames(ctx context.Context, p Place) ([]string, error) {
	if err := p.mayHold(ctx); err != nil {
		return nil, err
	}
	u, err := p.unwind(ctx)
	names := make([]string, len(u.frames))
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	return names, err
}

// depth is how deep a stack was when it was last looked at.
type depth struct {
	frames int
	at     time.Time
}

// depthLife is how long a depth answers lookups of frame numbers, so that
// listing a directory and then looking at each entry does not unwind for each.
// Content is never kept.
const depthLife = time.Second

func (t *Target) noteDepth(tid, frames int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.depths) > 4096 {
		clear(t.depths)
	}
	t.depths[tid] = depth{frames, time.Now()}
}

func (t *Target) recentDepth(tid int) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if d := t.depths[tid]; time.Since(d.at) < depthLife {
		return d.frames
	}
	return 0
}

func findFrame(ctx context.Context, p Place, name string) (Place, error) {
	n, err := strconv.Atoi(name)
	if err != nil || n < 0 || strconv.Itoa(n) != name {
		return p, core.Errorf(core.ErrNotFound, "%q is not a frame number", name)
	}
	p.Frame = n
	if n < p.Target.recentDepth(p.TID) {
		return p, nil
	}
	if err := p.mayHold(ctx); err != nil {
		return p, err
	}
	_, err = p.frame(ctx)
	return p, err
}

func (p Place) frame(ctx context.Context) (debuginfo.Frame, error) {
	u, err := p.unwind(ctx)
	if err != nil {
		return debuginfo.Frame{}, err
	}
	if p.Frame >= len(u.frames) {
		return debuginfo.Frame{}, core.Errorf(core.ErrNotFound, "there is no frame %d: the stack has %d", p.Frame, len(u.frames))
	}
	return u.frames[p.Frame], nil
}

func showFrameFunction(ctx context.Context, p Place) (Value, error) {
	f, err := p.frame(ctx)
	return Line(orDefault(f.Function, "??")), err
}

func showFrameLocation(ctx context.Context, p Place) (Value, error) {
	f, err := p.frame(ctx)
	return Raw(appendFrame(nil, f)), err
}

func showFrameRegisters(ctx context.Context, p Place) (Value, error) {
	f, err := p.frame(ctx)
	if err != nil {
		return nil, err
	}
	return registerList{f.Registers()}, nil
}
