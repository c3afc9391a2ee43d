package dwarf

import (
	"encoding/binary"
	"iter"
	"slices"
	"sort"
	"strings"
	"sync"
)

// An Index finds what has a name in a file and its Alt. It is tables of numbers, the
// same in memory as in a file, that lead into the debug sections; every number is
// checked when it is used.
//
// The tables, little-endian, behind a header of headerSize bytes:
//
//	names   uint64  where the text lies, by number
//	refs    uint64  kind, rank, section and offset
//	first   uint32  the first ref of a name, by number; one more at the end
//	ups     uint32  by ref: how far before an enumerator its enum begins
//	slots   uint32  number+1 by hash of the text, 0 where there is none
//	sorted  uint32  numbers in order of the texts
//	blob    bytes   texts that are in no section (qualified names), each with a NUL
type Index struct {
	data *Data
	b    []byte // the whole image
	texts
	counts
	names, refs, first, ups, slots, sorted, blob int // offsets in b
	size                                         int

	order   sync.Once
	inOrder []byte // sorted, once it is made
	close   func() error
}

// counts are how large tables are.
type counts struct{ nNames, nRefs, nSlots, nBlob int }

// layout finds the places of the tables.
func (ix *Index) layout(c counts) {
	ix.counts = c
	at := headerSize
	for _, t := range []struct {
		at    *int
		bytes int
	}{
		{&ix.names, 8 * c.nNames}, {&ix.refs, 8 * c.nRefs}, {&ix.first, 4 * (c.nNames + 1)}, {&ix.ups, 4 * c.nRefs},
		{&ix.slots, 4 * c.nSlots}, {&ix.sorted, 4 * c.nNames}, {&ix.blob, c.nBlob},
	} {
		*t.at = at
		at += t.bytes
	}
	ix.size = at
}

// use takes the image, of the size that the layout says.
func (ix *Index) use(b []byte) {
	ix.b = b
	ix.texts = ix.data.texts(b[ix.blob:ix.size])
}

func (ix *Index) u32(table, n int) uint32 { return binary.LittleEndian.Uint32(ix.b[table+4*n:]) }
func (ix *Index) u64(table, n int) uint64 { return binary.LittleEndian.Uint64(ix.b[table+8*n:]) }

// text is a name by its number; empty for numbers that are none.
func (ix *Index) text(n uint32) string {
	if n >= uint32(ix.nNames) {
		return ""
	}
	return ix.at(place(ix.u64(ix.names, int(n))))
}

// Len is how many different names there are.
func (ix *Index) Len() int { return ix.nNames }

// Size is the bytes of the index.
func (ix *Index) Size() int { return ix.size }

// Lookup gives what a name stands for, definitions first, and declarations only of
// what has no definition. Names of C++ and Rust are qualified (ns::class::name) as
// debug info has them, without parameters. The same thing described in many units
// is there once, or a few times where the descriptions differ.
func (ix *Index) Lookup(name string, kinds KindSet) []Ref {
	n, ok := ix.number(name)
	if !ok {
		return nil
	}
	return ix.refsOf(n, kinds)
}

// number finds a name's number.
func (ix *Index) number(name string) (uint32, bool) {
	if ix.nSlots == 0 || name == "" {
		return 0, false
	}
	h := hashText(name)
	for i := range ix.nSlots {
		slot := ix.u32(ix.slots, int((h+uint64(i))&uint64(ix.nSlots-1)))
		if slot == 0 {
			return 0, false
		}
		if ix.text(slot-1) == name {
			return slot - 1, true
		}
	}
	return 0, false
}

func (ix *Index) refsOf(n uint32, kinds KindSet) (out []Ref) {
	ix.eachRef(n, func(ref uint64, up uint32) bool {
		if !kinds.Has(refKindOf(ref)) {
			return true
		}
		if r, ok := ix.data.unpack(ref, up); ok {
			out = append(out, r)
		}
		return true
	})
	return out
}

// eachRef calls f for the packed refs of a name until it says false.
func (ix *Index) eachRef(n uint32, f func(ref uint64, up uint32) bool) {
	first, end := ix.u32(ix.first, int(n)), ix.u32(ix.first, int(n)+1)
	for i := int(first); i < int(end) && i < ix.nRefs; i++ {
		if !f(ix.u64(ix.refs, i), ix.u32(ix.ups, i)) {
			return
		}
	}
}

// kindsOf is the kinds of what a name stands for.
func (ix *Index) kindsOf(n uint32) (s KindSet) {
	ix.eachRef(n, func(ref uint64, _ uint32) bool {
		s |= Kinds(refKindOf(ref))
		return true
	})
	return s
}

// Names yields the names of things of some kinds, sorted by bytes. They share
// the bytes of the sections.
func (ix *Index) Names(kinds KindSet) iter.Seq[string] { return ix.Prefixed("", kinds) }

// Prefixed yields the names with a prefix, as Names does.
func (ix *Index) Prefixed(prefix string, kinds KindSet) iter.Seq[string] {
	return func(yield func(string) bool) {
		ix.order.Do(ix.sort)
		from := sort.Search(ix.nNames, func(i int) bool { return ix.text(ix.nth(i)) >= prefix })
		for i := from; i < ix.nNames; i++ {
			n := ix.nth(i)
			text := ix.text(n)
			if !strings.HasPrefix(text, prefix) {
				return
			}
			if text != "" && (kinds == AnyKind || ix.kindsOf(n)&kinds != 0) && !yield(text) {
				return
			}
		}
	}
}

// nth is the number of the nth name in order.
func (ix *Index) nth(i int) uint32 {
	return binary.LittleEndian.Uint32(ix.inOrder[4*i:])
}

// sort makes the order of names, in the image; one that came from a file has it.
func (ix *Index) sort() {
	if ix.inOrder == nil {
		ix.inOrder = ix.b[ix.sorted:ix.blob]
		for i, n := range ix.ordered() {
			binary.LittleEndian.PutUint32(ix.inOrder[4*i:], n.number)
		}
	}
}

// sortKey is a name with its first eight bytes, which tell most names apart.
type sortKey struct {
	head   uint64
	number uint32
}

func (ix *Index) ordered() []sortKey {
	keys := make([]sortKey, ix.nNames)
	for i := range keys {
		var head [8]byte
		copy(head[:], ix.text(uint32(i)))
		keys[i] = sortKey{binary.BigEndian.Uint64(head[:]), uint32(i)}
	}
	slices.SortFunc(keys, func(a, b sortKey) int {
		switch {
		case a.head < b.head:
			return -1
		case a.head > b.head:
			return 1
		}
		return strings.Compare(ix.text(a.number), ix.text(b.number))
	})
	return keys
}
