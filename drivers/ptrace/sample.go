package ptrace

import (
	"context"
	"time"

	"github.com/stackfs/stackfs/core"
)

// batch is how many threads are sampled before other calls have their turn.
const batch = 8

// Sample implements core.Sampler: each thread stands still while its
// registers and its stack are read, one after the other.
func (t *Target) Sample(ctx context.Context, tids []int, w core.Want) ([]core.Snapshot, error) {
	out := make([]core.Snapshot, 0, len(tids))
	for len(tids) > 0 {
		part := tids[:min(batch, len(tids))]
		tids = tids[len(part):]
		var late []int // places in out of threads that did not stop at once
		err := t.loop.do(ctx, func() {
			for _, tid := range part {
				s, ok := t.loop.sample(tid, w)
				if !ok {
					late = append(late, len(out))
				}
				out = append(out, s)
			}
		})
		if err != nil {
			return nil, err
		}
		for _, i := range late {
			out[i] = t.sampleLate(ctx, out[i].TID, w)
		}
	}
	return out, core.ContextError(ctx, "sampling threads")
}

// sample takes one thread; ok is false if it did not stop at once.
func (l *loop) sample(tid int, w core.Want) (s core.Snapshot, ok bool) {
	s.TID = tid
	found, err := l.find([]int{tid})
	if err != nil {
		s.Err = err
		return s, true
	}
	t := found[0]
	felt := !t.stopped
	t.holds++
	l.interrupt(t)
	if l.spinUntil(func() bool { return t.stopped || t.ended }) {
		s, ok = l.snapshot(t, w), true
		if felt {
			l.info.Peeks++
		}
	}
	t.holds--
	l.resume(t)
	return s, ok
}

func (l *loop) snapshot(t *thread, w core.Want) core.Snapshot {
	s := core.Snapshot{TID: t.tid}
	if t.ended {
		s.Err = core.Errorf(core.ErrGone, "thread %d is gone", t.tid)
		return s
	}
	take := l.general
	if w.All {
		take = l.all
	}
	if s.Registers, s.Err = take(t); s.Err == nil {
		s.Stack = core.ReadStack(context.Background(), mapped{l.mem}, s.Registers, w.Stack)
	}
	return s
}

// sampleLate waits for a thread that does not stop at once.
func (t *Target) sampleLate(ctx context.Context, tid int, w core.Want) (s core.Snapshot) {
	release, err := t.Hold(ctx, tid)
	if err != nil {
		return core.Snapshot{TID: tid, Err: err}
	}
	defer release()
	err = t.loop.do(ctx, func() {
		found, err := t.loop.find([]int{tid})
		if err != nil {
			s = core.Snapshot{TID: tid, Err: err}
			return
		}
		s = t.loop.snapshot(found[0], w)
	})
	if err != nil {
		return core.Snapshot{TID: tid, Err: err}
	}
	return s
}

// Threads implements core.Target.
func (t *Target) Threads(ctx context.Context) ([]core.Thread, error) {
	if err := t.check(ctx, "listing threads"); err != nil {
		return nil, err
	}
	_, tids, _ := t.loop.board.read()
	out := make([]core.Thread, len(tids))
	for i, tid := range tids {
		out[i] = Thread{t, tid}
	}
	return out, nil
}

// Wait implements core.Waiter: ErrGone if the process ends while it waits for
// another state.
func (t *Target) Wait(ctx context.Context, want core.State) error {
	for {
		info, _, changed := t.loop.board.read()
		if info.State == want {
			return nil
		}
		if info.State == core.Exited {
			return core.Errorf(core.ErrGone, "waiting until %s: the process has ended (%s)", want, info.Reason)
		}
		select {
		case <-changed:
		case <-t.loop.done:
			return t.loop.gone()
		case <-ctx.Done():
			return core.ContextError(ctx, "waiting until "+string(want))
		}
	}
}

// longest is a limit on waiting for what the kernel does at once.
const longest = 5 * time.Second
