package dwarf

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"strings"
	"sync"

	"github.com/stackfs/stackfs/core"
)

// FindName finds what a name stands for without an index: it looks for the text in
// the sections of strings, for uses of the text in .debug_info, and goes through
// those units only. Tables of names that the file itself has (.gdb_index,
// .debug_names) say where to look first. What is found is as [Index.Lookup] gives
// it, but that of types the first unit's definitions are all. Requires name not
// empty. ErrNotFound if there is none, or the context's error.
func FindName(ctx context.Context, d *Data, name string, kinds KindSet) ([]Ref, error) {
	f := newFinder(ctx, d, name, kinds)
	defer f.cancel()
	if f.tried = f.listed(); len(f.tried) > 0 {
		f.walk(f.tried, nil)
	}
	if ctx.Err() == nil && !f.enough() {
		f.uses()
	}
	if ctx.Err() == nil && !f.enough() {
		f.completions()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	refs := f.refs()
	if len(refs) == 0 {
		return nil, core.Errorf(core.ErrNotFound, "looking for %s: debug info has no such name", name)
	}
	return refs, nil
}

// maxNeedles bounds how many byte strings are looked for one after another; where
// there are more all units are walked.
const maxNeedles = 16

// A finder looks for one name.
type finder struct {
	ctx    context.Context // ends when enough is found, too
	cancel context.CancelFunc
	data   *Data
	name   string
	kinds  KindSet
	lasts  [][]byte // what a name in the strings may be, with a NUL: the last part of name
	tried  []*Unit

	mu      sync.Mutex
	records []record
	open    []opening
	found   bool       // a type's definition
	have    [3]KindSet // what kinds were found, by rank
}

// opening is an entry with the name that something in another unit may complete:
// a declaration, or a function without code of its own.
type opening struct {
	unit *Unit
	off  uint64
}

func newFinder(ctx context.Context, d *Data, name string, kinds KindSet) *finder {
	f := &finder{data: d, name: name, kinds: kinds}
	f.ctx, f.cancel = context.WithCancel(ctx)
	for _, last := range lastParts(name) {
		f.lasts = append(f.lasts, append([]byte(last), 0))
	}
	return f
}

// lastParts is the name itself and what follows any :: that is not inside <>.
func lastParts(name string) []string {
	out := []string{name}
	for i := strings.LastIndex(name, "::"); i >= 0 && len(out) < maxNeedles; i = strings.LastIndex(name[:i], "::") {
		last := name[i+2:]
		if last != "" && (strings.Contains(last, "operator") || strings.Count(last, "<") == strings.Count(last, ">")) {
			out = append(out, last)
		}
	}
	return out
}

func (f *finder) enough() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.found
}

// walk goes through units and keeps what has the name; h says which units to see, nil: all.
func (f *finder) walk(units []*Unit, h *haystack) {
	workers := make([]*seeker, min(processors(), max(1, len(units))))
	for i := range workers {
		workers[i] = newSeeker(f)
		if h != nil {
			workers[i].counts = h.counts
		}
	}
	// The error is that of a context that ended: the caller's, or because enough was found.
	_ = share(f.ctx, len(workers), len(units), func(worker, i int) {
		if h == nil || h.has(units[i]) {
			workers[worker].see(units[i], h)
		}
	})
	var cross []pending
	for _, w := range workers {
		cross = append(cross, w.cross...)
		w.cross = nil
	}
	for n := 0; n < maxOrigins && len(cross) > 0 && f.ctx.Err() == nil; n++ {
		groups := groupByTarget(cross)
		w := workers[0]
		for _, g := range groups {
			w.settleGroup(g)
			w.keep()
		}
		cross, w.cross = w.cross, nil
	}
}

// refs puts what was found in order.
func (f *finder) refs() (out []Ref) {
	slices.SortFunc(f.records, func(a, b record) int { return cmp.Compare(a.ref, b.ref) })
	f.records = slices.CompactFunc(f.records, func(a, b record) bool { return a.ref == b.ref })
	for _, r := range tidy(f.records) {
		if ref, ok := f.data.unpack(r.ref, r.up); ok {
			out = append(out, ref)
		}
	}
	return out
}

// A seeker walks units for a finder.
type seeker struct {
	worker
	finder *finder
	texts
	counts *histogram
	placed bool // the unit has a match with code or a location
	opens  []opening
}

func newSeeker(f *finder) *seeker {
	s := &seeker{worker: *newWorker(f.data), finder: f, texts: f.data.texts(nil)}
	s.emit, s.known = s.match, nil
	return s
}

// see walks one unit, if that is of use.
func (s *seeker) see(u *Unit, h *haystack) {
	s.placed, s.opens = false, s.opens[:0]
	s.records = s.records[:0]
	if s.start(u) && (h == nil || s.isWorthWalking(h)) {
		s.walk(u)
		s.settle()
	}
	s.keep()
}

// keep gives the finder what the unit has.
func (s *seeker) keep() {
	s.finder.mu.Lock()
	defer s.finder.mu.Unlock()
	if !s.placed {
		s.finder.open = append(s.finder.open, s.opens...)
	}
	for _, r := range s.records {
		s.finder.records = append(s.finder.records, r)
		s.finder.have[refRankOf(r.ref)] |= Kinds(refKindOf(r.ref))
		if s.finder.kinds.onlyTypes() && refRankOf(r.ref) == rankDefined {
			s.finder.found = true
			s.finder.cancel()
		}
	}
	s.records = s.records[:0]
}

// match keeps an entry that has the name.
func (s *seeker) match(n *named, owner *Unit) {
	if !s.finder.kinds.Has(n.kind) || !s.isName(n) {
		return
	}
	s.toScope = s.toScope[:0]
	s.add(n, owner)
	if n.rank() == rankPlaced {
		s.placed = true
	} else if owner == s.unit && n.kind <= KindVariable {
		s.opens = append(s.opens, opening{owner, n.off})
	}
}

func (s *seeker) isName(n *named) bool {
	section, off := s.texts[n.name>>placeKind&15], uint64(n.name)&placeOffset
	for _, last := range s.finder.lasts {
		if isText(section, off, last) && s.scopeText(n.scope, string(last[:len(last)-1])) == s.finder.name {
			return true
		}
	}
	return false
}

// scopeText writes a name with the scopes that it is in; no further than is needed
// to see that it is too long.
func (s *seeker) scopeText(scope uint32, text string) string {
	for n := 0; scope != 0 && n < maxDepth && len(text) <= len(s.finder.name); n++ {
		outer := s.walker.scopes[scope]
		name := anonymous
		if outer.name != 0 {
			name = s.at(outer.name)
		}
		text, scope = name+"::"+text, outer.outer
	}
	return text
}

// little is an offset as it stands in a section.
func little(off uint64) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(off)) }
