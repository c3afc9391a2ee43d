package debuginfo

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/dwarf"
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
	roots   []string
	fetcher *fetcher
	indexes dwarf.Cache

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
// roots; none given: /usr/lib/debug. What the environment variable DEBUGINFOD_URLS
// names is asked for those that are not there, in the background; see
// debuginfod-client-config(7) for the others that count.
func NewLibrary(roots []string) *Library {
	if len(roots) == 0 {
		roots = []string{"/usr/lib/debug"}
	}
	// Without a cache directory nothing is kept.
	indexes, _ := dwarf.UserCache()
	return &Library{
		roots: slices.Clone(roots), fetcher: newFetcher(os.Getenv), indexes: indexes,
		modules: map[string]*kept[*module]{}, programs: map[core.Target]*kept[*Program]{},
	}
}

// ProgramOptions says where the files of one target are looked for.
type ProgramOptions struct {
	NoCache bool // indexes of names are neither looked for on disk nor kept there
	// Root is put before the target's own paths; empty: as they are, in the root
	// directory that the target has if it is a process of this host.
	Root       string
	DebugRoots []string // searched before the Library's
}

// Program gives what is loaded in t now. While t's regions stay the same and no
// debug file has arrived it is the same value as last time, at the price of reading
// the regions. The error is
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
	last, fetched := l.last(t), l.fetcher.generation.Load()
	if last != nil && last.fetched == fetched && last.matches(info.Generation, regions, o) {
		return last, nil
	}
	p := &Program{regions: regions, generation: info.Generation, fetched: fetched, options: o}
	p.findRoot(info)
	p, err = l.build(ctx, t, last, p)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	keep(l, l.programs, t, p, maxPrograms)
	l.mu.Unlock()
	return p, nil
}

// Forget drops what is kept for a target: it will not be asked about again, or what
// there is of debug info is to be looked for anew.
func (l *Library) Forget(t core.Target) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if k := l.programs[t]; k != nil {
		for _, o := range k.value.objects {
			if o.module != nil && !o.module.complete() {
				delete(l.modules, o.module.key)
			}
		}
	}
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
func (l *Library) module(img *Image, key, path string, p *Program) *module {
	if img.buildID != "" {
		key = fmt.Sprintf("%s %d", img.buildID, img.Size())
	}
	// Where the debug file is looked for depends on these; without a link to one
	// by name the directory does not matter.
	if img.DebugLink != "" || strings.Contains(path, "/lib/modules/") {
		key += " " + path
	}
	key += " " + p.rootKey + " " + strings.Join(p.options.DebugRoots, ":")
	l.mu.Lock()
	k := l.modules[key]
	if k != nil {
		l.clock++
		k.used = l.clock
	}
	l.mu.Unlock()
	if k != nil {
		img.close()
		if !k.value.stale() {
			return k.value
		}
		img = k.value.image
	}
	m := newModule(img)
	m.key, m.offline = key, p.offline
	if !p.options.NoCache {
		m.cache = l.indexes
	}
	m.findFiles(&searcher{img: img, path: path, root: p.root, dirs: l.debugRoots(p.options, p.root), fetcher: l.fetcher})
	l.mu.Lock()
	keep(l, l.modules, key, m, maxModules)
	l.mu.Unlock()
	return m
}

// fileKey tells one version of a file from another.
func fileKey(f core.File, r core.Region) string {
	if id := fileIdentity(f.Descriptor()); id != "" {
		return id
	}
	return fmt.Sprintf("%s:%d %s %d", r.Dev, r.Inode, r.Path, f.Size())
}
