package dwarf

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// record is a name and what it stands for, before names are put together.
type record struct {
	name  place
	ref   uint64 // packed
	sum   uint64 // of what tells it from others of its name; 0: it is like no other
	scope uint32 // one of the worker's
	up    uint32 // an enumerator's distance from its enum, bytes; 0: not known
}

// worker walks units and keeps what they name, the same thing once.
type worker struct {
	walker
	records []record
	seen    keySet
	scopes  []scope // 0: none
	byScope map[scope]uint32
	toScope []uint32 // by the walker's, of the unit

	distinct []nameInScope
	ids      []uint32 // by record: its name's index in distinct
}

func newWorker(d *Data) *worker {
	w := &worker{scopes: make([]scope, 1), byScope: map[scope]uint32{}}
	w.base = d
	w.emit, w.known = w.add, w.wasSeen
	return w
}

// BuildIndex makes the index of a file and its Alt, with as many goroutines as may
// run. The error is the context's; units that cannot be read have no names.
func BuildIndex(ctx context.Context, d *Data) (*Index, error) {
	workers, cross, err := walkUnits(ctx, d, allUnits(d))
	if err != nil {
		return nil, err
	}
	for range maxOrigins {
		if len(cross) == 0 {
			break
		}
		if cross, err = settleCross(ctx, workers, cross); err != nil {
			return nil, err
		}
	}
	if err := share(ctx, len(workers), len(workers), func(_, i int) { workers[i].findDistinct() }); err != nil {
		return nil, err
	}
	return merge(d, workers)
}

// allUnits is the units that the index of a file covers.
func allUnits(d *Data) []*Unit {
	if d.Alt != nil && d.Alt != d {
		return append(d.every(), d.Alt.every()...)
	}
	return d.every()
}

// every is the units of both sections.
func (d *Data) every() []*Unit { return append(slices.Clone(d.Units), d.TypeUnits...) }

// walkUnits has workers walk units, each the next one that nobody walks.
func walkUnits(ctx context.Context, d *Data, units []*Unit) (workers []*worker, cross []pending, err error) {
	workers = make([]*worker, min(runtime.GOMAXPROCS(0), max(1, len(units))))
	for i := range workers {
		workers[i] = newWorker(d)
	}
	err = share(ctx, len(workers), len(units), func(worker, i int) { workers[worker].unit1(units[i]) })
	for _, w := range workers {
		cross = append(cross, w.cross...)
		w.cross = nil
	}
	return workers, cross, err
}

// settleCross names what got no name in its own unit, and returns what leads further.
func settleCross(ctx context.Context, workers []*worker, cross []pending) ([]pending, error) {
	groups := groupByTarget(cross)
	err := share(ctx, len(workers), len(groups), func(worker, i int) {
		w := workers[worker]
		w.toScope = w.toScope[:0]
		w.known = nil
		w.settleGroup(groups[i])
	})
	cross = nil
	for _, w := range workers {
		cross = append(cross, w.cross...)
		w.cross = nil
	}
	return cross, err
}

// share calls do for the numbers below count, in as many goroutines as there are
// workers, until the context ends.
func share(ctx context.Context, workers, count int, do func(worker, i int)) error {
	var next atomic.Int64
	var all sync.WaitGroup
	for n := range workers {
		all.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= count {
					return
				}
				do(n, i)
			}
		})
	}
	all.Wait()
	return ctx.Err()
}

func (w *worker) unit1(u *Unit) {
	w.toScope = w.toScope[:0]
	if w.start(u) {
		w.walk(u)
		w.settle()
	}
}

// add keeps a named entry.
func (w *worker) add(n *named, owner *Unit) {
	rank := n.rank()
	r := record{name: n.name, ref: packRef(n.kind, rank, n.off), scope: w.scopeOf(n.scope)}
	if n.off > refOffset {
		return
	}
	if owner.InTypes {
		r.ref |= refTypes
	}
	if owner.Data != w.base {
		r.ref |= refAlt
	}
	if d := n.off - n.enum; n.kind == KindEnumerator && n.enum != 0 && d < 1<<32 {
		r.up = uint32(d)
	}
	if rank != rankPlaced {
		r.sum = n.sum(rank)
		if !w.seen.add(n.identity(r.sum, r.scope)) {
			return
		}
	}
	w.records = append(w.records, r)
}

// rank orders what has one name.
func (n *named) rank() uint64 {
	switch {
	case n.flags&factDeclaration != 0:
		return rankDeclare
	case n.kind <= KindVariable && n.flags&factPlaced != 0:
		return rankPlaced
	}
	return rankDefined
}

// sum is of what is the same where one thing is described in many units, but for its
// name and scope.
func (n *named) sum(rank uint64) uint64 {
	h := mix(uint64(n.kind)<<56 ^ rank<<48 ^ uint64(n.line))
	h = mix(h ^ uint64(n.size)<<32 ^ n.key)
	if n.kind == KindEnum {
		h = mix(h ^ n.length)
	}
	return h | 1
}

func (n *named) identity(sum uint64, scope uint32) uint64 {
	return mix(sum ^ mix(uint64(n.name)^uint64(scope)<<32))
}

// wasSeen says whether the same enum was added before; one without a name is not
// added by anybody else.
func (w *worker) wasSeen(n *named) bool {
	id := n.identity(n.sum(n.rank()), w.scopeOf(n.scope))
	if n.key == anonymousKey {
		return !w.seen.add(id)
	}
	return w.seen.has(id)
}

// scopeOf gives the worker's number of a scope of the unit.
func (w *worker) scopeOf(unitScope uint32) uint32 {
	if unitScope == 0 {
		return 0
	}
	for int(unitScope) >= len(w.toScope) {
		w.nextScope()
	}
	return w.toScope[unitScope]
}

// nextScope numbers one more scope of the unit; the scopes outside it are numbered.
func (w *worker) nextScope() {
	if len(w.toScope) == 0 {
		w.toScope = append(w.toScope, 0)
		return
	}
	s := w.walker.scopes[len(w.toScope)]
	s.outer = w.toScope[s.outer]
	id, ok := w.byScope[s]
	if !ok {
		id = uint32(len(w.scopes))
		w.scopes = append(w.scopes, s)
		w.byScope[s] = id
	}
	w.toScope = append(w.toScope, id)
}

// keySet is a set of hashes, by open addressing; 0 is in no set.
type keySet struct {
	slots []uint64 // 0: free
	count int
}

func (s *keySet) has(key uint64) bool {
	if len(s.slots) == 0 {
		return false
	}
	mask := uint64(len(s.slots) - 1)
	for i := key & mask; s.slots[i] != 0; i = (i + 1) & mask {
		if s.slots[i] == key {
			return true
		}
	}
	return false
}

// add says whether the key is new.
func (s *keySet) add(key uint64) bool {
	if s.count*2 >= len(s.slots) {
		s.grow()
	}
	mask := uint64(len(s.slots) - 1)
	i := key & mask
	for ; s.slots[i] != 0; i = (i + 1) & mask {
		if s.slots[i] == key {
			return false
		}
	}
	s.slots[i] = key
	s.count++
	return true
}

func (s *keySet) grow() {
	old := s.slots
	s.slots, s.count = make([]uint64, max(1024, 4*len(old))), 0
	for _, k := range old {
		if k != 0 {
			s.add(k)
		}
	}
}
