package dwarf

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/stackfs/stackfs/core"
)

// merger puts the workers' records together: each text is one name.
type merger struct {
	texts
	blob   []byte
	limit  int // of blob, bytes
	scopes []string
	spent  int      // bytes in scopes
	names  []place  // by number
	hashes []uint64 // of the texts, by number
	slots  []uint32 // by hash of the text: number + 1
	line   []byte   // a qualified name that is made
}

// anonymous is how the scope of an anonymous namespace is written, as gdb does.
const anonymous = "(anonymous namespace)"

// merge makes the index; it takes the workers' records.
func merge(d *Data, workers []*worker) (*Index, error) {
	total, distinct := 0, 0
	for _, w := range workers {
		total += len(w.records)
		distinct = max(distinct, len(w.distinct))
	}
	if total >= 1<<31 {
		return nil, core.Errorf(core.ErrUnsupported, "making the index of names: %d are too many", total)
	}
	m := &merger{texts: d.texts(nil), limit: 8*(len(d.Info)+len(d.Types)+len(d.Str)) + 1<<20}
	if d.Alt != nil {
		m.limit += 8 * (len(d.Alt.Info) + len(d.Alt.Str))
	}
	size := 1024
	for size < 2*distinct {
		size *= 2
	}
	m.grow(size)
	owners := make([]uint32, 0, total)
	for _, w := range workers {
		owners = m.number(w, owners)
	}
	return m.image(d, workers, owners)
}

// noName is the number of a record whose name cannot be had.
const noName = 1<<32 - 1

// number gives the records of a worker the numbers of their names.
func (m *merger) number(w *worker, owners []uint32) []uint32 {
	m.readScopes(w.scopes)
	numbers := make([]uint32, len(w.distinct))
	for i, c := range w.distinct {
		numbers[i] = m.intern(c)
	}
	for _, id := range w.ids {
		owners = append(owners, numbers[id])
	}
	return owners
}

// readScopes makes the texts of a worker's scopes; outer ones come before inner ones.
func (m *merger) readScopes(scopes []scope) {
	m.scopes = append(m.scopes[:0], "")
	for _, s := range scopes[1:] {
		m.scopes = append(m.scopes, m.scopeText(s))
	}
}

// scopeText is empty if the scope, or one around it, has no text, or if all texts
// together would be too long.
func (m *merger) scopeText(s scope) string {
	text := anonymous
	if s.name != 0 {
		text = m.at(s.name)
	}
	if s.outer == 0 {
		return text
	}
	outer := m.scopes[s.outer]
	if m.spent += len(outer) + len(text); outer == "" || text == "" || m.spent > m.limit {
		return ""
	}
	return outer + "::" + text
}

// intern gives the number of a name in a scope.
func (m *merger) intern(c nameInScope) uint32 {
	text := m.at(c.name)
	if text == "" {
		return noName
	}
	if c.scope == 0 {
		return m.find(text, c.name, c.hash)
	}
	if m.scopes[c.scope] == "" {
		return noName
	}
	m.line = append(append(append(m.line[:0], m.scopes[c.scope]...), "::"...), text...)
	text = string(m.line)
	return m.find(text, 0, hashText(text))
}

// find gives the number of a text, a new one if it is met first; name 0: it is kept in blob.
func (m *merger) find(text string, name place, h uint64) uint32 {
	if len(m.names)*2 >= len(m.slots) {
		m.grow(4 * len(m.slots))
	}
	i := h & uint64(len(m.slots)-1)
	for ; m.slots[i] != 0; i = (i + 1) & uint64(len(m.slots)-1) {
		n := m.slots[i] - 1
		if m.hashes[n] == h && (m.names[n] == name || m.at(m.names[n]) == text) {
			return n
		}
	}
	if name == 0 {
		if len(m.blob)+len(text) >= m.limit {
			return noName
		}
		name = makePlace(placeBlob, uint64(len(m.blob)))
		m.blob = append(append(m.blob, text...), 0)
		m.texts[placeBlob] = m.blob
	}
	m.names, m.hashes = append(m.names, name), append(m.hashes, h)
	m.slots[i] = uint32(len(m.names))
	return uint32(len(m.names) - 1)
}

func (m *merger) grow(size int) {
	m.slots = make([]uint32, size)
	for n, h := range m.hashes {
		i := h & uint64(size-1)
		for m.slots[i] != 0 {
			i = (i + 1) & uint64(size-1)
		}
		m.slots[i] = uint32(n) + 1
	}
}

// image writes the tables of the index.
func (m *merger) image(d *Data, workers []*worker, owners []uint32) (*Index, error) {
	all := make([]record, 0, len(owners))
	first := make([]uint32, len(m.names)+2)
	for _, o := range owners {
		if o != noName {
			first[o+2]++
		}
	}
	for i := 2; i < len(first); i++ {
		first[i] += first[i-1]
	}
	all = all[:first[len(first)-1]]
	at := 0
	for _, w := range workers {
		for _, r := range w.records {
			if o := owners[at]; o != noName {
				all[first[o+1]] = r
				first[o+1]++
			}
			at++
		}
		w.records, w.seen = nil, keySet{}
	}
	count := uint32(0)
	for n := range m.names {
		kept := tidy(all[first[n]:first[n+1]])
		first[n] = count
		count += uint32(copy(all[count:], kept))
	}
	first[len(m.names)] = count
	return m.write(d, all[:count], first[:len(m.names)+1]), nil
}

// tidy orders what has one name, definitions first, and leaves out duplicates and
// declarations of what is defined.
func tidy(rs []record) []record {
	if len(rs) < 2 {
		return rs
	}
	slices.SortFunc(rs, func(a, b record) int {
		return cmp.Or(cmp.Compare(refRankOf(a.ref), refRankOf(b.ref)), cmp.Compare(a.ref, b.ref))
	})
	kept, defined := rs[:0], KindSet(0)
	var met keySet
	for _, r := range rs {
		k := refKindOf(r.ref)
		if refRankOf(r.ref) != rankDeclare {
			defined |= Kinds(k)
		} else if defined.in(k) {
			continue
		}
		if r.sum != 0 && isDuplicate(kept, r.sum, &met) {
			continue
		}
		kept = append(kept, r)
	}
	return kept
}

// fewRecords is up to how many records are compared one by one.
const fewRecords = 32

func isDuplicate(kept []record, sum uint64, met *keySet) bool {
	if len(kept) < fewRecords {
		return slices.ContainsFunc(kept, func(r record) bool { return r.sum == sum })
	}
	if met.count == 0 {
		for _, r := range kept {
			met.add(r.sum | 1)
		}
	}
	return !met.add(sum)
}

// write lays the tables out as they are in a file.
func (m *merger) write(d *Data, all []record, first []uint32) *Index {
	ix := &Index{data: d}
	ix.layout(counts{len(m.names), len(all), len(m.slots), len(m.blob)})
	b := make([]byte, ix.size)
	le := binary.LittleEndian
	for i, n := range m.names {
		le.PutUint64(b[ix.names+8*i:], uint64(n))
	}
	for i, f := range first {
		le.PutUint32(b[ix.first+4*i:], f)
	}
	for i, r := range all {
		le.PutUint64(b[ix.refs+8*i:], r.ref)
		le.PutUint32(b[ix.ups+4*i:], r.up)
	}
	for i, s := range m.slots {
		le.PutUint32(b[ix.slots+4*i:], s)
	}
	copy(b[ix.blob:], m.blob)
	ix.use(b)
	return ix
}
