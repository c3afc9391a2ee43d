package debuginfo

import (
	"cmp"
	"hash/maphash"
	"math/bits"
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
	seed     maphash.Seed
	heads    []uint32 // by hash of the name: 1 + index of the first symbol
	next     []uint32 // by index: 1 + index of the next symbol with the same hash
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
	t.syms = sortByAddress(t.syms)
	for i := 0; i < len(t.syms); {
		end := i + 1
		for end < len(t.syms) && t.syms[end].addr == t.syms[i].addr {
			end++
		}
		if end > i+1 {
			t.sortOnePlace(t.syms[i:end])
		}
		i = end
	}
	t.syms = slices.CompactFunc(t.syms, func(a, b symbol) bool {
		return a.addr == b.addr && (a.flags^b.flags)&symbolNoAddress == 0 && t.name(a) == t.name(b)
	})
	t.syms = slices.Clip(t.syms)
}

// sortOnePlace sorts symbols of one address: by name, of one name those first that
// say their size, and their file.
func (t *symbolTable) sortOnePlace(syms []symbol) {
	slices.SortFunc(syms, func(a, b symbol) int {
		return cmp.Or(strings.Compare(t.name(a), t.name(b)), cmp.Compare(b.size, a.size), cmp.Compare(min(b.file, 1), min(a.file, 1)), cmp.Compare(a.name, b.name))
	})
}

// sortByAddress is a radix sort, byte by byte from the lowest, of those bytes in
// which addresses differ: half of them are the same in most files.
func sortByAddress(syms []symbol) []symbol {
	type key struct {
		addr uint64
		at   uint32
	}
	from, to := make([]key, len(syms)), make([]key, len(syms))
	differ := uint64(0)
	for i, s := range syms {
		from[i] = key{s.addr, uint32(i)}
		differ |= s.addr ^ syms[0].addr
	}
	for shift := 0; shift < 64; shift += 8 {
		if differ>>shift&0xff == 0 {
			continue
		}
		var starts [257]int
		for _, k := range from {
			starts[k.addr>>shift&0xff+1]++
		}
		for i := range 256 {
			starts[i+1] += starts[i]
		}
		for _, k := range from {
			digit := k.addr >> shift & 0xff
			to[starts[digit]] = k
			starts[digit]++
		}
		from, to = to, from
	}
	out := make([]symbol, len(syms))
	for i, k := range from {
		out[i] = syms[k.at]
	}
	return out
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
	for i := t.heads[t.slot(name)]; i != 0; i = t.next[i-1] {
		if s := t.syms[i-1]; t.name(s) == name {
			out = append(out, s)
		}
	}
	return out
}

// slot is where the symbols of a name begin in heads.
func (t *symbolTable) slot(name string) uint64 {
	return maphash.String(t.seed, name) & uint64(len(t.heads)-1)
}

func (t *symbolTable) indexNames() {
	t.seed = maphash.MakeSeed()
	t.heads, t.next = make([]uint32, 1<<bits.Len(uint(len(t.syms)))), make([]uint32, len(t.syms))
	for i := len(t.syms) - 1; i >= 0; i-- { // so that the lowest comes first
		name := t.name(t.syms[i])
		slot := t.slot(name)
		t.next[i], t.heads[slot] = t.heads[slot], uint32(i+1)
		if isMangled(name) {
			t.mangled = append(t.mangled, uint32(i))
		}
	}
	slices.Reverse(t.mangled)
}

// file is the source file that a symbol was defined in: that of the STT_FILE before
// it, which only local symbols have; empty if it is not known.
func (t *symbolTable) file(s symbol) string {
	if s.file == 0 {
		return ""
	}
	name := t.names[s.file:]
	if end := strings.IndexByte(name, 0); end >= 0 {
		name = name[:end]
	}
	return name
}
