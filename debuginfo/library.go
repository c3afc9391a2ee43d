package debuginfo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/stackfs/stackfs/core"
)

// Bounds of a Library. What was used least recently goes first; a Program that
// still has it keeps it alive.
const (
	maxModules  = 256
	maxPrograms = 64
)

// A Library keeps images and programs, so that asking for the same again costs
// nothing. It may be used by any number of goroutines.
type Library struct {
	roots []string

	mu       sync.Mutex
	clock    int
	modules  map[string]*kept[*module]
	programs map[core.Target]*kept[*Program]
}

type kept[T any] struct {
	value T
	used  int
}

// NewLibrary makes an empty Library that looks for separate debug files under
// roots; none given: /usr/lib/debug.
func NewLibrary(roots []string) *Library {
	if len(roots) == 0 {
		roots = []string{"/usr/lib/debug"}
	}
	return &Library{roots: slices.Clone(roots), modules: map[string]*kept[*module]{}, programs: map[core.Target]*kept[*Program]{}}
}

// ProgramOptions says where the files of one target are looked for.
type ProgramOptions struct {
	Root       string   // put before the target's own paths; empty: as they are
	DebugRoots []string // in place of the Library's; empty: the Library's
}

// Program gives what is loaded in t now. While t's regions stay the same it is
// the same value as last time, at the price of reading the regions. The error is
// that of t (ErrGone, ErrTimeout); an image that cannot be read is an Object with
// an Err instead.
func (l *Library) Program(ctx context.Context, t core.Target, o ProgramOptions) (*Program, error) {
	info, err := t.Info(ctx)
	if err != nil {
		return nil, fmt.Errorf("finding loaded objects: %w", err)
	}
	regions, err := t.Space().Regions(ctx)
	if err != nil {
		return nil, fmt.Errorf("finding loaded objects: %w", err)
	}
	if len(o.DebugRoots) == 0 {
		o.DebugRoots = l.roots
	}
	last := l.last(t)
	if last != nil && last.matches(info.Generation, regions, o) {
		return last, nil
	}
	p, err := l.build(ctx, t, last, &Program{regions: regions, generation: info.Generation, options: o})
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	keep(l, l.programs, t, p, maxPrograms)
	l.mu.Unlock()
	return p, nil
}

// Forget drops what is kept for a target that will not be asked about again.
func (l *Library) Forget(t core.Target) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.programs, t)
}

func (l *Library) last(t core.Target) *Program {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.programs[t]
	if k == nil {
		return nil
	}
	l.clock++
	k.used = l.clock
	return k.value
}

// keep puts a value into one of the maps and throws out the one that was not used
// for longest if that makes too many. The lock is held.
func keep[K comparable, T any](l *Library, m map[K]*kept[T], key K, value T, limit int) {
	l.clock++
	m[key] = &kept[T]{value, l.clock}
	if len(m) <= limit {
		return
	}
	oldest, at := key, l.clock
	for k, v := range m {
		if v.used < at {
			oldest, at = k, v.used
		}
	}
	delete(m, oldest)
}

// module returns the module of an image that has just been opened: the one that
// is there for the same bytes and debug roots, or a new one. key tells images
// without a build id apart.
func (l *Library) module(img *Image, key, path string, o ProgramOptions) *module {
	if img.buildID != "" {
		key = fmt.Sprintf("%s %d", img.buildID, img.Size())
	}
	// Where the debug file is looked for depends on these; without a link to one
	// by name the directory does not matter.
	if img.DebugLink != "" {
		key += " " + path
	}
	key += " " + o.Root + " " + strings.Join(o.DebugRoots, ":")
	l.mu.Lock()
	k := l.modules[key]
	if k != nil {
		l.clock++
		k.used = l.clock
	}
	l.mu.Unlock()
	if k != nil {
		img.close()
		return k.value
	}
	m := newModule(img)
	m.debug, m.debugPath, m.search = findDebug(img, path, o.Root, o.DebugRoots)
	l.mu.Lock()
	keep(l, l.modules, key, m, maxModules)
	l.mu.Unlock()
	return m
}

// fileKey tells one version of a file from another.
func fileKey(f core.File, r core.Region) string {
	var st syscall.Stat_t
	if fd := f.Descriptor(); fd >= 0 && syscall.Fstat(fd, &st) == nil {
		return fmt.Sprintf("%d:%d %d.%09d %d", st.Dev, st.Ino, st.Mtim.Sec, st.Mtim.Nsec, st.Size)
	}
	return fmt.Sprintf("%s:%d %s %d", r.Dev, r.Inode, r.Path, f.Size())
}
