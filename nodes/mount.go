package nodes

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sync"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo"
	"github.com/stackfs/stackfs/probes"
)

// A Mount is the root of a tree: the targets there are.
type Mount struct {
	Drivers []core.Driver
	Version string
	// Forget is called, without locks, with the name of a target that is gone, so
	// that clients do not remember it; nil: nobody is to be told.
	Forget func(name string)

	images *debuginfo.Library
	stream *probes.Stream
	merge  *probes.Merge
	errors *ErrorLog

	fixed []Entry // the root's own files, whose names no target can have

	mu      sync.Mutex
	targets map[string]*Target
	closed  bool
}

// NewMount returns a mount without targets. Fields may be set until it is used.
func NewMount(drivers []core.Driver, version string) *Mount {
	o := defaultOptions()
	stream := probes.NewStream(o.ring, o.log)
	m := &Mount{
		Drivers: drivers, Version: version,
		images: debuginfo.NewLibrary(nil), stream: stream, merge: probes.NewMerge(stream), errors: &ErrorLog{},
		targets: map[string]*Target{},
	}
	m.fixed = rootTable.entries(Place{Mount: m})
	return m
}

// Root is the node of the mount point.
func (m *Mount) Root() Node { return Node{&rootRow, Place{Mount: m}, false} }

var validName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,200}$`)
var invalidInName = regexp.MustCompile(`[^A-Za-z0-9._-]`)

// checkName checks the name a line asks for; "" if it asks for none.
func (m *Mount) checkName(s core.Spec, words Words) (string, error) {
	name, ok := s.Value("name")
	if !ok {
		return "", nil
	}
	w := words[slices.IndexFunc(words, func(w Word) bool { return w.Text == "name="+name })]
	if !validName.MatchString(name) || name == "." || name == ".." {
		return "", at(w, core.Errorf(core.ErrInvalid, "%q cannot be a target's name: use A-Z a-z 0-9 . _ -", name))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.isFixed(name) || m.targets[name] != nil {
		return "", at(w, core.Errorf(core.ErrExists, "the name %q is taken", name))
	}
	return name, nil
}

// isFixed says whether a name is one of the root's own files.
func (m *Mount) isFixed(name string) bool {
	return slices.ContainsFunc(m.fixed, func(e Entry) bool { return e.Name == name })
}

// add puts a target under the name asked for, or one made from what it is.
func (m *Mount) add(ctx context.Context, c core.Target, s core.Spec, name string) (*Target, error) {
	info, err := c.Info(ctx)
	if err != nil {
		c.Close()
		return nil, err
	}
	t := newTarget(m, c, s)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed || name != "" && m.targets[name] != nil {
		go c.Close()
		return nil, core.Errorf(core.ErrExists, "the name %q is taken", name)
	}
	if name == "" {
		name = m.freeName(info)
	}
	t.Name = name
	m.targets[name] = t
	t.listen()
	return t, nil
}

// freeName makes a name from the comm, else the driver. m.mu is held.
func (m *Mount) freeName(info core.Info) string {
	base := invalidInName.ReplaceAllString(info.Comm, "_")
	if base == "" || base == "." || base == ".." {
		base = info.Driver
	}
	name := base
	for i := 2; m.isFixed(name) || m.targets[name] != nil; i++ {
		name = fmt.Sprintf("%s-%d", base, i)
	}
	return name
}

// names lists the targets, sorted.
func (m *Mount) names() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.targets))
}

func (m *Mount) target(name string) (*Target, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t := m.targets[name]; t != nil {
		return t, nil
	}
	return nil, core.Errorf(core.ErrNotFound, "there is no target %q", name)
}

// Detach lets go of a target and takes its directory away.
func (m *Mount) Detach(name string) error {
	m.mu.Lock()
	t := m.targets[name]
	delete(m.targets, name)
	m.mu.Unlock()
	if t == nil {
		return core.Errorf(core.ErrNotFound, "there is no target %q", name)
	}
	err := t.close()
	if m.Forget != nil {
		m.Forget(name)
	}
	return err
}

// Close detaches every target, side by side, and ends the streams.
func (m *Mount) Close() {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	var wg sync.WaitGroup
	for _, name := range m.names() {
		wg.Go(func() { _ = m.Detach(name) })
	}
	wg.Wait()
	m.merge.Close()
}
