package debuginfo

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"sync"
	"unsafe"
)

// symbolTable is the symbols of one file, sorted by address, then by name.
type symbolTable struct {
	syms     []symbol
	names    string
	sections []addrRange

	pending  []byte // names while the table is made
	nameOnce sync.Once
	byName   []uint32 // indices into syms, by name
	mangled  []uint32 // indices into syms of the mangled names
}

// addNames keeps a copy of a string table and returns what to add to offsets into
// it. It is a copy as names are handed out and outlive a file that is mapped.
func (t *symbolTable) addNames(b []byte) (base uint32) {
	if len(t.pending) > 0 {
		t.pending = append(t.pending, 0)
	}
	base = uint32(len(t.pending))
	t.pending = append(t.pending, b...)
	return base
}

func (t *symbolTable) finish() {
	// The bytes are never written again, so the string may share them.
	t.names, t.pending = unsafe.String(unsafe.SliceData(t.pending), len(t.pending)), nil
	slices.SortFunc(t.syms, func(a, b symbol) int {
		return cmp.Or(cmp.Compare(a.addr, b.addr), strings.Compare(t.name(a), t.name(b)), cmp.Compare(b.size, a.size), cmp.Compare(a.name, b.name))
	})
	t.syms = slices.CompactFunc(t.syms, func(a, b symbol) bool {
		return a.addr == b.addr && (a.flags^b.flags)&(symbolTLS|symbolAbs) == 0 && t.name(a) == t.name(b)
	})
	t.syms = slices.Clip(t.syms)
}

// compare says where s is in the order of tables beside a symbol of this name at
// this address.
func (t *symbolTable) compare(s symbol, addr uint64, name string) int {
	if s.addr != addr {
		return cmp.Compare(s.addr, addr)
	}
	return strings.Compare(t.name(s), name)
}

func (t *symbolTable) name(s symbol) string { return t.names[s.name : s.name+s.nameSize] }

func (t *symbolTable) public(s symbol, bias uint64) Symbol {
	if s.flags&(symbolTLS|symbolAbs) != 0 {
		bias = 0
	}
	return Symbol{s.addr + bias, s.size, t.name(s), s.kind}
}

// find gives the symbol that addr belongs to, as gdb chooses among them: the
// nearest at or below addr in the same section, of several at one address the one
// whose name sorts last. An unsized symbol gives way to a
// sized one that covers addr; beyond a sized symbol's end only an unsized one is
// taken.
func (t *symbolTable) find(addr uint64) (symbol, bool) {
	hi := sort.Search(len(t.syms), func(i int) bool { return t.syms[i].addr > addr }) - 1
	in := t.sectionAt(addr)
	unsized := -1
	for ; hi >= 0; hi-- {
		s := t.syms[hi]
		if !t.eligible(s, in) {
			continue
		}
		if s.size == 0 && unsized < 0 {
			unsized = hi
			continue
		}
		if prev := hi - 1; prev >= 0 && addr-s.addr >= s.size && t.covers(prev, addr, in) {
			continue
		}
		break
	}
	if hi < 0 || t.syms[hi].size == 0 || addr-t.syms[hi].addr >= t.syms[hi].size {
		hi = unsized
	}
	if hi < 0 {
		return symbol{}, false
	}
	return t.syms[hi], true
}

func (t *symbolTable) eligible(s symbol, section int) bool {
	return s.flags&(symbolTLS|symbolAbs) == 0 && (section < 0 || int(s.section) == section)
}

func (t *symbolTable) covers(i int, addr uint64, section int) bool {
	s := t.syms[i]
	return t.eligible(s, section) && addr-s.addr < s.size
}

func (t *symbolTable) sectionAt(addr uint64) int {
	return slices.IndexFunc(t.sections, func(r addrRange) bool { return r.start <= addr && addr < r.end })
}

// named returns the symbols of a name, in order of address.
func (t *symbolTable) named(name string) []symbol {
	t.nameOnce.Do(t.indexNames)
	var out []symbol
	i := sort.Search(len(t.byName), func(i int) bool { return t.name(t.syms[t.byName[i]]) >= name })
	for ; i < len(t.byName) && t.name(t.syms[t.byName[i]]) == name; i++ {
		out = append(out, t.syms[t.byName[i]])
	}
	return out
}

func (t *symbolTable) indexNames() {
	t.byName = make([]uint32, len(t.syms))
	for i := range t.byName {
		t.byName[i] = uint32(i)
		if isMangled(t.name(t.syms[i])) {
			t.mangled = append(t.mangled, uint32(i))
		}
	}
	slices.SortFunc(t.byName, func(a, b uint32) int {
		return cmp.Or(strings.Compare(t.name(t.syms[a]), t.name(t.syms[b])), cmp.Compare(a, b))
	})
}
