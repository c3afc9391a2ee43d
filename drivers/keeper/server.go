package keeper

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers/internal/procmem"
)

// eventsMax is how many events may wait to be sent before some are lost.
const eventsMax = 64 << 10

// server is the keeper's side: it runs calls on one target.
type server struct {
	conn    *conn
	drivers []core.Driver
	shared  bool // descriptors cross
	ctx     context.Context
	end     context.CancelFunc

	mu      sync.Mutex
	target  core.Target // nil until attached
	calls   map[uint64]*running
	holds   map[uint64]func()
	images  map[uint64]core.File
	events  []core.Event
	dropped int
	wake    chan struct{} // an event waits

	pushMu     sync.Mutex
	lastState  []byte
	generation int // whose descriptors were sent
	sentFiles  bool
}

// running is a call that is being answered.
type running struct {
	cancel   context.CancelFunc
	released bool // its hold is not wanted any more
}

func newServer(c *conn, drivers []core.Driver) *server {
	ctx, end := context.WithCancel(context.Background())
	return &server{
		conn: c, drivers: drivers, ctx: ctx, end: end, calls: map[uint64]*running{}, holds: map[uint64]func(){},
		images: map[uint64]core.File{}, wake: make(chan struct{}, 1),
	}
}

// run serves until the other end goes, then lets go of the target within a second.
func (s *server) run() error {
	var err error
	var f frame
	for err == nil {
		if f, err = s.conn.receive(); err == nil {
			err = s.take(f)
		}
	}
	s.end()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		if t := s.current(); t != nil {
			t.Close()
		}
	}()
	select {
	case <-closed:
	case <-time.After(900 * time.Millisecond): // the end of the process lets go of what is left
	}
	s.conn.close()
	return err
}

func (s *server) current() core.Target {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.target
}

// take deals with one frame; calls run on their own, all else in the order of arrival.
func (s *server) take(f frame) error {
	switch f.kind {
	case kindCall:
		return s.begin(f)
	case kindCancel:
		s.mu.Lock()
		defer s.mu.Unlock()
		if r := s.calls[f.id]; r != nil {
			r.cancel()
		}
	case kindRelease:
		s.release(f.id)
	default:
		return core.Errorf(core.ErrInvalid, "reading from a server's socket: frame of kind %d", f.kind)
	}
	return nil
}

func (s *server) release(id uint64) {
	s.mu.Lock()
	release := s.holds[id]
	delete(s.holds, id)
	if r := s.calls[id]; r != nil {
		r.released = true
	}
	s.mu.Unlock()
	if release != nil {
		release()
	}
}

// begin starts a call.
func (s *server) begin(f frame) error {
	c := reader(f.body)
	var method uint64
	var timeout time.Duration
	c.uint(&method)
	number(c, &timeout)
	if c.bad || method >= uint64(len(methods)) || methods[method] == nil {
		return core.Errorf(core.ErrInvalid, "reading from a server's socket: no method %d", method)
	}
	ctx, cancel := context.WithCancel(s.ctx)
	if timeout != 0 {
		ctx, cancel = context.WithTimeout(s.ctx, timeout)
	}
	r := &running{cancel: cancel}
	s.mu.Lock()
	s.calls[f.id] = r
	s.mu.Unlock()
	q := &request{server: s, id: f.id, in: c, files: f.files}
	go s.answer(ctx, methods[method], q)
	return nil
}

// answer runs a call and sends its reply.
func (s *server) answer(ctx context.Context, method handler, q *request) {
	err := guarded(ctx, method, q)
	s.mu.Lock()
	s.calls[q.id].cancel()
	unwanted := s.calls[q.id].released
	delete(s.calls, q.id)
	s.mu.Unlock()
	if unwanted {
		s.release(q.id)
	}
	reply := &coder{}
	reply.error(&err)
	reply.b = append(reply.b, q.out.b...)
	s.push(frame{kind: kindReply, id: q.id, body: reply.b, files: q.passed})
	if q.after != nil {
		q.after()
	}
}

// guarded makes an error of a panic: a keeper that dies leaves its target stopped in a probe.
func guarded(ctx context.Context, method handler, q *request) (err error) {
	defer func() {
		if p := recover(); p != nil {
			q.out.b = nil
			err = fmt.Errorf("answering in the keeper: internal error: %v\n%s", p, debug.Stack())
		}
	}()
	return method(ctx, q)
}

// push sends a frame, and before it what has changed since the last one.
func (s *server) push(f frame) error {
	s.pushMu.Lock()
	defer s.pushMu.Unlock()
	var frames []frame
	if t := s.current(); t != nil {
		frames = s.changes(t)
	}
	return s.conn.send(append(frames, f)...)
}

// changes are the frames that bring the server up to date.
func (s *server) changes(t core.Target) (frames []frame) {
	info, err := t.Info(s.ctx)
	if err != nil {
		return nil
	}
	threads, err := t.Threads(s.ctx)
	if err != nil {
		return nil
	}
	if files := s.descriptors(t, info); files != nil {
		frames = append(frames, frame{kind: kindFiles, files: files})
	}
	c := &coder{}
	info.Keeper = ""
	c.info(&info)
	n := uint64(len(threads))
	c.uint(&n)
	for _, th := range threads {
		tid := th.ID()
		number(c, &tid)
	}
	if !bytes.Equal(c.b, s.lastState) {
		s.lastState = c.b
		frames = append(frames, frame{kind: kindState, body: c.b})
	}
	return frames
}

// descriptors are those of the target's memory, if the server does not have them yet.
func (s *server) descriptors(t core.Target, info core.Info) []*os.File {
	sharer, ok := t.(procmem.Sharer)
	if !ok || !s.shared || s.sentFiles && s.generation == info.Generation {
		return nil
	}
	s.sentFiles, s.generation = true, info.Generation
	pidfd, mem := sharer.SharedMemory().Files()
	if mem == nil {
		return nil
	}
	return []*os.File{pidfd, mem}
}

// happened queues an event; the driver's loop calls it and must not wait.
func (s *server) happened(e core.Event) {
	s.mu.Lock()
	if len(s.events) < eventsMax {
		s.events = append(s.events, e)
	} else {
		s.dropped++
	}
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// pushEvents sends queued events until the end.
func (s *server) pushEvents() {
	for {
		select {
		case <-s.wake:
		case <-s.ctx.Done():
			return
		}
		s.mu.Lock()
		events, dropped := s.events, s.dropped
		s.events, s.dropped = nil, 0
		s.mu.Unlock()
		if dropped > 0 {
			last := events[len(events)-1]
			last.What, last.Text = "lost", fmt.Sprint(dropped)
			events = append(events, last)
		}
		for i := range events {
			c := &coder{}
			c.event(&events[i])
			s.push(frame{kind: kindEvent, body: c.b}) // on failure the socket has ended, which run sees
		}
	}
}
