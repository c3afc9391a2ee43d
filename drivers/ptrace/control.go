package ptrace

import (
	"context"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers/internal/procfs"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Stop implements core.Stopper: the threads stand still until Cont.
func (t *Target) Stop(ctx context.Context, tid int) (err error) {
	if t.ro {
		return t.readOnly("stopping")
	}
	h := &hold{all: tid == 0, ready: make(chan error, 1)}
	if e := t.loop.do(ctx, func() { err = t.loop.request(h, tid) }); e != nil {
		return e
	}
	if err != nil {
		return err
	}
	if err = t.loop.await(ctx, h); err != nil { // what could not be stopped in time is not stopped later
		t.loop.do(context.Background(), func() { t.loop.forget(h); t.loop.cont(tid) })
	}
	return err
}

// request marks threads as stopped by request and waits for them as a hold would.
func (l *loop) request(h *hold, tid int) (err error) {
	if err := l.alive(); err != nil {
		return err
	}
	if tid == 0 {
		l.stopAll = true
	} else if h.threads, err = l.find([]int{tid}); err != nil {
		return err
	}
	l.each(h, func(t *thread) { t.request = true })
	l.arrange(h)
	return nil
}

// Cont implements core.Stopper. The whole target (tid 0) runs afterwards, as after
// gdb's continue: one in a group-stop (state stopped, reason signal SIGSTOP) is sent SIGCONT.
func (t *Target) Cont(ctx context.Context, tid int) (err error) {
	if t.ro {
		return t.readOnly("continuing")
	}
	group := false
	if e := t.loop.do(ctx, func() { group, err = t.loop.cont(tid) }); e != nil {
		return e
	}
	if err != nil || !group {
		return err
	}
	return t.contGroup(ctx)
}

func (l *loop) cont(tid int) (group bool, err error) {
	h := &hold{all: tid == 0}
	if err := l.alive(); err != nil {
		return false, err
	}
	if tid == 0 {
		l.stopAll = false
	} else if h.threads, err = l.find([]int{tid}); err != nil {
		return false, err
	}
	l.each(h, func(t *thread) {
		t.request = false
		group = group || h.all && t.group != 0
		l.resume(t)
	})
	return group, nil
}

// contGroup ends a group-stop and waits until the target runs.
func (t *Target) contGroup(ctx context.Context) error {
	if err := t.send(unix.SIGCONT, 0); err != nil {
		return err
	}
	for {
		info, _, changed := t.loop.board.read()
		if info.State != core.Stopped {
			return nil
		}
		select {
		case <-changed:
		case <-t.loop.done:
			return t.loop.gone()
		case <-ctx.Done():
			return core.ContextError(ctx, "continuing")
		}
	}
}

// Signal implements core.Signaler.
func (t *Target) Signal(ctx context.Context, sig, tid int) error {
	if t.ro {
		return t.readOnly("sending a signal")
	}
	if sig < 1 || sig > 64 {
		return core.Errorf(core.ErrInvalid, "sending signal %d: want 1 to 64", sig)
	}
	if err := t.checkAlive(ctx, "sending a signal"); err != nil {
		return err
	}
	return t.send(unix.Signal(sig), tid)
}

// send signals the process or one thread. The id cannot be another process's: the loop reaps it, but
// one that has been reaped is not alive.
func (t *Target) send(sig unix.Signal, tid int) error {
	err := t.mem.Alive()
	if err != nil {
		return err
	}
	if tid == 0 {
		err = unix.Kill(t.pid, sig)
	} else {
		err = unix.Tgkill(t.pid, tid, sig)
	}
	switch err {
	case nil:
		return nil
	case unix.ESRCH:
		return core.Errorf(core.ErrGone, "sending %s: thread %d of process %d is gone", SignalName(int(sig)), tid, t.pid)
	}
	return core.Errorf(core.ErrPermission, "sending %s to process %d: %w", SignalName(int(sig)), t.pid, err)
}

// Status implements core.Thread. The state is what the kernel says, without asking
// the tracer unless the thread stands in a stop.
func (th Thread) Status(ctx context.Context) (core.ThreadStatus, error) {
	if err := th.t.checkAlive(ctx, "reading a thread's state"); err != nil {
		return core.ThreadStatus{}, err
	}
	st, err := procfs.ThreadStat(th.t.pid, th.tid)
	if err != nil {
		return core.ThreadStatus{}, err
	}
	s := core.ThreadStatus{TID: th.tid, PID: th.t.pid, Name: st.Comm, State: st.Core(), CPU: st.CPU, Reason: "none"}
	if s.State != core.Stopped {
		return s, nil
	}
	l := th.t.loop
	err = l.do(ctx, func() {
		if t := l.threads[th.tid]; t != nil {
			s.State, s.Reason = t.state(), l.reason(t)
		}
	})
	return s, err
}

// Syscall implements core.SyscallReader by /proc/PID/task/TID/syscall
// (fs/proc/base.c, proc_pid_syscall).
func (t *Target) Syscall(ctx context.Context, tid int) (core.Syscall, error) {
	if err := t.checkAlive(ctx, "reading a system call"); err != nil {
		return core.Syscall{}, err
	}
	b, err := procfs.Read(t.pid, "task/"+itoa(tid)+"/syscall")
	if err != nil {
		return core.Syscall{}, err
	}
	return procfs.ParseSyscall(string(b))
}
