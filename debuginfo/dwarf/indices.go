package dwarf

// element is number n of an array of numbers that begins at an offset of a section.
func element(section []byte, base, n uint64, size int) (v uint64, ok bool) {
	if base > uint64(len(section)) || n >= (uint64(len(section))-base)/uint64(size) {
		return 0, false
	}
	r := reader{data: section, at: int(base + n*uint64(size))}
	return r.uint(size), true
}

// indexedString is a string by its index (DWARF 5, 7.26).
func (u *Unit) indexedString(n uint64) (string, bool) {
	off, ok := element(u.part(partStrOffsets, u.Data.StrOffsets), u.readBases().strOffsets, n, u.offsetSize())
	if !ok {
		return "", false
	}
	return stringAt(u.Data.Str, off)
}

// IndexedAddr is an address by its index (DWARF 5, 7.27). Those of a split unit are
// its skeleton's.
func (u *Unit) IndexedAddr(n uint64) (addr uint64, ok bool) {
	if u = u.addressUnit(); u == nil {
		return 0, false
	}
	return element(u.Data.Addr, u.readBases().addr, n, u.AddrSize)
}

// listOffset is where list n begins: .debug_rnglists and .debug_loclists have an
// array of offsets that count from the array itself (DWARF 5, 7.28, 7.29).
func (u *Unit) listOffset(section []byte, base uint64, hasBase bool, n uint64) (uint64, bool) {
	if !hasBase {
		base = u.listHeaderSize()
	}
	off, ok := element(section, base, n, u.offsetSize())
	return off + base, ok
}

// oldRangesList is where a list of DWARF 2 to 4 is. The lists of a split unit are in
// its skeleton's file, from the base that the skeleton gives; the skeleton's own
// offsets do not count from it (GCC's wiki, DebugFission).
func (u *Unit) oldRangesList(off uint64) (section []byte, at uint64) {
	if !u.isSplit() {
		return u.Data.Ranges, off
	}
	s := u.Skeleton()
	if s == nil {
		return nil, 0
	}
	return s.Data.Ranges, s.readBases().ranges + off
}

// baseAddress is what offsets in lists count from.
func (u *Unit) baseAddress() uint64 {
	if u = u.addressUnit(); u == nil {
		return 0
	}
	return u.Info().LowPC
}

// addressUnit is the unit that has the addresses: of a split one its skeleton, nil
// if that is not known.
func (u *Unit) addressUnit() *Unit {
	if u.isSplit() {
		return u.Skeleton()
	}
	return u
}
