package dwarf

// signed finds the type with a signature (DWARF 5, 7.32).
func (d *Data) signed(id uint64) (Entry, bool) {
	d.mu.Lock()
	if d.signatures == nil {
		d.signatures = map[uint64]*Unit{}
		for _, units := range [][]*Unit{d.TypeUnits, d.Units} {
			for _, u := range units {
				if u.Kind == UnitType || u.Kind == UnitSplitType {
					d.signatures[u.ID] = u
				}
			}
		}
	}
	u := d.signatures[id]
	d.mu.Unlock()
	if u == nil || u.TypeOffset > u.end {
		return Entry{}, false
	}
	return u.Entry(u.Offset + u.TypeOffset)
}
