package nodes

import (
	"context"
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

// unwound is a thread's stack: its calls, and why they end if not properly.
type unwound struct {
	program *debuginfo.Program
	memory  core.Memory // the stack as it was, over memory as it is
	calls   []debuginfo.Call
	reason  string
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
		memory := prog.Captured(shot.Stack, p.Target.Core.Space())
		frames, reason := prog.Unwind(ctx, memory, shot.Registers, maxFrames)
		if err := core.ContextError(ctx, "unwinding"); err != nil {
			return unwound{}, err
		}
		if reason == debuginfo.ErrStackCut.Error() && size < maxStack {
			continue
		}
		u := unwound{prog, memory, prog.Calls(frames), reason}
		p.Target.noteDepth(p.TID, len(u.calls))
		return u, nil
	}
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
		{Name: "args", Doc: "the parameters, one `name = value` a line", Held: true, Show: showFrameArgs, JSON: true},
		{Name: "locals", Doc: "the local variables, those of the innermost block first", Held: true, Show: showFrameLocals, JSON: true},
		{Name: "registers", Doc: "the registers as they are in this frame, as far as they are known", Held: true, Show: showFrameRegisters, JSON: true},
	},
}

func listFrames(ctx context.Context, p Place) ([]string, error) {
	if err := p.mayHold(ctx); err != nil {
		return nil, err
	}
	u, err := p.unwind(ctx)
	names := make([]string, len(u.calls))
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
	_, _, err = p.frame(ctx)
	return p, err
}

// frame is the place's frame and the stack that it is of.
func (p Place) frame(ctx context.Context) (*debuginfo.Call, unwound, error) {
	u, err := p.unwind(ctx)
	if err != nil {
		return nil, u, err
	}
	if p.Frame >= len(u.calls) {
		return nil, u, core.Errorf(core.ErrNotFound, "there is no frame %d: the stack has %d", p.Frame, len(u.calls))
	}
	return &u.calls[p.Frame], u, nil
}

func showFrameFunction(ctx context.Context, p Place) (Value, error) {
	c, _, err := p.frame(ctx)
	if err != nil {
		return nil, err
	}
	return Line(orDefault(c.Function, "??")), nil
}

func showFrameLocation(ctx context.Context, p Place) (Value, error) {
	c, u, err := p.frame(ctx)
	if err != nil {
		return nil, err
	}
	args, err := u.arguments(ctx, c)
	return Raw(appendCall(nil, c, args)), err
}

func showFrameRegisters(ctx context.Context, p Place) (Value, error) {
	c, _, err := p.frame(ctx)
	if err != nil {
		return nil, err
	}
	return registerList{c.Registers()}, nil
}
