package dwarf

import (
	"cmp"
	"slices"
)

// gdbIndex is .gdb_index (gdb manual, "Index Section Format"), versions 7 to 9.
type gdbIndex struct {
	data                         *Data
	units, types, symbols, names []byte // the areas; names is the constant pool
}

// gdbIndex reads the header; ok is false if there is none that can be used.
func (d *Data) gdbIndex() (g gdbIndex, ok bool) {
	b := d.GdbIndex
	r := reader{data: b}
	version := r.u32()
	if version < 7 || version > 9 {
		return g, false
	}
	units, types, addrs, symbols := r.u32(), r.u32(), r.u32(), r.u32()
	shortcuts := r.u32()
	names := shortcuts
	if version >= 9 {
		names = r.u32()
	}
	offs := []uint32{units, types, addrs, symbols, shortcuts, names, uint32(len(b))}
	if r.bad || len(b) > 1<<31 || !slices.IsSorted(offs) {
		return g, false
	}
	return gdbIndex{d, b[units:types], b[types:addrs], b[symbols:shortcuts], b[names:]}, true
}

// gdbIndexUnits calls add for the units where .gdb_index says that a name is,
// which ends in a NUL.
func (d *Data) gdbIndexUnits(name []byte, add func(*Unit)) {
	g, ok := d.gdbIndex()
	slots := uint32(len(g.symbols) / 8)
	if !ok || slots == 0 || slots&(slots-1) != 0 {
		return
	}
	h := gdbHash(name[:len(name)-1])
	step := h*17&(slots-1) | 1
	for range slots {
		r := reader{data: g.symbols, at: int(h&(slots-1)) * 8}
		text, vector := uint64(r.u32()), uint64(r.u32())
		if text == 0 && vector == 0 {
			return
		}
		if isText(g.names, text, name) {
			g.vector(vector, add)
			return
		}
		h += step
	}
}

// gdbHash is mapped_index_string_hash of gdb, of versions from 5 on.
func gdbHash(name []byte) (h uint32) {
	for _, c := range name {
		h = h*67 + uint32(lower(c)) - 113
	}
	return h
}

// vector calls add for a list of units.
func (g *gdbIndex) vector(off uint64, add func(*Unit)) {
	if off >= uint64(len(g.names)) {
		return
	}
	r := reader{data: g.names, at: int(off)}
	for n := r.u32(); n > 0 && !r.bad; n-- {
		if v := r.u32(); !r.bad {
			add(g.unit(v & 0xffffff))
		}
	}
}

// unit is one of the lists' units, nil if there is none at what the list says.
func (g *gdbIndex) unit(n uint32) *Unit {
	if count := uint32(len(g.units) / 16); n >= count {
		r := reader{data: g.types, at: min(int(n-count)*24, len(g.types))}
		off := r.u64()
		return cmp.Or(beginning(g.data.TypeUnits, off), beginning(g.data.Units, off))
	}
	r := reader{data: g.units, at: int(n) * 16}
	off, length := r.u64(), r.u64()
	if u := beginning(g.data.Units, off); u != nil && u.end-u.Offset == length {
		return u
	}
	return nil
}

func searchUnit(units []*Unit, off uint64) (int, bool) {
	return slices.BinarySearchFunc(units, off, func(u *Unit, off uint64) int { return cmp.Compare(u.Offset, off) })
}
