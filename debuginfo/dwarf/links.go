package dwarf

// links is what a file's units refer to in other files.
type links struct{}

// part is a section as the unit sees it: whole.
func (u *Unit) part(p int, section []byte) []byte { return section }

const (
	partAbbrev = iota
	partStrOffsets
	partLoc
	partLocLists
	partRngLists
)

func (u *Unit) isSplit() bool { return false }

// rangesBase is what the unit's offsets into .debug_ranges count from: the base
// that a skeleton gives is for its split unit only (GCC's Fission design).
func (u *Unit) rangesBase() uint64 { return 0 }

func (d *Data) rangesOf(u *Unit) []byte { return d.Ranges }

// baseAddress is what offsets in lists count from.
func (u *Unit) baseAddress() uint64 { return u.Info().LowPC }

// abbrevBase is what a package (.dwp) adds to the unit's offset of abbreviations.
func (u *Unit) abbrevBase() uint64 { return 0 }

// indexedString is a string by its index (DWARF 5, 7.26).
func (u *Unit) indexedString(n uint64) (string, bool) {
	b := u.readBases()
	off, ok := element(u.part(partStrOffsets, u.Data.StrOffsets), b.strOffsets, n, u.offsetSize())
	if !ok {
		return "", false
	}
	return stringAt(u.Data.Str, off)
}

// IndexedAddr is an address by its index (DWARF 5, 7.27).
func (u *Unit) IndexedAddr(n uint64) (uint64, bool) {
	return element(u.Data.Addr, u.readBases().addr, n, u.AddrSize)
}
