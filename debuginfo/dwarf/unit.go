package dwarf

import (
	"sort"
	"sync"
	"sync/atomic"

	"github.com/stackfs/stackfs/core"
)

// UnitKind is DW_UT_* (DWARF 5, 7.5.1); older units are made to fit.
type UnitKind uint8

// The kinds of units.
const (
	UnitCompile      UnitKind = 1
	UnitType         UnitKind = 2
	UnitPartial      UnitKind = 3
	UnitSkeleton     UnitKind = 4
	UnitSplitCompile UnitKind = 5
	UnitSplitType    UnitKind = 6
)

// A Unit is one unit of .debug_info or .debug_types.
type Unit struct {
	Data     *Data
	Kind     UnitKind
	Version  int    // 2 to 5
	Is64     bool   // 64-bit DWARF: offsets of 8 bytes
	AddrSize int    // bytes
	Offset   uint64 // of the header in its section
	InTypes  bool   // the section is .debug_types
	ID       uint64 // type units: the signature; skeleton and split units of DWARF 5: the dwo id
	// TypeOffset is where a type unit's type is, from Offset.
	TypeOffset uint64

	abbrevOffset uint64
	start, end   uint64 // of the entries, section offsets
	data         []byte // the section up to end

	once    sync.Once
	abbrevs *abbrevTable // empty if they cannot be read
	err     error

	rootOnce  sync.Once
	info      UnitInfo
	basesOnce sync.Once
	bases     bases

	parts     *parts               // of a package's sections; nil: all of them
	skeleton  atomic.Pointer[Unit] // of a split unit
	splitOnce sync.Once
	full      *Unit // of a skeleton
	splitErr  error
}

// Data is the debug info of one file.
type Data struct {
	Sections
	Units     []*Unit // .debug_info, in order of Offset
	TypeUnits []*Unit // .debug_types (DWARF 4), in order of Offset
	// Err says why the units end before the section does; nil if they do not.
	Err error
	// Alt is the supplementary file that dwz made; nil: there is none, or it was not found.
	Alt *Data
	// FindSplit gives the sections of the .dwo file that a skeleton names, relative to
	// compDir; id is the split unit's, in DWARF 4 too. nil: they are not looked for.
	FindSplit func(name, compDir string, id uint64) (Sections, error)
	// Package is the .dwp of the file, where split units are looked for first; or nil.
	Package *Data

	split    bool             // a .dwo or .dwp
	packaged map[uint64]*Unit // of a .dwp, by dwo id

	mu         sync.Mutex
	abbrevs    map[abbrevKey]*abbrevTable
	parsed     int              // bytes of abbreviations that were read
	signatures map[uint64]*Unit // made when first asked for
	byAddress  unitTable
	functions  functionTables
}

// New cuts sections into units. ErrNotFound if there is no .debug_info.
func New(s Sections) (*Data, error) {
	d := &Data{}
	if err := d.cut(s); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *Data) cut(s Sections) (err error) {
	if len(s.Info) == 0 && len(s.Types) == 0 {
		return core.Errorf(core.ErrNotFound, "reading debug info: the file has no .debug_info")
	}
	d.Sections, d.abbrevs = s, map[abbrevKey]*abbrevTable{}
	d.Units, d.Err = d.readUnits(s.Info, false)
	if d.TypeUnits, err = d.readUnits(s.Types, true); d.Err == nil {
		d.Err = err
	}
	return nil
}

func (d *Data) readUnits(section []byte, inTypes bool) ([]*Unit, error) {
	var out []*Unit
	for off := uint64(0); off < uint64(len(section)); {
		u, err := d.readUnit(section, off, inTypes)
		if err != nil {
			return out, err
		}
		out = append(out, u)
		off = u.end
	}
	return out, nil
}

// readUnit reads a unit's header (DWARF 5, 7.5.1).
func (d *Data) readUnit(section []byte, off uint64, inTypes bool) (*Unit, error) {
	r, base := d.header(section, off, inTypes)
	u := &Unit{Data: d, Offset: off, InTypes: inTypes, Kind: UnitCompile}
	n, is64 := r.length()
	from := base + uint64(r.at)
	u.Is64, u.end = is64, from+n
	if r.bad || n > uint64(len(section))-from {
		return nil, core.Errorf(core.ErrInvalid, "reading the unit at 0x%x: it goes beyond the section's end", off)
	}
	u.Version = int(r.u16())
	if u.Version < 2 || u.Version > 5 {
		return nil, core.Errorf(core.ErrUnsupported, "reading the unit at 0x%x: DWARF version %d", off, u.Version)
	}
	if u.Version >= 5 {
		u.Kind = UnitKind(r.byte())
		u.AddrSize = int(r.byte())
	}
	u.abbrevOffset = r.offset(is64)
	if u.Version < 5 {
		u.AddrSize = int(r.byte())
	}
	u.data = section[:u.end:u.end]
	u.readIDs(&r)
	if u.start = base + uint64(r.at); r.bad || u.start > u.end || u.AddrSize > 8 || u.AddrSize < 2 {
		return nil, core.Errorf(core.ErrInvalid, "reading the unit at 0x%x: its header is cut short", off)
	}
	return u, nil
}

// maxHeader is the length of the longest header of a unit: of a type unit in 64-bit DWARF 5.
const maxHeader = 40

// header gives a reader at a unit's header, and what its positions count from.
func (d *Data) header(section []byte, off uint64, inTypes bool) (r reader, base uint64) {
	if inTypes || d.InfoAt == nil {
		return reader{data: section, at: int(off)}, 0
	}
	b := make([]byte, min(maxHeader, uint64(len(section))-off))
	n, _ := d.InfoAt.ReadAt(b, int64(off)) // what is missing is an end
	return reader{data: b[:n]}, off
}

func (u *Unit) readIDs(r *reader) {
	if u.InTypes {
		u.Kind = UnitType
	}
	switch u.Kind {
	case UnitType, UnitSplitType:
		u.ID = r.u64()
		u.TypeOffset = r.offset(u.Is64)
	case UnitSkeleton, UnitSplitCompile:
		u.ID = r.u64()
	}
}

// section is the section that offsets of entries are of, up to the unit's end.
func (u *Unit) section() []byte { return u.data }

// UnitAt is the unit that an offset of .debug_info lies in, nil if there is none.
func (d *Data) UnitAt(off uint64) *Unit { return unitAt(d.Units, off) }

func unitAt(units []*Unit, off uint64) *Unit {
	i := sort.Search(len(units), func(i int) bool { return units[i].end > off })
	if i == len(units) || off < units[i].start {
		return nil
	}
	return units[i]
}

// Contains says whether a section offset lies among the unit's entries.
func (u *Unit) Contains(off uint64) bool { return u.start <= off && off < u.end }

// Size is the length of the unit's entries in bytes.
func (u *Unit) Size() uint64 { return u.end - u.start }
