package debuginfo

import (
	"sync"
)

// Bounds of what a module remembers of its past work; on reaching one the whole
// memory of that kind is dropped.
const (
	maxRows      = 4096
	maxDemangled = 4096
)

// module is an image with its separate debug file: what the programs that have
// it loaded share.
type module struct {
	image, debug *Image
	debugPath    string
	search       []SearchStep

	symbols func() *symbolTable

	mu        sync.RWMutex
	rows      map[uint64]*row // by link-time address; nil: there is none
	demangled map[string]string
}

func newModule(image *Image) *module {
	m := &module{image: image, rows: map[uint64]*row{}, demangled: map[string]string{}}
	m.symbols = sync.OnceValue(func() *symbolTable {
		t := m.image.symbols()
		if m.debug != nil {
			t = t.merge(m.debug.readSymbols())
		}
		return t
	})
	return m
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
	tables := []*frameTable{m.image.frames()}
	if m.debug != nil {
		tables = append(tables, m.debug.frames())
	}
	for _, t := range tables {
		for _, s := range t.sections {
			if f, ok := s.covering(pc); ok {
				if r, err := s.row(f, pc); err == nil {
					return r
				}
			}
		}
	}
	return nil
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
