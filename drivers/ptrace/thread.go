package ptrace

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/core"
)

// thread is one tracee, as the loop knows it.
type thread struct {
	tid int
	// stopped: in a ptrace-stop, so that registers can be read and it can be resumed.
	stopped bool
	// asked: told to stop by PTRACE_INTERRUPT, and no stop seen since.
	asked bool
	// ended: it has exited; zombie: it has, but the kernel keeps it as the leader of living threads.
	ended, zombie bool
	sig           int         // the signal it gets when it is resumed, 0: none
	group         unix.Signal // the signal of the group-stop it is in, 0: none
	exec          bool        // it stands where a new program begins
	holds         int
	request       bool // stopped until cont
	peeked        bool // held since it stopped
	began         time.Time
	blocked       bool  // the stop took it out of a system call
	rewound       *gprs // its registers since it was set back to a system call, while it stands there
	felt          int   // whether a group-stop made its call return EINTR
}

// held says whether somebody wants the thread to stand still.
func (l *loop) held(t *thread) bool { return t.holds > 0 || l.holdAll > 0 || t.request }

// interrupt asks a thread to stop.
func (l *loop) interrupt(t *thread) {
	if t.stopped || t.asked || t.ended || t.zombie {
		return
	}
	t.began = time.Now()
	if request(unix.PTRACE_INTERRUPT, t.tid, 0, 0) == nil {
		t.asked = true
	}
}

// resume lets a thread go on unless somebody holds it.
func (l *loop) resume(t *thread) {
	if !t.stopped || l.held(t) {
		return
	}
	l.stopEnds(t)
	how, sig := unix.PTRACE_CONT, t.sig
	if t.group != 0 {
		how, sig = unix.PTRACE_LISTEN, 0
	}
	t.stopped, t.sig, t.exec = false, 0, false
	request(how, t.tid, 0, uintptr(sig)) // ESRCH: it was killed in its stop, and its end will be reported
}

// stopEnds accounts for a stop that was made for reading.
func (l *loop) stopEnds(t *thread) {
	if t.peeked && !t.request {
		l.info.LongestStop = max(l.info.LongestStop, time.Since(t.began))
	}
	t.peeked = false
}

// state is what a thread of state t (tracing stop) in /proc does as its users see it.
func (t *thread) state() core.State {
	switch {
	case t.ended:
		return core.Dead
	case t.zombie:
		return core.Zombie
	case t.request || t.group != 0:
		return core.Stopped
	case t.blocked:
		return core.Sleeping
	}
	return core.Running
}

// reason is why a thread stands still, as Info.Reason.
func (l *loop) reason(t *thread) string {
	switch {
	case t.request && t.exec:
		return "exec"
	case t.request:
		return "request"
	case t.group != 0:
		return "signal " + SignalName(int(t.group))
	}
	return "none"
}
