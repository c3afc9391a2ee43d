package dwarf

import "github.com/stackfs/stackfs/core"

// A Range is addresses [Low, High), link-time.
type Range struct{ Low, High uint64 }

// Contains says whether an address lies in the range.
func (r Range) Contains(addr uint64) bool { return r.Low <= addr && addr < r.High }

// Ranges gives what code an entry covers (DW_AT_low_pc and high_pc, or ranges), in
// the order that they are listed in, empty ones left out. ErrInvalid with what came
// before if a list breaks off.
func (e Entry) Ranges() ([]Range, error) {
	var out []Range
	err := e.eachRange(func(r Range) bool {
		if r.Low < r.High {
			out = append(out, r)
		}
		return true
	})
	return out, err
}

// eachRange yields the ranges until they end or yield says false; an empty one for
// whatever else is in their list, so that yield may count what that costs.
func (e Entry) eachRange(yield func(Range) bool) error {
	if v, ok := e.Value(AttrRanges); ok {
		return e.Unit.rangeList(v, yield)
	}
	low, ok := e.Value(AttrLowPC)
	if !ok {
		return nil
	}
	high, ok := e.Value(AttrHighPC)
	if !ok {
		return nil
	}
	start, ok := low.Addr()
	if !ok {
		return errAddress(e.Offset)
	}
	end, ok := high.Addr()
	switch {
	case !ok && high.isAddr():
		return errAddress(e.Offset)
	case !ok:
		end = start + high.Uint()
	}
	if start < end {
		yield(Range{start, end})
	}
	return nil
}

func errAddress(off uint64) error {
	return core.Errorf(core.ErrInvalid, "reading the addresses of the entry at 0x%x: .debug_addr does not have them", off)
}

// rangeList reads the list that a value leads to.
func (u *Unit) rangeList(v Value, yield func(Range) bool) error {
	switch {
	case !v.IsList():
		return core.Errorf(core.ErrInvalid, "reading ranges of the unit at 0x%x: form 0x%x is no list", u.Offset, uint16(v.Form))
	case u.Version < 5:
		return u.oldRanges(v.num, yield)
	}
	section := u.part(partRngLists, u.Data.RngLists)
	off := v.num
	if v.Form == FormRnglistx {
		b := u.readBases()
		var ok bool
		if off, ok = u.listOffset(section, b.rnglists, b.hasRnglists, v.num); !ok {
			return core.Errorf(core.ErrInvalid, "reading ranges of the unit at 0x%x: there is no list %d", u.Offset, v.num)
		}
	}
	return u.newRanges(section, off, yield)
}

// oldRanges reads a list of .debug_ranges (DWARF 4, 2.17.3).
func (u *Unit) oldRanges(off uint64, yield func(Range) bool) error {
	r, ok := readerAt(u.oldRangesList(off))
	base := u.baseAddress()
	for ok && !r.bad {
		low, high := r.uint(u.AddrSize), r.uint(u.AddrSize)
		g := Range{u.address(base + low), u.address(base + high)}
		switch {
		case r.bad:
			continue
		case low == 0 && high == 0:
			return nil
		case low == u.maxAddr():
			base, g = high, Range{}
		}
		if !yield(g) {
			return nil
		}
	}
	return core.Errorf(core.ErrInvalid, "reading .debug_ranges at 0x%x: the list has no end", off)
}

// The kinds of entries of .debug_rnglists (DW_RLE_*; DWARF 5, 7.25).
const (
	rleEnd = iota
	rleBaseAddressx
	rleStartxEndx
	rleStartxLength
	rleOffsetPair
	rleBaseAddress
	rleStartEnd
	rleStartLength
)

// newRanges reads a list of .debug_rnglists (DWARF 5, 2.17.3).
func (u *Unit) newRanges(section []byte, off uint64, yield func(Range) bool) error {
	r, ok := readerAt(section, off)
	l := listReader{reader: r, unit: u, base: u.baseAddress()}
	for ok && !l.bad {
		var g Range
		switch kind := l.byte(); kind {
		case rleEnd:
			if !l.bad {
				return nil
			}
			continue
		case rleBaseAddressx:
			l.base = l.indexed()
		case rleBaseAddress:
			l.base = l.addr()
		case rleStartxEndx:
			g = Range{l.indexed(), l.indexed()}
		case rleStartxLength:
			g = l.startLength(l.indexed())
		case rleOffsetPair:
			g = l.offsetPair()
		case rleStartEnd:
			g = Range{l.addr(), l.addr()}
		case rleStartLength:
			g = l.startLength(l.addr())
		default:
			l.bad = true
		}
		if !l.bad && !yield(g) {
			return nil
		}
	}
	return core.Errorf(core.ErrInvalid, "reading .debug_rnglists at 0x%x: the list breaks off", off)
}
