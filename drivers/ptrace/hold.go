package ptrace

import (
	"context"
	"slices"
	"sync"

	"github.com/stackfs/stackfs/core"
)

// hold is one call of Hold, or of Stop while it waits.
type hold struct {
	all     bool
	threads []*thread
	ready   chan error // gets one answer
}

// Hold implements core.Target.
func (t *Target) Hold(ctx context.Context, tids ...int) (release func(), err error) {
	h := &hold{all: len(tids) == 0, ready: make(chan error, 1)}
	if err := t.loop.do(ctx, func() { err = t.loop.begin(h, tids) }); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	let := sync.OnceFunc(func() { t.loop.do(context.Background(), func() { t.loop.end(h) }) })
	if err := t.loop.await(ctx, h); err != nil {
		let()
		return nil, err
	}
	return let, nil
}

// await waits for a hold's answer.
func (l *loop) await(ctx context.Context, h *hold) error {
	select {
	case err := <-h.ready:
		return err
	case <-l.done:
		return l.gone()
	case <-ctx.Done():
		return core.ContextError(ctx, "stopping threads (one in state D does not stop)")
	}
}

// find turns ids into threads.
func (l *loop) find(tids []int) ([]*thread, error) {
	if err := l.alive(); err != nil {
		return nil, err
	}
	var found []*thread
	for _, tid := range tids {
		t := l.threads[tid]
		if t == nil || t.zombie {
			return nil, core.Errorf(core.ErrGone, "thread %d is gone", tid)
		}
		found = append(found, t)
	}
	return found, nil
}

func (l *loop) alive() error {
	if l.info.State == core.Exited {
		return core.Errorf(core.ErrGone, "process %d has ended (%s)", l.pid, l.info.Reason)
	}
	return nil
}

// begin asks threads to stop, and answers the hold at once if they do so at once.
func (l *loop) begin(h *hold, tids []int) (err error) {
	if h.threads, err = l.find(tids); err != nil {
		return err
	}
	l.info.Peeks++
	if h.all {
		l.holdAll++
	}
	for _, t := range h.threads {
		t.holds++
	}
	l.arrange(h)
	return nil
}

// arrange makes the threads of a hold stop and sees to its answer.
func (l *loop) arrange(h *hold) {
	l.each(h, func(t *thread) {
		l.interrupt(t)
		t.peeked = t.peeked || l.holdAll > 0 || t.holds > 0
	})
	l.waiting = append(l.waiting, h)
	l.spinUntil(func() bool { ok, _ := l.complete(h); return ok })
	l.answer()
}

func (l *loop) each(h *hold, f func(*thread)) {
	for _, t := range h.threads {
		f(t)
	}
	if h.all {
		for _, t := range l.threads {
			f(t)
		}
	}
}

// complete says whether all threads of a hold stand still, or will never.
func (l *loop) complete(h *hold) (bool, error) {
	if err := l.alive(); err != nil {
		return true, err
	}
	for _, t := range h.threads {
		if t.ended || t.zombie {
			return true, core.Errorf(core.ErrGone, "thread %d is gone", t.tid)
		}
		if !t.stopped {
			return false, nil
		}
	}
	if h.all {
		for _, t := range l.threads {
			if !t.stopped && !t.zombie {
				return false, nil
			}
		}
	}
	return true, nil
}

// answer gives those who wait what is ready.
func (l *loop) answer() {
	if len(l.waiting) == 0 {
		return
	}
	l.waiting = slices.DeleteFunc(l.waiting, func(h *hold) bool {
		ok, err := l.complete(h)
		if ok {
			l.publish()
			h.ready <- err
		}
		return ok
	})
}

// end takes a hold back.
func (l *loop) end(h *hold) {
	l.forget(h)
	if h.all {
		l.holdAll--
	}
	for _, t := range h.threads {
		t.holds--
	}
	l.each(h, l.resume)
}

func (l *loop) forget(h *hold) {
	l.waiting = slices.DeleteFunc(l.waiting, func(other *hold) bool { return other == h })
}
