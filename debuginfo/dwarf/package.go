package dwarf

import "github.com/stackfs/stackfs/core"

// The sections of a package that units have a part of. The numbers are those of
// version 5 (DWARF 5, 7.3.5.3) but for partLoc.
const (
	partInfo       = 1
	partTypes      = 2
	partAbbrev     = 3
	partLine       = 4
	partLocLists   = 5
	partStrOffsets = 6
	partRngLists   = 8
	partLoc        = 9
	partCount      = 10
)

// oldParts are the numbers of version 2, GCC's, as parts; 0: not read.
var oldParts = [...]int{1: partInfo, 2: partTypes, 3: partAbbrev, 4: partLine, 5: partLoc, 6: partStrOffsets, 8: 0}

// parts is which bytes of a package's sections are a unit's.
type parts [partCount]struct{ off, size uint32 }

// Package cuts a package of split units (.dwp) into units, and finds by its indexes
// which part of each section is whose. It belongs to the one Data that has it as its Package.
func Package(s Sections) (*Data, error) {
	d, err := Split(s)
	if err != nil {
		return nil, err
	}
	d.packaged = map[uint64]*Unit{}
	if err := d.readPackageIndex(s.CUIndex, d.Units, partInfo); err != nil {
		return nil, err
	}
	for _, err := range []error{d.readPackageIndex(s.TUIndex, d.Units, partInfo), d.readPackageIndex(s.TUIndex, d.TypeUnits, partTypes)} {
		if err != nil && len(s.TUIndex) > 0 {
			return nil, err
		}
	}
	return d, nil
}

// packageIndex is .debug_cu_index or .debug_tu_index: a hash table of signatures,
// whose entries number the rows of a table with a column for each section.
type packageIndex struct {
	version        uint32
	columns, units int
	ids            []byte // of 8 bytes, one for each slot of the hash table
	rows           []byte // of 4 bytes, likewise; from 1, 0: free
	sections       []byte // of 4 bytes, one for each column
	offsets, sizes []byte // of 4 bytes, by row and column
}

func errPackage(what string) error {
	return core.Errorf(core.ErrInvalid, "reading the index of a .dwp package: %s", what)
}

// parsePackageIndex reads an index (DWARF 5, 7.3.5.3; version 2 is GCC's wiki, DebugFissionDWP).
func parsePackageIndex(section []byte) (x packageIndex, err error) {
	r := reader{data: section}
	x.version = r.u32() & 0xffff // 2 bytes and 2 of padding in version 5
	columns, units, slots := r.u32(), r.u32(), r.u32()
	if x.version != 2 && x.version != 5 {
		return x, core.Errorf(core.ErrUnsupported, "reading the index of a .dwp package: version %d", x.version)
	}
	if columns > partCount || units > uint32(len(section)) {
		return x, errPackage("it is larger than its section")
	}
	x.columns, x.units = int(columns), int(units)
	x.ids, x.rows = r.take(uint64(slots)*8), r.take(uint64(slots)*4)
	x.sections = r.take(uint64(columns) * 4)
	x.offsets, x.sizes = r.take(uint64(columns)*uint64(units)*4), r.take(uint64(columns)*uint64(units)*4)
	if r.bad {
		return x, errPackage("it is cut short")
	}
	return x, nil
}

// part is which section a column is of, 0: none that is read.
func (x *packageIndex) part(column int) int {
	n, _ := element(x.sections, 0, uint64(column), 4)
	switch {
	case x.version == 2 && n < uint64(len(oldParts)):
		return oldParts[n]
	case x.version == 5 && n <= partRngLists:
		return int(n)
	}
	return 0
}

// unitParts is the parts of the unit in a row.
func (x *packageIndex) unitParts(row int) *parts {
	p := new(parts)
	for c := range x.columns {
		n := uint64(row*x.columns + c)
		off, _ := element(x.offsets, 0, n, 4)
		size, _ := element(x.sizes, 0, n, 4)
		if s := x.part(c); s != 0 {
			p[s].off, p[s].size = uint32(off), uint32(size)
		}
	}
	return p
}

// readPackageIndex gives the units, which are in a section, their parts.
func (d *Data) readPackageIndex(section []byte, units []*Unit, in int) error {
	if len(units) == 0 {
		return nil
	}
	x, err := parsePackageIndex(section)
	if err != nil {
		return err
	}
	byOffset := map[uint64]*Unit{}
	for _, u := range units {
		byOffset[u.Offset] = u
	}
	for slot := range len(x.rows) / 4 {
		row, _ := element(x.rows, 0, uint64(slot), 4)
		if row == 0 || row > uint64(x.units) {
			continue
		}
		p := x.unitParts(int(row) - 1)
		u := byOffset[uint64(p[in].off)]
		if u == nil || p[in].size == 0 || u.parts != nil {
			continue
		}
		u.parts = p
		if u.Kind != UnitType && u.Kind != UnitSplitType {
			id, _ := element(x.ids, 0, uint64(slot), 8)
			d.packaged[id] = u
		}
	}
	return nil
}

// part is a section as the unit sees it: its part of a package's, else the whole.
func (u *Unit) part(n int, section []byte) []byte {
	if u.parts == nil {
		return section
	}
	p := u.parts[n]
	off, end := uint64(p.off), uint64(p.off)+uint64(p.size)
	if end > uint64(len(section)) {
		return nil
	}
	return section[off:end]
}

// abbrevBase is what a package adds to the unit's offset of abbreviations.
func (u *Unit) abbrevBase() uint64 {
	if u.parts == nil {
		return 0
	}
	return uint64(u.parts[partAbbrev].off)
}
