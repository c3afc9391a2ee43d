package nodes

import (
	"context"
	"slices"

	"github.com/stackfs/stackfs/core"
)

type callerKey struct{}

// WithCaller notes the thread id of who asks, so that nobody is made to stand
// still while waiting for the answer.
func WithCaller(ctx context.Context, tid int) context.Context {
	return context.WithValue(ctx, callerKey{}, tid)
}

func caller(ctx context.Context) int {
	tid, _ := ctx.Value(callerKey{}).(int)
	return tid
}

// limit gives a call into the target its time limit: options/timeout.
func (p Place) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	if p.Target == nil {
		return ctx, func() {}
	}
	return withLimit(ctx, p.Target.options.load().timeout)
}

func (p Place) errorLog() *ErrorLog {
	if p.Target != nil {
		return p.Target.errors
	}
	return p.Mount.errors
}

// mayHold says whether the place's thread (or any, without one) may be made to
// stand still for a reader.
func (p Place) mayHold(ctx context.Context) error {
	if p.asksItself(ctx) {
		return core.Errorf(core.ErrBusy, "holding thread %d: it is the one that asks; read from another process", caller(ctx))
	}
	if p.Target.options.load().peek {
		return nil
	}
	if st, err := p.threadState(ctx); err != nil || st == core.Stopped {
		return err
	}
	return core.Errorf(core.ErrBusy, "holding a running thread: options/peek is no; stop it first or write yes to options/peek")
}

func (p Place) threadState(ctx context.Context) (core.State, error) {
	if p.TID == 0 {
		info, err := p.Target.Core.Info(ctx)
		return info.State, err
	}
	th, err := core.FindThread(ctx, p.Target.Core, p.TID)
	if err != nil {
		return "", err
	}
	st, err := th.Status(ctx)
	return st.State, err
}

// asksItself is true if the thread that would be held is the one that waits for us.
func (p Place) asksItself(ctx context.Context) bool {
	tid := caller(ctx)
	if tid == 0 || p.TID != 0 {
		return tid != 0 && tid == p.TID
	}
	threads, err := p.Target.Core.Threads(ctx)
	return err == nil && slices.ContainsFunc(threads, func(t core.Thread) bool { return t.ID() == tid })
}
