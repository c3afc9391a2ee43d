package dwarf

import (
	"cmp"
	"slices"
)

// settle names the unit's entries that get their names from others; those whose
// other is in another unit are kept in cross.
func (w *walker) settle() {
	for i := range w.defers {
		w.follow(&w.defers[i])
	}
	w.defers = w.defers[:0]
}

// follow goes from an entry to what it is an instance or the definition of, until
// there is a name or the way leads out of the unit.
func (w *walker) follow(p *pending) {
	for range maxOrigins {
		target := w.unitOffset(p.form, p.origin)
		if target == 0 {
			if p.form != 0 {
				p.unit = w.unit
				w.cross = append(w.cross, *p)
			}
			return
		}
		if !w.followTo(p, target) {
			return
		}
	}
}

// followTo takes the name from the entry at target; true: it has none, but leads on.
func (w *walker) followTo(p *pending, target uint64) bool {
	f, ok := w.factsAt(target)
	if !ok {
		return false
	}
	if i, found := slices.BinarySearchFunc(w.decls, target, func(d declared, t uint64) int { return cmp.Compare(d.off, t) }); found {
		p.scope = w.decls[i].scope
	}
	if f.name == 0 {
		p.form, p.origin = f.form, f.origin
		return f.form != 0
	}
	p.name = f.name
	if p.line == 0 {
		p.line = f.line
	}
	w.emit(&p.named, p.owner)
	return false
}

// factsAt reads the entry at an offset of the unit.
func (w *walker) factsAt(off uint64) (f facts, ok bool) {
	if off < w.unit.start || off >= uint64(len(w.data)) {
		return f, false
	}
	p, at := w.code(int(off))
	if p == nil {
		return f, false
	}
	f = p.facts
	return f, w.run(p, &f, at) >= 0
}

// crossTarget is the unit and offset that an origin in another unit is at.
func (p *pending) crossTarget() (u *Unit, off uint64) {
	d := p.unit.Data
	switch p.form {
	case FormRefAddr:
		return d.UnitAt(p.origin), p.origin
	case FormRefSup4, FormRefSup8, FormGNURefAlt:
		if d.Alt != nil {
			return d.Alt.UnitAt(p.origin), p.origin
		}
	case FormRefSig8:
		if e, ok := d.signed(p.origin); ok {
			return e.Unit, e.Offset
		}
	}
	return nil, 0
}

// A group is entries whose names are at others of one unit.
type group struct {
	unit    *Unit
	entries []pending
}

// groupByTarget sorts what leads out of units by where it leads.
func groupByTarget(cross []pending) (out []group) {
	at := map[*Unit]int{}
	for _, p := range cross {
		u, off := p.crossTarget()
		if u == nil || !u.Contains(off) {
			continue
		}
		i, ok := at[u]
		if !ok {
			i = len(out)
			at[u] = i
			out = append(out, group{unit: u})
		}
		p.target = off
		out[i].entries = append(out[i].entries, p)
	}
	return out
}

// settleGroup names entries by those of the group's unit; what leads on is left in cross.
func (w *walker) settleGroup(g group) {
	emit := w.emit
	w.emit, w.known = func(*named, *Unit) {}, nil
	ok := w.start(g.unit)
	if ok && !isC(w.language()) {
		w.walk(g.unit)
	}
	w.emit, w.defers = emit, w.defers[:0]
	for i := range g.entries {
		p := &g.entries[i]
		if p.scope = 0; ok && w.followTo(p, p.target) {
			w.follow(p)
		}
	}
}

// language is what the unit's root says.
func (w *walker) language() uint32 {
	f, _ := w.factsAt(w.unit.start)
	return f.language
}
