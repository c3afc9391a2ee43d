package ptrace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers/internal/procfs"
	"github.com/stackfs/stackfs/drivers/internal/procmem"
)

// options are what the kernel is to tell us about. Not EXITKILL: the program outlives us.
const options = unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACEFORK | unix.PTRACE_O_TRACEVFORK | unix.PTRACE_O_TRACEEXEC

func newTarget(ctx context.Context, pid int, ro bool) (*Target, error) {
	mem, err := openMemory(ctx, pid)
	if err != nil {
		return nil, fmt.Errorf("attaching to process %d: %w", pid, err)
	}
	t := &Target{pid: pid, ro: ro, mem: mem, loop: newLoop(pid, mem)}
	i := &t.loop.info
	*i = core.Info{Driver: "ptrace", PID: pid, Arch: core.AMD64, ReadOnly: ro, Keeper: "none", Memory: mem.Path()}
	if comm, err := procfs.Read(pid, "comm"); err == nil {
		i.Comm = strings.TrimSuffix(string(comm), "\n")
	}
	i.Exe, _ = os.Readlink(procfs.Path(pid, "exe"))
	return t, nil
}

// openMemory opens a process's memory; for a moment within exec there is none.
func openMemory(ctx context.Context, pid int) (mem *procmem.Memory, err error) {
	for range 100 {
		if mem, err = procmem.Open(pid); !errors.Is(err, core.ErrGone) || ctx.Err() != nil {
			return mem, err
		}
		if ended(pid) {
			return nil, err
		}
		time.Sleep(time.Millisecond)
	}
	return nil, err
}

// start makes the tracer's thread, which attaches.
func (t *Target) start(ctx context.Context) error {
	attached := make(chan error, 1)
	onOwnThread(func() { t.loop.run(ctx, attached) })
	err := <-attached // every step of attaching looks at ctx
	if err != nil {
		t.Close()
	}
	return err
}

// seizeAll attaches to all threads, until a look at the list shows no new one. Threads
// made by those that we have attach themselves.
func (l *loop) seizeAll(ctx context.Context) error {
	u := newUndertaker(l.pid, l.tracer)
	defer func() {
		u.close()
		l.learn(u)
	}()
	for {
		if err := core.ContextError(ctx, "attaching"); err != nil {
			return err
		}
		tids, err := procfs.Tasks(l.pid)
		if err != nil {
			return fmt.Errorf("attaching to process %d: %w", l.pid, err)
		}
		slices.Sort(tids)
		fresh := false
		for _, tid := range tids {
			if l.threads[tid] != nil {
				continue
			}
			seized, err := l.seize(u, tid)
			l.learn(u)
			if err != nil {
				return err
			}
			fresh = fresh || seized
		}
		l.reap()
		if l.info.State == core.Exited {
			return core.Errorf(core.ErrGone, "attaching to process %d: it has ended (%s)", l.pid, l.info.Reason)
		}
		if err := l.mem.Alive(); err != nil || !fresh && len(l.threads) > 0 && l.leaderIsOurs() {
			return err
		}
		if len(l.threads) == 0 && ended(l.pid) {
			return core.Errorf(core.ErrGone, "attaching to process %d: it has ended", l.pid)
		}
	}
}

// learn hears of the threads that the undertaker has taken notice of.
func (l *loop) learn(u *undertaker) {
	for _, e := range u.take() {
		l.handle(e.tid, e.status)
	}
}

// ended is true for a process that has gone, or is a zombie, which counts as alive
// until its parent takes notice. Within exec a thread may take over from a dead
// leader while we look, so one look is not believed.
func ended(pid int) bool {
	for range 3 {
		st, err := procfs.ThreadStatus(0, pid)
		if err != nil {
			return true
		}
		if st.State != 'Z' && st.State != 'X' || st.Threads > 1 {
			return false
		}
		time.Sleep(time.Millisecond)
	}
	return true
}

// leaderIsOurs is false if a thread that we had not attached to yet has called exec: it
// has taken the leader's place and id, and is to be attached to.
func (l *loop) leaderIsOurs() bool {
	t := l.threads[l.pid]
	s, err := procfs.ThreadStatus(l.pid, l.pid)
	if t == nil || err != nil || s.Tracer == l.tracer || s.State == 'Z' {
		return true
	}
	t.ended = true
	delete(l.threads, l.pid)
	return false
}

// seize attaches to one thread; ok is false for one that has ended meanwhile, or is ours
// already. A refusal without a visible reason is tried again: the thread was ending, or within exec.
func (l *loop) seize(u *undertaker, tid int) (ok bool, err error) {
	for range 5 {
		switch err = u.seize(tid); err {
		case nil:
			l.add(tid)
			return true, nil
		case unix.ESRCH:
			return false, nil
		}
		st, statusErr := procfs.ThreadStatus(l.pid, tid)
		switch {
		case errors.Is(statusErr, core.ErrGone), st.State == 'Z', st.State == 'X':
			return false, nil
		case st.Tracer == l.tracer:
			l.reap() // its first stop has come, or will
			return false, nil
		case st.Tracer != 0:
			return false, busy(l.pid, st.Tracer)
		}
		time.Sleep(time.Millisecond)
	}
	return false, core.Errorf(core.ErrPermission, "attaching to thread %d: %w: %s", tid, err, hint())
}

// busy names who traces a process.
func busy(pid, tracer int) error {
	comm, _ := procfs.Read(tracer, "comm") // empty if the tracer has gone meanwhile
	return core.Errorf(core.ErrBusy, "attaching to process %d: it is traced by process %d (%s)", pid, tracer, bytes.TrimSpace(comm))
}

// hint says what forbids ptrace here.
func hint() string {
	const scope = "/proc/sys/kernel/yama/ptrace_scope"
	advice := "attaching to another user's process needs CAP_SYS_PTRACE (run stackfs as root)"
	if b, err := os.ReadFile(scope); err == nil && strings.TrimSpace(string(b)) != "0" {
		advice += fmt.Sprintf(", to one's own also when %s is %s (write 0 to it)", scope, bytes.TrimSpace(b))
	}
	return advice
}

// checkProcess says why a process cannot be a target, if so.
func checkProcess(pid int) error {
	doing := fmt.Sprintf("attaching to process %d", pid)
	s, err := procfs.ThreadStatus(0, pid)
	if errors.Is(err, core.ErrGone) {
		return core.Errorf(core.ErrNotFound, "%s: no such process", doing)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if s.TGID != pid {
		return core.Errorf(core.ErrInvalid, "%s: it is a thread of process %d, which is what to attach to", doing, s.TGID)
	}
	if isSelf(pid) {
		return core.Errorf(core.ErrInvalid, "%s: it is stackfs itself or one of its keepers", doing)
	}
	st, err := procfs.ThreadStat(pid, pid)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", doing, err)
	case st.Kthread():
		return core.Errorf(core.ErrPermission, "%s: %s is a thread of the kernel", doing, st.Comm)
	case (s.State == 'Z' || s.State == 'X') && ended(pid):
		return core.Errorf(core.ErrGone, "%s: it has ended (a zombie until process %d takes notice)", doing, st.PPID)
	case s.Tracer != 0:
		return busy(pid, s.Tracer)
	}
	return nil
}

// isSelf finds ourselves, a keeper (our program with keeper as its first argument),
// and those that started us, who are the server of this keeper.
func isSelf(pid int) bool {
	if pid == os.Getpid() {
		return true
	}
	ours, e1 := os.Stat("/proc/self/exe")
	its, e2 := os.Stat(procfs.Path(pid, "exe"))
	if e1 != nil || e2 != nil || !os.SameFile(ours, its) {
		return false
	}
	cmdline, _ := procfs.Read(pid, "cmdline") // empty: it has just ended
	args := strings.Split(string(cmdline), "\x00")
	return len(args) > 1 && args[1] == "keeper" || isAncestor(pid)
}

func isAncestor(pid int) bool {
	for at, left := os.Getppid(), 64; at > 1 && left > 0; left-- {
		if at == pid {
			return true
		}
		st, err := procfs.ThreadStat(at, at)
		if err != nil {
			return false
		}
		at = st.PPID
	}
	return false
}
