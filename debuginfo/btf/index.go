package btf

import "sync"

// An index finds ids by name: heads of chains by the name's hash, and for each type
// the next of its chain. 0 ends a chain. Chains are in the order of ids.
type index struct {
	once  sync.Once
	heads []uint32 // position in next plus one
	next  []uint32
}

// hash is FNV-1a.
func hash(s []byte) uint32 {
	h := uint32(2166136261)
	for _, c := range s {
		h = (h ^ uint32(c)) * 16777619
	}
	return h
}

// hashAt is the hash of the string at an offset of the strings; false if it is empty.
func (f *File) hashAt(at uint32) (uint32, bool) {
	if f.base != nil && at < f.before {
		s := f.text(at)
		return hash(s), len(s) > 0
	}
	at -= f.before
	if at >= uint32(len(f.strings)) || f.strings[at] == 0 {
		return 0, false
	}
	h := uint32(2166136261)
	for _, c := range f.strings[at:] {
		if c == 0 {
			return h, true
		}
		h = (h ^ uint32(c)) * 16777619
	}
	return 0, false
}

// build makes the index; the last types are put in first, so that they are last.
func (f *File) build() {
	x := &f.named
	size := 1
	for size < len(f.offsets)/2 {
		size *= 2
	}
	x.heads = make([]uint32, size)
	x.next = make([]uint32, len(f.offsets))
	for i := len(f.offsets) - 1; i >= 0; i-- {
		r := record(f.types[f.offsets[i]:])
		if k := r.kind(); k == kindDeclTag || k == kindTypeTag {
			continue
		}
		h, ok := f.hashAt(r.name())
		if !ok {
			continue
		}
		slot := &x.heads[h&uint32(size-1)]
		x.next[i], *slot = *slot, uint32(i+1)
	}
}

// find calls yield with the ids of a name in this File, in order, until it says no.
func (f *File) find(name string, yield func(id uint32, r record) bool) {
	f.named.once.Do(f.build)
	if name == "" {
		return
	}
	x := &f.named
	for i := x.heads[hash([]byte(name))&uint32(len(x.heads)-1)]; i != 0; i = x.next[i-1] {
		r := record(f.types[f.offsets[i-1]:])
		if string(f.text(r.name())) == name && !yield(f.first+i-1, r) {
			return
		}
	}
}
