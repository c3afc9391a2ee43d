package dwarf

import "math"

// listReader reads lists of ranges and locations of a unit.
type listReader struct {
	reader
	unit *Unit
	base uint64 // what offset pairs count from
}

// readerAt is a reader from an offset of a section; ok is false beyond its end.
func readerAt(section []byte, off uint64) (r reader, ok bool) {
	if off >= uint64(len(section)) {
		return reader{bad: true}, false
	}
	return reader{data: section, at: int(off)}, true
}

func (l *listReader) addr() uint64 { return l.uint(l.unit.AddrSize) }

func (l *listReader) indexed() uint64 {
	addr, ok := l.unit.IndexedAddr(l.uleb())
	if !ok {
		l.bad = true
	}
	return addr
}

func (l *listReader) startLength(start uint64) Range {
	return Range{start, l.unit.address(start + l.uleb())}
}

func (l *listReader) offsetPair() Range {
	low, high := l.uleb(), l.uleb()
	return Range{l.unit.address(l.base + low), l.unit.address(l.base + high)}
}

// maxAddr is the highest address, which marks a new base in the lists before DWARF 5.
func (u *Unit) maxAddr() uint64 { return math.MaxUint64 >> (64 - 8*u.AddrSize) }

// address is a sum of addresses, as wide as the unit's are.
func (u *Unit) address(sum uint64) uint64 { return sum & u.maxAddr() }

func (u *Unit) offsetSize() int {
	if u.Is64 {
		return 8
	}
	return 4
}
