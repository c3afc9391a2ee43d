package ptrace

import (
	"context"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers/internal/procmem"
)

// spin is how long the loop looks for a stop before it does other things meanwhile;
// a thread that runs or sleeps stops within a few microseconds.
const spin = 100 * time.Microsecond

// settle is how long Close waits for threads that were told to stop.
const settle = 300 * time.Millisecond

// loop is the conversation with one process. Its fields below the channels belong
// to its goroutine.
type loop struct {
	area []byte // where the extended state is read to; nil: not yet

	pid    int
	tracer int // the thread id of the goroutine
	mem    *procmem.Memory
	calls  chan call
	done   chan struct{} // closed when nothing more is answered
	board  board

	threads   map[int]*thread
	holdAll   int
	stopAll   bool // threads made from now on stop as if by request
	waiting   []*hold
	lastLook  time.Time // when wait last found nothing
	info      core.Info
	notify    func(core.Event)
	early     []core.Event // what happened before there was a notify
	launching *launching
	closing   bool
}

type call struct {
	f    func()
	done chan struct{}
}

func newLoop(pid int, mem *procmem.Memory) *loop {
	return &loop{
		pid: pid, mem: mem, calls: make(chan call), done: make(chan struct{}), threads: map[int]*thread{},
		board: board{changed: make(chan struct{})},
	}
}

// do runs f in the loop. f must not wait. ErrGone if the loop has ended.
func (l *loop) do(ctx context.Context, f func()) error {
	if err := core.ContextError(ctx, "asking the tracer"); err != nil {
		return err
	}
	c := call{f, make(chan struct{})}
	select {
	case l.calls <- c:
		<-c.done
		return nil
	case <-l.done:
		return l.gone()
	case <-ctx.Done():
		return core.ContextError(ctx, "asking the tracer")
	}
}

func (l *loop) gone() error { return core.Errorf(core.ErrGone, "process %d: target is closed", l.pid) }

// run attaches and then serves until Close. attached gets the result of attaching.
func (l *loop) run(ctx context.Context, attached chan<- error) {
	l.tracer = unix.Gettid()
	unix.Setpriority(unix.PRIO_PROCESS, 0, -15) // of this thread: while it waits for a processor, threads stand still; needs CAP_SYS_NICE
	child := make(chan os.Signal, 1)
	signal.Notify(child, unix.SIGCHLD)
	defer signal.Stop(child)
	defer close(l.done)
	err := l.seizeAll(ctx)
	l.publish()
	attached <- err
	if err != nil {
		l.letGo()
		return
	}
	l.serve(child)
	l.letGo()
}

func (l *loop) serve(child <-chan os.Signal) {
	tick := time.NewTimer(time.Hour)
	defer tick.Stop()
	delay := time.Millisecond
	for !l.closing {
		l.reap()
		if len(l.waiting) > 0 {
			tick.Reset(delay)
		} else {
			delay = time.Millisecond
		}
		select {
		case c := <-l.calls:
			c.f()
			l.publish()
			close(c.done)
		case <-child:
		case <-tick.C:
			delay = min(2*delay, 50*time.Millisecond)
			l.findZombies()
		}
	}
}

// reap takes all changes there are, then answers those who waited for them.
func (l *loop) reap() {
	for tid, ws := wait(-1); tid > 0; tid, ws = wait(-1) {
		l.handle(tid, ws)
	}
	l.lastLook = time.Now()
	l.answer()
	l.publish()
}

// spinUntil looks for changes until ready says so, or there is none for a while.
func (l *loop) spinUntil(ready func() bool) bool {
	for end := time.Now().Add(spin); !ready(); {
		tid, ws := wait(-1)
		now := time.Now()
		if tid > 0 {
			l.handle(tid, ws)
			end = now.Add(spin)
			continue
		}
		l.lastLook = now
		if now.After(end) {
			return false
		}
		schedYield()
	}
	return true
}

// letGo detaches what stands in a stop; what runs is let go of by the end of the
// thread. A thread that was told to stop and has not yet is waited for a while, as
// it may be on its way out of a system call.
func (l *loop) letGo() {
	l.holdAll, l.stopAll = 0, false
	for _, t := range l.threads {
		t.holds, t.request = 0, false
	}
	l.closing = true
	for end := time.Now().Add(settle); l.anyAsked() && time.Now().Before(end); {
		if !l.spinUntil(func() bool { return !l.anyAsked() }) {
			l.findZombies()
			time.Sleep(time.Millisecond)
		}
	}
	for _, t := range l.threads {
		if t.stopped {
			l.stopEnds(t)
			request(unix.PTRACE_DETACH, t.tid, 0, uintptr(t.sig))
			t.stopped = false
		}
	}
	for _, h := range l.waiting {
		h.ready <- l.gone()
	}
	l.waiting = nil
}

func (l *loop) anyAsked() bool {
	for _, t := range l.threads {
		if t.asked && !t.zombie {
			return true
		}
	}
	return false
}
