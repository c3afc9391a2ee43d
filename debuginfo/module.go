package debuginfo

import (
	"cmp"
	"debug/elf"
	"slices"
	"sync"

	"github.com/stackfs/stackfs/debuginfo/btf"
	"github.com/stackfs/stackfs/debuginfo/dwarf"
)

// Bounds of what a module remembers of its past work; on reaching one the whole
// memory of that kind is dropped.
const (
	maxRows      = 4096
	maxDemangled = 4096
)

// module is an image with its separate debug file and the supplementary file that
// one of them refers to: what the programs that have it loaded share.
type module struct {
	image, debug, alt  *Image // the last two may be nil
	root, path         string // where the image is: path below root
	debugPath, altPath string
	search             []SearchStep
	awaits             []*fetch // what was being fetched when it was made
	key                string   // in Library.modules
	debugInfo          lazyInfo
	btfOnce            sync.Once
	btf                *btf.File
	btfErr             error
	offline            bool // of a file that is not loaded
	cache              dwarf.Cache

	mu        sync.RWMutex
	rows      map[uint64]*row // by link-time address; nil: there is none
	demangled map[string]string
}

func newModule(image *Image) *module {
	return &module{image: image, rows: map[uint64]*row{}, demangled: map[string]string{}}
}

// findFiles fills in the files that belong to the image.
func (m *module) findFiles(s *searcher) {
	found := s.debug()
	if found.img == nil && m.image.AltLink != "" {
		found = located{img: m.image, root: s.root, path: s.path, real: s.path}
	} else {
		m.debug, m.debugPath = found.img, found.shown()
	}
	if found.img != nil {
		alt := s.alt(found)
		m.alt, m.altPath = alt.img, alt.shown()
	}
	m.search, m.awaits, m.root, m.path = s.steps, s.awaits, s.root, s.path
}

// stale says that something has come, or failed to, that the module waited for.
func (m *module) stale() bool {
	return m != nil && slices.ContainsFunc(m.awaits, func(x *fetch) bool { return x.over.Load() })
}

// complete says that there is nothing more to be found.
func (m *module) complete() bool {
	link := m.image.AltLink
	if m.debug != nil {
		link = m.debug.AltLink
	}
	return (m.debug != nil || m.image.hasDWARF()) && (link == "" || m.alt != nil)
}

// hasDWARF says whether the file has debug info of its own.
func (img *Image) hasDWARF() bool {
	return slices.ContainsFunc(img.elf.Sections, func(s *elf.Section) bool {
		return s.Type != elf.SHT_NOBITS && (s.Name == ".debug_info" || s.Name == ".zdebug_info")
	})
}

// find gives the symbol of a link-time address. As in gdb the debug file's is
// taken where it begins nearer to addr; at one address the image's own is.
func (m *module) find(addr uint64) (t *symbolTable, s symbol, ok bool) {
	t = m.image.symbols()
	s, ok = t.find(addr)
	if m.debug == nil {
		return t, s, ok
	}
	d := m.debug.symbols()
	if near, found := d.find(addr); found && (!ok || near.addr > s.addr) {
		return d, near, true
	}
	return t, s, ok
}

// each calls f for all symbols that are addresses, those that both files have once.
func (m *module) each(f func(t *symbolTable, s symbol)) {
	own := m.image.symbols()
	for _, s := range own.syms {
		if s.flags&symbolNoAddress == 0 {
			f(own, s)
		}
	}
	if m.debug == nil {
		return
	}
	d := m.debug.symbols()
	i := 0 // both are in the same order: what is before i in own is before s
	for _, s := range d.syms {
		if s.flags&symbolNoAddress != 0 {
			continue
		}
		name := d.name(s)
		for i < len(own.syms) && own.compare(own.syms[i], s.addr, name) < 0 {
			i++
		}
		if i == len(own.syms) || own.compare(own.syms[i], s.addr, name) != 0 {
			f(d, s)
		}
	}
}

// most is how many symbols each gives at most.
func (m *module) most() int {
	if m == nil {
		return 0
	}
	n := len(m.image.symbols().syms)
	if m.debug != nil {
		n += len(m.debug.symbols().syms)
	}
	return n
}

// named calls f for the symbols of a name, mangled or demangled.
func (m *module) named(name string, f func(t *symbolTable, s symbol)) {
	tables := []*symbolTable{m.image.symbols()}
	if m.debug != nil {
		tables = append(tables, m.debug.symbols())
	}
	n := 0
	for _, t := range tables {
		for _, s := range t.named(name) {
			f(t, s)
			n++
		}
	}
	for _, t := range tables {
		if n > 0 || isMangled(name) {
			break
		}
		for _, s := range t.demangledNamed(name) {
			f(t, s)
		}
	}
}

// exactly calls f for the symbols that have a name as it is in the file.
func (m *module) exactly(name string, f func(symbol)) {
	for _, img := range []*Image{m.image, m.debug} {
		if img == nil {
			continue
		}
		for _, s := range img.symbols().named(name) {
			f(s)
		}
	}
}

// row gives the unwinding rules at a link-time address, nil if there are none.
func (m *module) row(pc uint64) *row {
	m.mu.RLock()
	r, ok := m.rows[pc]
	m.mu.RUnlock()
	if ok {
		return r
	}
	r = m.makeRow(pc)
	m.mu.Lock()
	if len(m.rows) >= maxRows {
		clear(m.rows)
	}
	m.rows[pc] = r
	m.mu.Unlock()
	return r
}

func (m *module) makeRow(pc uint64) *row {
	if m.debug == nil {
		return rowOf(pc, m.image.frames())
	}
	return rowOf(pc, m.image.frames(), m.debug.frames())
}

func (m *module) demangle(name string) string {
	if !isMangled(name) {
		return name
	}
	m.mu.RLock()
	d, ok := m.demangled[name]
	m.mu.RUnlock()
	if ok {
		return d
	}
	d = Demangle(name)
	m.mu.Lock()
	if len(m.demangled) >= maxDemangled {
		clear(m.demangled)
	}
	m.demangled[name] = d
	m.mu.Unlock()
	return d
}

// namesAt are the names of the symbols at a link-time address.
func (m *module) namesAt(addr uint64) []string {
	var out []string
	for _, img := range []*Image{m.image, m.debug} {
		if img == nil {
			continue
		}
		t := img.symbols()
		i, _ := slices.BinarySearchFunc(t.syms, addr, func(s symbol, addr uint64) int { return cmp.Compare(s.addr, addr) })
		for ; i < len(t.syms) && t.syms[i].addr == addr; i++ {
			if t.syms[i].flags&symbolNoAddress == 0 {
				out = append(out, t.name(t.syms[i]))
			}
		}
	}
	return out
}
