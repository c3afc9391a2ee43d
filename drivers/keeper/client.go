package keeper

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers/internal/procfs"
	"github.com/stackfs/stackfs/drivers/internal/procmem"
)

// errLost is the kind of failure of calls whose keeper has gone.
var errLost = errors.New("keeper is lost")

// client is the server's side: it sends calls and keeps what was pushed.
type client struct {
	process *process
	conn    *conn
	lost    chan struct{} // closed when the keeper has gone

	mu      sync.Mutex
	next    uint64
	pending map[uint64]chan frame
	closed  bool
	info    core.Info
	tids    []int

	// notifyMu orders events; it is held while one is passed on, which may take mu.
	notifyMu sync.Mutex
	notify   func(core.Event)
	early    []core.Event    // what happened before there was a notify
	mem      *procmem.Memory // nil: memory is read by calls
	// maps is what the kernel's text of the maps came to when it was last read here.
	maps struct {
		text    []byte
		regions []core.Region
	}
	local   int // the process's id on this machine, 0: not known
	keeper  string
	powers  []string
	streams map[int]core.StdioFile
}

func newClient(p *process) *client {
	return &client{
		process: p, conn: p.conn, lost: make(chan struct{}), pending: map[uint64]chan frame{}, streams: map[int]core.StdioFile{},
	}
}

// receive takes what the keeper sends until it goes.
func (c *client) receive() {
	for {
		f, err := c.conn.receive()
		if err == nil {
			err = c.take(f)
		}
		if err != nil {
			c.lose()
			return
		}
	}
}

// lose makes all calls end, and tells of it unless it was meant to be.
func (c *client) lose() {
	c.conn.close()
	c.mu.Lock()
	c.info.State, c.info.Reason, c.info.TID, c.info.Threads, c.keeper = core.Gone, "none", 0, 0, "lost"
	c.tids = nil
	closed := c.closed
	close(c.lost)
	e := core.Event{TID: c.info.PID, PID: c.info.PID, Comm: c.info.Comm, CPU: -1, What: "lost", Text: "keeper", Time: core.Now()}
	c.mu.Unlock()
	if !closed {
		c.tell(e)
	}
}

// maxEarly is how many events are kept for a notify that comes later.
const maxEarly = 1024

// tell passes an event on, or keeps it for Notify.
func (c *client) tell(e core.Event) {
	c.notifyMu.Lock()
	defer c.notifyMu.Unlock()
	if c.notify != nil {
		c.notify(e)
	} else if len(c.early) < maxEarly {
		c.early = append(c.early, e)
	}
}

// take deals with one frame.
func (c *client) take(f frame) error {
	body := reader(f.body)
	switch f.kind {
	case kindReply:
		c.mu.Lock()
		waiting := c.pending[f.id]
		delete(c.pending, f.id)
		c.mu.Unlock()
		if waiting == nil { // given up; a hold was released by whoever gave up
			closeFiles(f.files)
			return nil
		}
		waiting <- f
	case kindState:
		return c.takeState(body)
	case kindFiles:
		c.takeFiles(f.files)
	case kindEvent:
		var e core.Event
		body.event(&e)
		if err := body.err(); err != nil {
			return err
		}
		c.tell(e)
	default:
		return core.Errorf(core.ErrInvalid, "reading from a keeper: frame of kind %d", f.kind)
	}
	return nil
}

func (c *client) takeState(body *coder) error {
	var info core.Info
	var tids []int
	body.info(&info)
	list(body, &tids, number)
	if err := body.err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.info, c.tids = info, tids
	return nil
}

// takeFiles takes the descriptors of the target's memory: the first ones, or those after exec.
func (c *client) takeFiles(files []*os.File) {
	if len(files) != 2 {
		closeFiles(files)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		closeFiles(files)
		return
	}
	if c.mem != nil {
		files[0].Close()
		c.mem.Replace(files[1])
		return
	}
	c.local = localPID(files[0])
	c.mem = procmem.FromFiles(c.local, files[0], files[1])
}

// localPID is the id that a process has for us: the Pid line of a pidfd's fdinfo; 0
// if it has none in our pid namespace.
func localPID(pidfd *os.File) int {
	raw, err := pidfd.SyscallConn()
	if err != nil {
		return 0
	}
	var text []byte
	err = raw.Control(func(fd uintptr) { text, _ = os.ReadFile(fmt.Sprintf("/proc/self/fdinfo/%d", fd)) })
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "Pid:"); ok && err == nil {
			if pid, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && pid > 0 {
				return pid
			}
		}
	}
	return 0
}

func closeFiles(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}

// call sends a call and waits for its reply. What comes back is read by results, which
// nil leaves out; it is read even if the call failed, if there is something. Files are
// the caller's.
func (c *client) call(ctx context.Context, method uint64, args, results func(*coder)) ([]*os.File, error) {
	_, files, err := c.callID(ctx, method, nil, args, results)
	return files, err
}

func (c *client) callID(ctx context.Context, method uint64, files []*os.File, args, results func(*coder)) (id uint64, got []*os.File, err error) {
	const doing = "asking the keeper"
	if err := core.ContextError(ctx, doing); err != nil {
		return 0, nil, err
	}
	body := &coder{}
	timeout := time.Duration(0)
	if end, ok := ctx.Deadline(); ok {
		timeout = max(time.Until(end), 1)
	}
	body.uint(&method)
	number(body, &timeout)
	if args != nil {
		args(body)
	}
	reply := make(chan frame, 1)
	c.mu.Lock()
	if c.closed && method != callClose {
		c.mu.Unlock()
		return 0, nil, core.Errorf(core.ErrGone, "%s: target is closed", doing)
	}
	c.next++
	id = c.next
	c.pending[id] = reply
	c.mu.Unlock()
	if err := c.conn.send(frame{kind: kindCall, id: id, body: body.b, files: files}); errors.Is(err, core.ErrInvalid) {
		c.forget(id)
		return id, nil, err
	}
	select {
	case f := <-reply:
		return id, f.files, c.results(f, results)
	case <-c.lost:
		return id, nil, c.gone()
	case <-ctx.Done():
		c.forget(id)
		c.conn.send(frame{kind: kindCancel, id: id}, frame{kind: kindRelease, id: id}) // if that fails the keeper has gone
		return id, nil, core.ContextError(ctx, doing)
	}
}

func (c *client) forget(id uint64) {
	c.mu.Lock()
	delete(c.pending, id)
	c.mu.Unlock()
}

func (c *client) results(f frame, results func(*coder)) error {
	body := reader(f.body)
	var err error
	body.error(&err)
	if results != nil && (err == nil || len(body.b) > 0) {
		results(body)
	} else if err != nil {
		return err
	}
	if bad := body.err(); bad != nil {
		return bad
	}
	return err
}

// gone is the error of a call whose keeper is not there.
func (c *client) gone() error {
	return core.Errorf(core.ErrGone, "asking the keeper: %w", errLost)
}

// alive is ErrGone after Close, after the keeper has gone and after the process has ended.
func (c *client) alive(ctx context.Context, doing string) error {
	c.mu.Lock()
	state, reason, closed := c.info.State, c.info.Reason, c.closed
	c.mu.Unlock()
	switch {
	case closed:
		return core.Errorf(core.ErrGone, "%s: target is closed", doing)
	case state == core.Gone:
		return core.Errorf(core.ErrGone, "%s: %w", doing, errLost)
	case state == core.Exited:
		return core.Errorf(core.ErrGone, "%s: the process has ended (%s)", doing, reason)
	}
	return core.ContextError(ctx, doing)
}

// attach makes the target. A descriptor that goes with the call shows whether such can cross.
func (c *client) attach(ctx context.Context, s core.Spec) error {
	environ := os.Environ()
	directory, err := os.Getwd()
	if err != nil {
		directory = "/"
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	defer null.Close()
	var pid int
	var shared bool
	var streams []int
	_, files, err := c.callID(ctx, callAttach, []*os.File{null}, func(a *coder) {
		a.spec(&s)
		list(a, &environ, text)
		text(a, &directory)
	}, func(r *coder) {
		list(r, &c.powers, text)
		number(r, &pid)
		r.bool(&shared)
		list(r, &streams, number)
	})
	if err != nil {
		closeFiles(files)
		return err
	}
	c.powers = slices.Clone(c.powers)
	c.takeStreams(streams, files)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.keeper == "" {
		c.keeper = strconv.Itoa(pid)
	}
	if !shared {
		c.keeper += " (no shared memory)"
	}
	return nil
}

// takeStreams keeps the standard streams: their descriptors, or calls in place of those.
func (c *client) takeStreams(numbers []int, files []*os.File) {
	for i, n := range numbers {
		c.streams[n] = farStream{c, n}
		if len(files) == len(numbers) {
			c.streams[n] = procfs.Stream{File: files[i], Input: n == 0}
		}
	}
}

// end lets go of everything; the keeper lets go of the target.
func (c *client) end() {
	c.mu.Lock()
	mem, streams := c.mem, c.streams
	c.closed, c.mem, c.streams = true, nil, nil
	c.mu.Unlock()
	c.process.end()
	if mem != nil {
		mem.Close()
	}
	for _, s := range streams {
		if own, ok := s.(procfs.Stream); ok {
			own.File.Close()
		}
	}
}
