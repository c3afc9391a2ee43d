package fs

import (
	"context"
	"sync"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"

	"github.com/stackfs/stackfs/nodes"
)

// grace is how long a request that is interrupted may still take. A signal that its
// handler lets pass (a timer, a child's end) must not make open(2) of a file fail
// that is there in microseconds; one that kills the client may not wait for long.
const grace = 30 * time.Millisecond

// request gives a handler's context what nodes want to know of the caller, and
// the grace. done must be called when the request has been served.
func request(ctx context.Context) (patient context.Context, done func()) {
	tid := 0
	if c, ok := fuse.FromContext(ctx); ok {
		tid = int(c.Pid)
	}
	g := &graced{Context: ctx}
	return nodes.WithCaller(g, tid), g.end
}

// graced is a context that ends a while after its parent does. Nothing is set up
// until somebody waits for its end.
type graced struct {
	context.Context

	mu    sync.Mutex
	since time.Time     // when the parent's end was seen
	done  chan struct{} // nil until somebody waits
	stop  func() bool
}

// Done implements context.Context.
func (g *graced) Done() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.done == nil {
		done := make(chan struct{})
		g.done = done
		g.stop = context.AfterFunc(g.Context, func() {
			_ = g.Err() // the grace begins
			time.AfterFunc(grace, func() { close(done) })
		})
	}
	return g.done
}

// Err implements context.Context.
func (g *graced) Err() error {
	if g.Context.Err() == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.since.IsZero() {
		g.since = time.Now()
	}
	if time.Since(g.since) < grace {
		return nil
	}
	return context.Canceled
}

func (g *graced) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.stop != nil {
		g.stop()
	}
}
