package dwarf

import "sync"

// unitTable tells which unit has an address, by what .debug_aranges says and by
// what the units themselves say. The second is made when the first fails.
type unitTable struct {
	arangesOnce, rootsOnce sync.Once
	aranges, roots         []span // value: index into Data.Units
}

// UnitFor is the unit whose code an address is, nil if there is none. What
// .debug_aranges says is believed unless the unit itself says otherwise; for
// addresses that it does not have, all units are asked.
func (d *Data) UnitFor(addr uint64) *Unit {
	t := &d.byAddress
	t.arangesOnce.Do(func() { t.aranges = flatten(d.readAranges()) })
	if i, ok := lookup(t.aranges, addr); ok && d.Units[i].covers(addr) {
		return d.Units[i]
	}
	t.rootsOnce.Do(func() { t.roots = flatten(d.rootRanges()) })
	if i, ok := lookup(t.roots, addr); ok {
		return d.Units[i]
	}
	return nil
}

// covers says whether the unit's root entry has the address, or does not say.
func (u *Unit) covers(addr uint64) bool {
	e, ok := u.Root()
	if !ok {
		return true
	}
	said, found := false, false
	if err := e.eachRange(func(r Range) bool {
		said, found = said || r.Low < r.High, r.Contains(addr)
		return !found
	}); err != nil {
		return true
	}
	return found || !said
}

// rootRanges is what the units' root entries say. Lists that several units share
// are read no more often than would fit the sections if they did not.
func (d *Data) rootRanges() (out []span) {
	steps := len(d.Ranges) + len(d.RngLists) + len(d.Units)
	for i, u := range d.Units {
		e, ok := u.Root()
		if !ok || u.Kind == UnitType {
			continue
		}
		// A list that breaks off has told some of it.
		_ = e.eachRange(func(r Range) bool {
			if steps--; r.Low < r.High {
				out = append(out, span{r, uint64(i)})
			}
			return steps > 0
		})
		if steps <= 0 {
			break
		}
	}
	return out
}

// readAranges reads .debug_aranges (DWARF 5, 6.1.2). Sets that name no unit, and
// what comes after one that cannot be read, are left out.
func (d *Data) readAranges() (out []span) {
	index := map[uint64]int{}
	for i, u := range d.Units {
		index[u.Offset] = i
	}
	for r := (reader{data: d.Aranges}); r.more(); {
		start := r.at
		n, is64 := r.length()
		set := reader{data: r.take(n)}
		if r.bad {
			break
		}
		version := set.u16()
		unit := set.offset(is64)
		i, ok := index[unit]
		if !ok || version != 2 {
			continue
		}
		// Tuples are aligned to their size from the beginning of the set.
		out = d.arangesSet(out, &set, r.at-int(n)-start, uint64(i))
	}
	return out
}

// arangesSet reads the tuples of a set whose header's length field took some bytes.
func (d *Data) arangesSet(out []span, set *reader, lengthSize int, unit uint64) []span {
	size, segment := int(set.byte()), int(set.byte())
	if size != d.Units[unit].AddrSize || segment != 0 {
		return out
	}
	if over := (lengthSize + set.at) % (2 * size); over != 0 {
		set.take(uint64(2*size - over))
	}
	for !set.bad {
		low, length := set.uint(size), set.uint(size)
		if set.bad || low == 0 && length == 0 {
			break
		}
		if end := low + length; low < end {
			out = append(out, span{Range{low, end}, unit})
		}
	}
	return out
}
