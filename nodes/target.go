package nodes

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo"
	"github.com/stackfs/stackfs/probes"
)

// A Target is one target's directory: the core.Target with what the mount keeps
// for it.
type Target struct {
	Name string // set once, before the target is in the mount
	Core core.Target

	mount   *Mount
	debug   debuginfo.ProgramOptions
	options *optionSet
	errors  *ErrorLog
	stream  *probes.Stream
	closed  atomic.Bool

	mu        sync.Mutex
	depths    map[int]depth // of the stacks listed last, by thread
	current   int           // the thread that stopped last, 0: none did
	registers []string      // the registers that threads have, once that is known
	names     nameLookup
}

func newTarget(m *Mount, c core.Target, s core.Spec) *Target {
	o := defaultOptions()
	t := &Target{
		Core: c, mount: m, options: newOptionSet(o), errors: &ErrorLog{},
		stream: probes.NewStream(o.ring, o.log), depths: map[int]depth{},
	}
	t.debug.Root, _ = s.Value("root")
	if dirs, ok := s.Value("debuginfo"); ok {
		t.debug.DebugRoots = strings.Split(dirs, ":")
	}
	return t
}

// listen lets what happens to the target flow into the streams.
func (t *Target) listen() {
	n, ok := core.Power[core.Notifier](t.Core)
	if !ok {
		return
	}
	n.Notify(func(e core.Event) {
		r := probes.StateRecord(t.Name, e)
		t.stream.Append(r)
		t.mount.merge.Add(r)
		if e.What == string(core.Stopped) && e.TID != 0 {
			t.mu.Lock()
			t.current = e.TID
			t.mu.Unlock()
		}
		if e.What == "exit" || e.What == "lost" {
			t.endStream()
		}
	})
	// If it ended before anybody listened, the state is known before the record of it
	// comes; the stream ends with that, or after a while without.
	time.AfterFunc(lastRecord, t.endStream)
}

// lastRecord is how long the record of a target's end may take to come.
const lastRecord = time.Second

// endStream ends the stream if the target has ended, or its keeper: readers get
// the last records, then the end.
func (t *Target) endStream() {
	info, err := t.Core.Info(context.Background())
	if err == nil && (info.State == core.Exited || info.State == core.Gone) {
		t.stream.Close()
	}
}

// close lets go of the target. Files that are open answer ErrGone from then on.
func (t *Target) close() error {
	if t.closed.Swap(true) {
		return nil
	}
	err := t.Core.Close()
	t.mount.images.Forget(t.Core)
	t.stream.Close()
	return err
}

// program is what debug info says of the target now.
func (t *Target) program(ctx context.Context) (*debuginfo.Program, error) {
	return t.mount.images.Program(ctx, t.Core, t.debug)
}

// nameLookup is the program that names were last looked up in.
type nameLookup struct {
	program *debuginfo.Program
	at      time.Time
}

// nameLife is how long looking up a name may do with what was loaded then, so that
// ls -l of a hundred thousand names does not ask as often. Content is never made of it.
const nameLife = time.Second

// programForNames is program for finding out whether a name exists.
func (t *Target) programForNames(ctx context.Context) (*debuginfo.Program, error) {
	t.mu.Lock()
	last := t.names
	t.mu.Unlock()
	if time.Since(last.at) < nameLife {
		return last.program, nil
	}
	p, err := t.program(ctx)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.names = nameLookup{p, time.Now()}
	return p, nil
}

// currentThread is the thread that stopped last; ok is false before one did.
func (t *Target) currentThread() (tid int, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.current, t.current != 0
}
