package nodes

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo"
	"github.com/stackfs/stackfs/debuginfo/syscalls"
)

var threadsTable = Table{
	Doc: "the threads, by thread id",
	Rows: []Row{
		{Name: "current", Doc: "the thread that stopped last", If: hasCurrent, Link: currentLink},
	},
	Each: &Each{
		Row:  Row{Name: "TID", Doc: "a thread", Dir: &threadTable},
		List: listThreads,
		Find: findThread,
	},
}

var threadTable = Table{
	Doc: "one thread: its state, registers and stack",
	Rows: []Row{
		{Name: "status", Doc: "what the thread is and does", Show: showThreadStatus, JSON: true},
		{Name: "registers", Doc: "every register, by gdb's names in gdb's order", Held: true, Show: showRegisters, JSON: true},
		{Name: "regs", Doc: regsTable.Doc, Dir: &regsTable},
		{Name: "backtrace", Doc: "the frames of the stack, one a line, the innermost first", Held: true, Show: showBacktrace, JSON: true},
		{Name: "frames", Doc: framesTable.Doc, Dir: &framesTable},
		{Name: "stack", Doc: "the raw stack: address, value, what the value points at", Held: true, Show: showStack},
		{Name: "ctl", Doc: "commands; reading it lists them", If: has[core.Stopper], Commands: threadCommands},
		{Name: "error_log", Doc: "the target's last 64 lines that failed, with the reason", Show: showErrors},
		{Name: "waiting_on", Doc: "the system call that the thread is in, with its arguments decoded", If: has[core.SyscallReader], Show: showWaitingOn},
	},
}

func hasCurrent(p Place) bool {
	_, ok := p.Target.currentThread()
	return ok
}

func currentLink(_ context.Context, p Place) (string, error) {
	tid, _ := p.Target.currentThread()
	return strconv.Itoa(tid), nil
}

func listThreads(ctx context.Context, p Place) ([]string, error) {
	threads, err := p.Target.Core.Threads(ctx)
	names := make([]string, len(threads))
	for i, t := range threads {
		names[i] = strconv.Itoa(t.ID())
	}
	return names, err
}

func findThread(ctx context.Context, p Place, name string) (Place, error) {
	tid, err := strconv.Atoi(name)
	if err != nil || strconv.Itoa(tid) != name {
		return p, core.Errorf(core.ErrNotFound, "%q is not a thread id", name)
	}
	_, err = core.FindThread(ctx, p.Target.Core, tid)
	p.TID = tid
	return p, err
}

func showThreadStatus(ctx context.Context, p Place) (Value, error) {
	th, err := core.FindThread(ctx, p.Target.Core, p.TID)
	if err != nil {
		return nil, core.Errorf(core.ErrGone, "thread %d is gone", p.TID)
	}
	st, err := th.Status(ctx)
	if err != nil {
		return nil, err
	}
	pc, function, line := any(Unknown), any(Unknown), any(Unknown)
	if addr, ok := p.pc(ctx, st); ok {
		pc = Addr(addr)
		if prog, err := p.Target.program(ctx); err == nil {
			function, line = sourceOf(prog, addr)
		}
	}
	cpu := any(st.CPU)
	if st.CPU < 0 {
		cpu = Unknown
	}
	return Fields{
		{"tid", st.TID}, {"pid", st.PID}, {"name", st.Name}, {"state", string(st.State)}, {"cpu", cpu},
		{"reason", orDefault(st.Reason, "none")}, {"pc", pc}, {"function", function}, {"line", line},
	}, nil
}

// sourceOf is the function and the FILE:LINE that an address is in, as far as known.
func sourceOf(prog *debuginfo.Program, addr uint64) (function, line any) {
	function, line = Unknown, Unknown
	if place, ok := prog.Symbolize(addr); ok {
		function = place.Function()
	}
	if calls := prog.CallsAt(addr); len(calls) > 0 && calls[0].Function != "" {
		function = calls[0].Function
	}
	if file, n, ok := prog.LineAt(addr); ok {
		line = fmt.Sprintf("%s:%d", file, n)
	}
	return function, line
}

func orDefault(s, word string) string {
	if s == "" {
		return word
	}
	return s
}

// pc is where the thread is: without a stop if it is blocked in a system call,
// else by a short hold if that is allowed.
func (p Place) pc(ctx context.Context, st core.ThreadStatus) (uint64, bool) {
	if s, ok := core.Power[core.SyscallReader](p.Target.Core); ok && st.State != core.Stopped {
		if call, err := s.Syscall(ctx, p.TID); err == nil && call.PC != 0 {
			return call.PC, true
		}
	}
	if p.mayHold(ctx) != nil {
		return 0, false
	}
	shot, err := p.sample(ctx, core.Want{})
	if err != nil {
		return 0, false
	}
	return shot.Registers.PC()
}

// sample takes the thread's registers and a part of its stack.
func (p Place) sample(ctx context.Context, w core.Want) (core.Snapshot, error) {
	shots, err := core.Sample(ctx, p.Target.Core, []int{p.TID}, w)
	if err != nil {
		return core.Snapshot{}, err
	}
	return shots[0], shots[0].Err
}

// showWaitingOn decodes the system call that the thread is in.
func showWaitingOn(ctx context.Context, p Place) (Value, error) {
	call, err := powerOf[core.SyscallReader](p).Syscall(ctx, p.TID)
	if errors.Is(err, core.ErrBusy) {
		return Line("running"), nil
	}
	if err != nil {
		return nil, err
	}
	if call.Number < 0 {
		return Line(None), nil
	}
	info, err := p.Target.Core.Info(ctx)
	if err != nil {
		return nil, err
	}
	return Line(syscalls.Decode(ctx, info.Arch, p.Target.Core.Space(), call).String()), nil
}
