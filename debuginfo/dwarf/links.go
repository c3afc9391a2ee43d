package dwarf

// links is what a file's units refer to in other files.
type links struct{}

// abbrevBase is what a package (.dwp) adds to the unit's offset of abbreviations.
func (u *Unit) abbrevBase() uint64 { return 0 }

// splitBases gives a split unit the bases that it has from its place in the file
// or from its skeleton.
func (u *Unit) splitBases() {}

// indexedString is a string by its index (DWARF 5, 7.26).
func (u *Unit) indexedString(n uint64) (string, bool) { return "", false }

// IndexedAddr is an address by its index (DWARF 5, 7.27).
func (u *Unit) IndexedAddr(n uint64) (uint64, bool) { return 0, false }
