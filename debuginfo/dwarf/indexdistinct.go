package dwarf

// nameInScope is a name that a worker found, and the hash of its text if it is in no scope.
type nameInScope struct {
	name  place
	hash  uint64
	scope uint32
}

// findDistinct makes the list of the worker's different names in scopes, and numbers
// its records by it. It is what of merging can be done by each worker.
func (w *worker) findDistinct() {
	known := newPlaceMap(len(w.records))
	w.ids = make([]uint32, len(w.records))
	texts := w.base.texts(nil)
	for i := range w.records {
		r := &w.records[i]
		slot := known.slot(uint64(r.name) ^ uint64(r.scope)*0x9e3779b97f4a7c15)
		if *slot == 0 {
			c := nameInScope{name: r.name, scope: r.scope}
			if r.scope == 0 {
				c.hash = hashText(texts.at(r.name))
			}
			w.distinct = append(w.distinct, c)
			*slot = uint32(len(w.distinct))
		}
		w.ids[i] = *slot - 1
	}
}

// placeMap numbers keys, by open addressing.
type placeMap struct {
	keys   []uint64
	values []uint32 // 0: free
}

func newPlaceMap(count int) *placeMap {
	size := 16
	for size < count*2 {
		size *= 2
	}
	return &placeMap{make([]uint64, size), make([]uint32, size)}
}

// slot is where a key's number is; 0: it has none yet, and is to get one.
func (p *placeMap) slot(key uint64) *uint32 {
	mask := uint64(len(p.keys) - 1)
	i := mix(key) & mask
	for p.values[i] != 0 && p.keys[i] != key {
		i = (i + 1) & mask
	}
	p.keys[i] = key
	return &p.values[i]
}
