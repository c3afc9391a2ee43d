package nodes

import (
	"context"
	"strconv"
	"syscall"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/syscalls"
)

var targetCommands = []Command{
	{Word: "stop", Args: "[TID]", Doc: "stops the target, or one thread", Example: "stop", If: has[core.Stopper], Run: stopOrCont(core.Stopper.Stop)},
	{Word: "cont", Args: "[TID]", Doc: "lets it run on", Example: "cont", If: has[core.Stopper], Run: stopOrCont(core.Stopper.Cont)},
	{Word: "wait", Args: "stopped|exited", Doc: "returns when the target has stopped or exited", Example: "wait stopped", If: has[core.Waiter], Unlimited: true, Run: runWait},
	{Word: "signal", Args: "NAME [TID]", Doc: "sends a signal to the target, or to one thread", Example: "signal USR1", If: has[core.Signaler], Run: runSignal},
	{Word: "kill", Doc: "kills the target (SIGKILL)", Example: "kill", If: has[core.Signaler], Run: runKill},
	{Word: "detach", Doc: "lets go of the target and leaves it as it was found", Example: "detach", Unlimited: true, Run: runDetachSelf},
	{Word: "refresh", Doc: "reads the target's lists again and drops caches", Example: "refresh", Run: runRefresh},
	{Word: "clear", Doc: "empties log; events is not affected", Example: "clear", Run: runClear},
}

var threadCommands = []Command{
	{Word: "stop", Doc: "stops the thread", Example: "stop", If: has[core.Stopper], Run: stopOrCont(core.Stopper.Stop)},
	{Word: "cont", Doc: "lets it run on", Example: "cont", If: has[core.Stopper], Run: stopOrCont(core.Stopper.Cont)},
	{Word: "signal", Args: "NAME", Doc: "sends a signal to the thread", Example: "signal USR1", If: has[core.Signaler], Run: runSignal},
}

// powerOf is the power that a command's row has asked for.
func powerOf[P any](p Place) P {
	power, _ := core.Power[P](p.Target.Core)
	return power
}

// threadArgument is the thread that a command is about: the place's, the one
// named by the word, or 0 for the whole target.
func threadArgument(ctx context.Context, p Place, args Words) (int, error) {
	if len(args) == 0 {
		return p.TID, nil
	}
	if len(args) > 1 || p.TID != 0 {
		return 0, at(args[len(args)-1], core.Errorf(core.ErrInvalid, "%q is one word too many", args[len(args)-1].Text))
	}
	tid, err := strconv.Atoi(args[0].Text)
	if err != nil {
		return 0, at(args[0], core.Errorf(core.ErrInvalid, "%q is not a thread id; ls threads lists them", args[0].Text))
	}
	if _, err := core.FindThread(ctx, p.Target.Core, tid); err != nil {
		return 0, hint(args[0], err, "ls threads lists them")
	}
	return tid, nil
}

func stopOrCont(do func(core.Stopper, context.Context, int) error) func(context.Context, Place, Words) error {
	return func(ctx context.Context, p Place, args Words) error {
		tid, err := threadArgument(ctx, p, args)
		if err != nil {
			return err
		}
		if (Place{Target: p.Target, TID: tid}).asksItself(ctx) {
			return core.Errorf(core.ErrBusy, "stopping thread %d: it is the one that asks; write from another process", caller(ctx))
		}
		return do(powerOf[core.Stopper](p), ctx, tid)
	}
}

func runWait(ctx context.Context, p Place, args Words) error {
	if len(args) != 1 || args[0].Text != string(core.Stopped) && args[0].Text != string(core.Exited) {
		return core.Errorf(core.ErrInvalid, "wait takes stopped or exited")
	}
	return powerOf[core.Waiter](p).Wait(ctx, core.State(args[0].Text))
}

func runSignal(ctx context.Context, p Place, args Words) error {
	if len(args) == 0 {
		return core.Errorf(core.ErrInvalid, "signal needs a name, as in: signal USR1")
	}
	sig, ok := syscalls.SignalNumber(args[0].Text)
	if !ok {
		return hint(args[0], core.Errorf(core.ErrInvalid, "there is no signal %q", args[0].Text), "kill -l lists them")
	}
	tid, err := threadArgument(ctx, p, args[1:])
	if err != nil {
		return err
	}
	return powerOf[core.Signaler](p).Signal(ctx, sig, tid)
}

func runKill(ctx context.Context, p Place, args Words) error {
	if err := noArguments(args); err != nil {
		return err
	}
	return powerOf[core.Signaler](p).Signal(ctx, int(syscall.SIGKILL), 0)
}

func runDetachSelf(_ context.Context, p Place, args Words) error {
	if err := noArguments(args); err != nil {
		return err
	}
	return p.Mount.Detach(p.Target.Name)
}

// runRefresh: lists are read anew at each open; what is kept are images.
func runRefresh(_ context.Context, p Place, args Words) error {
	if err := noArguments(args); err != nil {
		return err
	}
	p.Mount.images.Forget(p.Target.Core)
	return nil
}

func runClear(_ context.Context, p Place, args Words) error {
	if err := noArguments(args); err != nil {
		return err
	}
	return p.Target.stream.ClearLog()
}

func noArguments(args Words) error {
	if len(args) == 0 {
		return nil
	}
	return at(args[0], core.Errorf(core.ErrInvalid, "%q is one word too many", args[0].Text))
}
