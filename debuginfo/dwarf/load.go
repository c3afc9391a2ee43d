package dwarf

import "github.com/stackfs/stackfs/core"

// abbrevKey is where a table of abbreviations begins, and for what layout it is.
type abbrevKey struct {
	off uint64
	layout
}

// parsedFactor is how many times .debug_abbrev may be read in all. Tables are read
// once for each of the (at most three) layouts in a file; more is tables that overlap
// on purpose, whose memory would be the square of the section's.
const parsedFactor = 4

// load reads the abbreviations.
func (u *Unit) load() error {
	u.once.Do(func() {
		if u.abbrevs, u.err = u.Data.abbrevTable(abbrevKey{u.abbrevOffset + u.abbrevBase(), u.layout()}); u.err != nil {
			u.abbrevs = &abbrevTable{}
		}
	})
	return u.err
}

// abbrevTable reads a table, or gives one that was read before. Two who ask at the
// same time may both read it; one of the results is kept.
func (d *Data) abbrevTable(key abbrevKey) (*abbrevTable, error) {
	d.mu.Lock()
	t, parsed := d.abbrevs[key], d.parsed
	d.mu.Unlock()
	if t != nil {
		return t, nil
	}
	if parsed > parsedFactor*len(d.Abbrev) {
		return nil, core.Errorf(core.ErrInvalid, "reading abbreviations at 0x%x: tables overlap", key.off)
	}
	t, n, err := parseAbbrevs(d.Abbrev, key.off, key.layout)
	d.mu.Lock()
	defer d.mu.Unlock()
	if t := d.abbrevs[key]; t != nil {
		return t, nil
	}
	d.parsed += n
	if err == nil {
		d.abbrevs[key] = t
	}
	return t, err
}
