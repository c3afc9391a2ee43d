package dwarf

// listed are the units that the file's own tables of names lead to. They may be
// wrong or of another build: what they say is only where to look first.
func (f *finder) listed() (units []*Unit) {
	seen := map[*Unit]bool{}
	add := func(u *Unit) {
		if u != nil && !seen[u] {
			seen[u] = true
			units = append(units, u)
		}
	}
	for _, d := range f.files() {
		for _, last := range f.lasts {
			d.gdbIndexUnits(last, add)
			d.debugNamesUnits(last, add)
		}
	}
	return units
}

// lower is c in lower case, if it is ASCII.
func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// beginning is the unit whose header is at an offset, nil if there is none.
func beginning(units []*Unit, off uint64) *Unit {
	if i, ok := searchUnit(units, off); ok {
		return units[i]
	}
	return nil
}
