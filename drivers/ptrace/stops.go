package ptrace

import (
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers/internal/procfs"
)

// eventStop is PTRACE_EVENT_STOP of include/uapi/linux/ptrace.h: a stop made by
// PTRACE_INTERRUPT, at the start of a new tracee, or a group-stop.
const eventStop = 128

// handle takes one change of a tracee into account and lets it go on if nobody holds it.
func (l *loop) handle(tid int, ws unix.WaitStatus) {
	t := l.threads[tid]
	if !ws.Stopped() {
		l.ended(tid, t, ws)
		return
	}
	if t == nil {
		if t = l.adopt(tid); t == nil {
			return
		}
	}
	t.stopped, t.asked, t.exec = true, false, false
	t.sig, t.group, t.blocked = 0, 0, false
	if l.lastLook.After(t.began) {
		t.began = l.lastLook // it ran still then
	}
	l.stop(t, ws.StopSignal(), int(uint32(ws)>>16))
}

// stop deals with one stop by its kind (ptrace(2), "Stopped states").
func (l *loop) stop(t *thread, sig unix.Signal, event int) {
	switch event {
	case 0:
		t.sig = int(sig)
		l.signalArrives(t)
	case eventStop:
		if sig != unix.SIGTRAP {
			t.group, t.felt = sig, groupStopped
			t.look()
		} else {
			l.rewind(t)
		}
	case unix.PTRACE_EVENT_EXEC:
		l.execed(t, eventMessage(t.tid))
		t = l.threads[l.pid]
	case unix.PTRACE_EVENT_CLONE, unix.PTRACE_EVENT_FORK, unix.PTRACE_EVENT_VFORK:
		l.forked(t, event)
		return
	}
	if l.holdAll > 0 || t.holds > 0 {
		t.peeked = true
	}
	l.resume(t)
}

// forked lets the thread finish the system call that made a thread or a process;
// one that is held stops at the end of it, where its registers are settled.
func (l *loop) forked(t *thread, event int) {
	if event != unix.PTRACE_EVENT_CLONE {
		l.tell("fork", t.tid, strconv.Itoa(eventMessage(t.tid)))
	}
	t.stopped = false
	if l.held(t) {
		l.interrupt(t)
	}
	request(unix.PTRACE_CONT, t.tid, 0, 0)
}

// adopt takes a new thread in; a new process is let go, and nil returned.
func (l *loop) adopt(tid int) *thread {
	if _, err := os.Stat(procfs.Path(l.pid, fmt.Sprintf("task/%d", tid))); err != nil {
		request(unix.PTRACE_DETACH, tid, 0, 0)
		return nil
	}
	t := l.add(tid)
	l.tell("thread", tid, "created")
	return t
}

func (l *loop) add(tid int) *thread {
	t := &thread{tid: tid, request: l.stopAll, began: time.Now()}
	l.threads[tid] = t
	return t
}

// execed makes the process that of another program: the thread that called exec is
// the leader from now on, whatever it was before, and the others are gone.
func (l *loop) execed(t *thread, former int) {
	if f := l.threads[former]; f != nil && f != t {
		f.stopped, f.asked, f.group, f.sig, f.tid, f.began = true, false, 0, 0, l.pid, t.began
		t.ended = true
		t = f
	}
	for tid, other := range l.threads {
		if other != t {
			other.ended = true
		}
		delete(l.threads, tid)
	}
	l.threads[l.pid] = t
	t.exec, t.rewound, t.zombie = true, nil, false
	l.info.Generation++
	l.mem.Reopen() // on failure reads go on by process_vm_readv
	l.info.Exe, _ = os.Readlink(procfs.Path(l.pid, "exe"))
	l.tell("exec", l.pid, l.info.Exe)
	if l.launching != nil {
		l.launched(t)
	}
}

// ended takes a thread out that has ended, and with the leader the whole process:
// the kernel reports that one last.
func (l *loop) ended(tid int, t *thread, ws unix.WaitStatus) {
	if t == nil && tid != l.pid {
		return // a child of fork that died before it was let go
	}
	if t != nil {
		t.ended, t.stopped, t.asked = true, false, false
	}
	delete(l.threads, tid)
	if tid != l.pid {
		l.tell("thread", tid, "ended")
		if len(l.threads) == 0 { // its leader had ended before we came
			l.exited("exit ?")
		}
		return
	}
	reason := fmt.Sprintf("exit %d", ws.ExitStatus())
	if ws.Signaled() {
		reason = "signal " + SignalName(int(ws.Signal()))
	}
	l.exited(reason)
}

func (l *loop) exited(reason string) {
	for _, t := range l.threads {
		t.ended = true
	}
	clear(l.threads)
	l.changeState(core.Exited, reason, l.pid)
	l.tell("exit", l.pid, reason)
	if l.launching != nil {
		l.launching.begun <- core.Errorf(core.ErrGone, "launching: the process ended before its program began (%s)", reason)
		l.launching = nil
	}
}

// findZombies marks threads that will never stop as they have ended, but stay as the leader
// of others (wait reports them last).
func (l *loop) findZombies() {
	for tid, t := range l.threads {
		if !t.asked {
			continue
		}
		if st, err := procfs.ThreadStat(l.pid, tid); err == nil && (st.State == 'Z' || st.State == 'X') {
			t.zombie, t.asked = true, false
		}
	}
}
