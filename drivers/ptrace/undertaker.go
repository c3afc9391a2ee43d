package ptrace

import (
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/drivers/internal/procfs"
)

// patience is how long PTRACE_SEIZE may take before the undertaker looks why.
const patience = 20 * time.Millisecond

// An undertaker takes notice of dead threads while the tracer cannot. A thread within
// exec keeps the process's cred_guard_mutex (kernel: prepare_bprm_creds) until all
// other threads have died and, if traced, been waited for (de_thread); PTRACE_SEIZE of
// it waits for that mutex. With some threads ours already, the tracer and the process
// would wait for each other for good, had the tracer not another thread to do the
// waiting: wait without __WNOTHREAD takes the tracees of all threads of a process.
type undertaker struct {
	pid, tracer int
	since       atomic.Int64 // when the seize under way began, Unix nanoseconds; 0: none is
	quit, done  chan struct{}

	mu    sync.Mutex
	ended []ending
}

// ending is a thread's death that the tracer has yet to be told.
type ending struct {
	tid    int
	status unix.WaitStatus
}

func newUndertaker(pid, tracer int) *undertaker {
	u := &undertaker{pid: pid, tracer: tracer, quit: make(chan struct{}), done: make(chan struct{})}
	go u.run()
	return u
}

func (u *undertaker) run() {
	defer close(u.done)
	tick := time.NewTicker(patience)
	defer tick.Stop()
	for {
		select {
		case <-u.quit:
			return
		case <-tick.C:
			if since := u.since.Load(); since != 0 && time.Now().UnixNano()-since > int64(patience) {
				u.bury()
			}
		}
	}
}

// bury takes notice of all dead threads of the process that are the tracer's. The
// leader's death is told only after those of all others.
func (u *undertaker) bury() {
	tids, err := procfs.Tasks(u.pid)
	if err != nil {
		return // it has gone, and with it what the tracer waits for
	}
	for _, tid := range tids {
		st, err := procfs.ThreadStatus(u.pid, tid)
		if err != nil || st.State != 'Z' || st.Tracer != u.tracer || tid == u.pid {
			continue
		}
		var status int32
		n, _, errno := unix.Syscall6(unix.SYS_WAIT4, uintptr(tid), uintptr(unsafe.Pointer(&status)), unix.WALL|unix.WNOHANG, 0, 0, 0)
		if errno == 0 && int(n) == tid {
			u.mu.Lock()
			u.ended = append(u.ended, ending{tid, unix.WaitStatus(status)})
			u.mu.Unlock()
		}
	}
}

// seize is PTRACE_SEIZE of one thread, watched. The scheduler is told that it may block.
func (u *undertaker) seize(tid int) error {
	u.since.Store(time.Now().UnixNano())
	defer u.since.Store(0)
	if _, _, errno := unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_SEIZE, uintptr(tid), 0, options, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

// take gives the deaths that the tracer has not been told of.
func (u *undertaker) take() []ending {
	u.mu.Lock()
	defer u.mu.Unlock()
	out := u.ended
	u.ended = nil
	return out
}

func (u *undertaker) close() {
	close(u.quit)
	<-u.done
}
