package ptrace

import (
	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/drivers/internal/procfs"
)

// Most system calls that a stop interrupts are restarted by the kernel; some return
// EINTR although no signal came. A thread at the end of one of those is rewound: its
// rip is set back to the syscall instruction (2 bytes) and rax to the call's number,
// and so it calls again when it goes on.
//
// While it stands there, registers read as they were (view). If then a signal comes
// for which the program has a handler, the program is to see its EINTR: it is put
// forward again before the signal is delivered. The other way round, under ptrace
// also a signal that the program ignores wakes it, which it would not do without
// us: that is rewound too.

// pureEINTR is the result of a system call that was interrupted.
const pureEINTR = -int64(unix.EINTR)

// selector64 is the code segment of 64-bit code (arch/x86/include/asm/segment.h, __USER_CS).
const selector64 = 0x33

// repeatable are the calls that may be made again after EINTR, since they have done
// nothing then: not close and dup2, whose descriptor is in an unknown state.
var repeatable = map[uint64]bool{
	unix.SYS_READ: true, unix.SYS_WRITE: true, unix.SYS_PREAD64: true, unix.SYS_PWRITE64: true, unix.SYS_READV: true,
	unix.SYS_WRITEV: true, unix.SYS_PREADV: true, unix.SYS_PWRITEV: true, unix.SYS_PREADV2: true, unix.SYS_PWRITEV2: true,
	unix.SYS_RECVFROM: true, unix.SYS_RECVMSG: true, unix.SYS_RECVMMSG: true, unix.SYS_SENDTO: true, unix.SYS_SENDMSG: true,
	unix.SYS_SENDMMSG: true, unix.SYS_ACCEPT: true, unix.SYS_ACCEPT4: true, unix.SYS_CONNECT: true,
	unix.SYS_EPOLL_WAIT: true, unix.SYS_EPOLL_PWAIT: true, unix.SYS_EPOLL_PWAIT2: true, unix.SYS_SELECT: true,
	unix.SYS_PSELECT6: true, unix.SYS_POLL: true, unix.SYS_PPOLL: true, unix.SYS_SEMOP: true, unix.SYS_SEMTIMEDOP: true,
	unix.SYS_RT_SIGTIMEDWAIT: true, unix.SYS_MSGRCV: true, unix.SYS_MSGSND: true, unix.SYS_MQ_TIMEDSEND: true,
	unix.SYS_MQ_TIMEDRECEIVE: true, unix.SYS_IO_GETEVENTS: true, unix.SYS_IO_PGETEVENTS: true, unix.SYS_IO_URING_ENTER: true,
	unix.SYS_FUTEX: true, unix.SYS_FUTEX_WAITV: true, unix.SYS_NANOSLEEP: true, unix.SYS_CLOCK_NANOSLEEP: true,
	unix.SYS_WAIT4: true, unix.SYS_WAITID: true, unix.SYS_FLOCK: true, unix.SYS_FCNTL: true, unix.SYS_SPLICE: true,
	unix.SYS_TEE: true, unix.SYS_VMSPLICE: true, unix.SYS_SENDFILE: true, unix.SYS_OPEN: true, unix.SYS_OPENAT: true,
	unix.SYS_OPENAT2: true, unix.SYS_GETRANDOM: true,
}

// ignoredByDefault are the signals without effect where there is no handler (signal(7)).
const ignoredByDefault = 1<<(unix.SIGCHLD-1) | 1<<(unix.SIGURG-1) | 1<<(unix.SIGWINCH-1) | 1<<(unix.SIGCONT-1)

func (g gprs) result() int64 { return int64(g[gprRAX]) }

// interrupted says that the thread stands at the end of a call that returns EINTR and can be repeated.
func (g gprs) interrupted() bool {
	return g.result() == pureEINTR && int64(g[gprOrigRAX]) >= 0 && g[gprCS] == selector64 && repeatable[g[gprOrigRAX]]
}

// restarted says that the kernel itself will restart the call (include/linux/errno.h, ERESTARTSYS to ERESTART_RESTARTBLOCK).
func (g gprs) restarted() bool {
	return int64(g[gprOrigRAX]) >= 0 && g.result() <= -512 && g.result() >= -516
}

// samePlace says that two states differ in orig_rax at most: the kernel clears that
// when the thread is interrupted outside of a call.
func (g gprs) samePlace(other gprs) bool {
	other[gprOrigRAX] = g[gprOrigRAX]
	return g == other
}

// forward is the state before it was rewound.
func (g gprs) forward() gprs {
	g[gprRIP] += 2
	r := pureEINTR
	g[gprRAX] = uint64(r)
	return g
}

// view is what register reads show.
func (t *thread) view(g gprs) gprs {
	if t.rewound != nil && g.samePlace(*t.rewound) {
		g[gprOrigRAX] = t.rewound[gprOrigRAX]
		return g.forward()
	}
	return g
}

// look reads the registers at a stop and forgets a rewinding that the thread has left behind.
func (t *thread) look() (g gprs, ok bool) {
	g, err := readGPRs(t.tid)
	if t.rewound != nil && (err != nil || !g.samePlace(*t.rewound)) {
		t.rewound = nil
	}
	t.blocked = err == nil && (g.restarted() || g.interrupted() || t.rewound != nil)
	return g, err == nil
}

// rewind is called at a stop made by PTRACE_INTERRUPT, or after a group-stop; a program
// sees EINTR after the latter without us too.
func (l *loop) rewind(t *thread) {
	g, ok := t.look()
	if t.felt == groupStopped {
		t.felt = groupOver
		return
	}
	t.felt = feltNothing
	if ok && g.interrupted() && !l.signalPending(t) {
		l.setBack(t, g)
	}
}

func (l *loop) setBack(t *thread, g gprs) {
	g[gprRIP] -= 2
	g[gprRAX] = g[gprOrigRAX]
	if writeGPRs(t.tid, g) == nil {
		t.rewound = &g
		l.info.Restarted++
	}
}

// signalPending says that the thread is about to run a handler, and so the EINTR is its own. A signal
// to the whole process counts only if there is no other thread to take it: should
// it come to this one, signalArrives puts it forward again.
func (l *loop) signalPending(t *thread) bool {
	s, err := procfs.ThreadStatus(l.pid, t.tid)
	pending := s.Pending
	if len(l.threads) == 1 {
		pending |= s.Shared
	}
	return err == nil && pending&^s.Blocked&s.Caught != 0
}

// signalArrives is called at a signal-delivery-stop, before the signal t.sig is passed on.
func (l *loop) signalArrives(t *thread) {
	g, ok := t.look()
	if !ok || t.rewound == nil && !g.interrupted() {
		return
	}
	s, err := procfs.ThreadStatus(l.pid, t.tid)
	if err != nil {
		return
	}
	bit := uint64(1) << (t.sig - 1)
	caught, ignored := s.Caught&bit != 0, s.Ignored&bit != 0 || s.Caught&bit == 0 && ignoredByDefault&bit != 0
	switch {
	case t.rewound != nil && caught:
		g = t.view(g)
		t.rewound = nil
		writeGPRs(t.tid, g) // on failure the thread has been killed
	case t.rewound == nil && ignored && !t.continued():
		l.setBack(t, g)
	}
}

// The states of thread.felt: whether an EINTR is due to a group-stop, which ends with a stop of ours and
// then, in one of the threads, SIGCONT.
const (
	feltNothing = iota
	groupStopped
	groupOver
)

// continued says that the signal is the SIGCONT that ended a group-stop.
func (t *thread) continued() bool {
	over := t.sig == int(unix.SIGCONT) && t.felt != feltNothing
	t.felt = feltNothing
	return over
}
