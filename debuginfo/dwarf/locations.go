package dwarf

import (
	"math"

	"github.com/stackfs/stackfs/core"
)

// A Location is an expression and for which program counters it holds: [Low, High),
// link-time. A location that always holds has Low 0 and High MaxUint64.
type Location struct {
	Low, High uint64
	Expr      []byte
}

// Locations gives where an attribute says something is: its one expression, or the
// entries of its list, a default entry last (as one that always holds). Entries
// that hold nowhere (Low is High) are left out. ErrInvalid with what came before if
// a list breaks off.
func (e Entry) Locations(a Attr) ([]Location, error) {
	v, ok := e.Value(a)
	if !ok {
		return nil, nil
	}
	return v.Locations()
}

// Locations is what the value says of places: see [Entry.Locations]. A number, as
// DW_AT_data_member_location may be, has none.
func (v Value) Locations() ([]Location, error) {
	switch {
	case v.IsBlock():
		return []Location{{0, math.MaxUint64, v.Bytes()}}, nil
	case !v.IsList():
		return nil, nil
	}
	l, format, err := v.locationList()
	if err != nil {
		return nil, err
	}
	var out, always []Location
	for l.more() {
		loc, end := format(l)
		switch {
		case l.bad:
		case end:
			return append(out, always...), nil
		case loc.Low == 0 && loc.High == math.MaxUint64:
			always = append(always, loc)
		case loc.Low < loc.High:
			out = append(out, loc)
		}
	}
	return append(out, always...), core.Errorf(core.ErrInvalid, "reading the location list %d of the unit at 0x%x: it breaks off", v.num, v.unit.Offset)
}

// locationList finds the list that a value leads to, and its format.
func (v Value) locationList() (l *listReader, format func(*listReader) (Location, bool), err error) {
	u := v.unit
	var section []byte
	off, ok := v.num, true
	switch {
	case u.Version >= 5:
		section, format = u.part(partLocLists, u.Data.LocLists), newLocation
		if v.Form == FormLoclistx {
			b := u.readBases()
			off, ok = u.listOffset(section, b.loclists, b.hasLoclists, v.num)
		}
	case u.isSplit():
		section, format = u.part(partLoc, u.Data.Loc), splitLocation
	default:
		section, format = u.Data.Loc, oldLocation
	}
	r, inside := readerAt(section, off)
	if !ok || !inside {
		return nil, nil, core.Errorf(core.ErrInvalid, "reading a location list of the unit at 0x%x: there is no list %d", u.Offset, v.num)
	}
	return &listReader{reader: r, unit: u, base: u.baseAddress()}, format, nil
}

// oldLocation reads an entry of .debug_loc (DWARF 4, 2.6.2). One that is not a
// location is empty.
func oldLocation(l *listReader) (loc Location, end bool) {
	u := l.unit
	low, high := l.uint(u.AddrSize), l.uint(u.AddrSize)
	switch {
	case low == 0 && high == 0:
		return Location{}, true
	case low == u.maxAddr():
		l.base = high
		return Location{}, false
	}
	return Location{u.address(l.base + low), u.address(l.base + high), l.take(uint64(l.u16()))}, false
}

// The kinds of entries of .debug_loc.dwo before DWARF 5 (DW_LLE_GNU_*, as GCC and
// the Fission design have them).
const (
	lleGNUEnd = iota
	lleGNUBase
	lleGNUStartEnd
	lleGNUStartLength
	lleGNUOffsetPair
)

// splitLocation reads an entry of .debug_loc.dwo.
func splitLocation(l *listReader) (loc Location, end bool) {
	var g Range
	switch l.byte() {
	case lleGNUEnd:
		return Location{}, true
	case lleGNUBase:
		l.base = l.indexed()
		return Location{}, false
	case lleGNUStartEnd:
		g = Range{l.indexed(), l.indexed()}
	case lleGNUStartLength:
		g.Low = l.indexed()
		g.High = l.unit.address(g.Low + uint64(l.u32()))
	case lleGNUOffsetPair:
		g.Low = l.unit.address(l.base + uint64(l.u32()))
		g.High = l.unit.address(l.base + uint64(l.u32()))
	default:
		l.bad = true
	}
	return Location{g.Low, g.High, l.take(uint64(l.u16()))}, false
}

// The kinds of entries of .debug_loclists (DW_LLE_*; DWARF 5, 7.7.3).
const (
	lleEnd = iota
	lleBaseAddressx
	lleStartxEndx
	lleStartxLength
	lleOffsetPair
	lleDefault
	lleBaseAddress
	lleStartEnd
	lleStartLength
	lleGNUViewPair // two view numbers, of the entry that follows
)

// newLocation reads an entry of .debug_loclists (DWARF 5, 2.6.2).
func newLocation(l *listReader) (loc Location, end bool) {
	var g Range
	switch l.byte() {
	case lleEnd:
		return Location{}, true
	case lleBaseAddressx:
		l.base = l.indexed()
		return Location{}, false
	case lleBaseAddress:
		l.base = l.addr()
		return Location{}, false
	case lleGNUViewPair:
		l.uleb()
		l.uleb()
		return Location{}, false
	case lleStartxEndx:
		g = Range{l.indexed(), l.indexed()}
	case lleStartxLength:
		g = l.startLength(l.indexed())
	case lleOffsetPair:
		g = l.offsetPair()
	case lleDefault:
		g = Range{0, math.MaxUint64}
	case lleStartEnd:
		g = Range{l.addr(), l.addr()}
	case lleStartLength:
		g = l.startLength(l.addr())
	default:
		l.bad = true
	}
	return Location{g.Low, g.High, l.take(l.uleb())}, false
}
