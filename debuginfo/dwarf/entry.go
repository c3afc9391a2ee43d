package dwarf

import (
	"encoding/binary"
	"iter"
)

// maxDepth bounds how deep entries may be nested.
const maxDepth = 256

// An Entry is one debugging information entry. The zero Entry is none.
type Entry struct {
	Unit   *Unit
	Offset uint64 // in the unit's section
	Tag    Tag

	abbrev *abbrev
	attrs  uint64 // where the attributes begin
}

// Entry reads the entry at an offset of the unit's section; ok is false if there is none.
func (u *Unit) Entry(off uint64) (e Entry, ok bool) {
	if u.load() != nil {
		return Entry{}, false
	}
	return u.entry(off)
}

// entry is Entry where the abbreviations are known to be loaded.
func (u *Unit) entry(off uint64) (e Entry, ok bool) {
	if !u.Contains(off) {
		return Entry{}, false
	}
	code, attrs := uint64(u.section()[off]), off+1
	if code >= 0x80 {
		r := reader{data: u.section(), at: int(off)}
		code, attrs = r.uleb(), uint64(r.at)
		if r.bad {
			return Entry{}, false
		}
	}
	a := u.abbrevs.find(code)
	if a == nil {
		return Entry{}, false
	}
	return Entry{u, off, a.tag, a, attrs}, true
}

// Entry reads the entry at an offset of .debug_info.
func (d *Data) Entry(off uint64) (Entry, bool) {
	u := d.UnitAt(off)
	if u == nil {
		return Entry{}, false
	}
	return u.Entry(off)
}

// Root is the unit's first entry; ok is false if it cannot be read.
func (u *Unit) Root() (Entry, bool) { return u.Entry(u.start) }

// HasChildren says whether entries may be nested in this one.
func (e Entry) HasChildren() bool { return e.abbrev != nil && e.abbrev.children }

// Children yields the entries nested directly in this one, in order.
func (e Entry) Children() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		if !e.HasChildren() {
			return
		}
		at, ok := e.end()
		for ok {
			c, found := e.Unit.entry(at)
			if !found || !yield(c) {
				return
			}
			at, ok = c.after()
		}
	}
}

// end is where the attributes end: the offset of the first child, or of the next entry.
func (e Entry) end() (uint64, bool) {
	a := e.abbrev
	if at := e.attrs + uint64(a.prefix); a.variable == len(a.attrs) {
		return at, at <= e.Unit.end
	}
	r := e.reader()
	e.Unit.skipAttrs(&r, a)
	return uint64(r.at), !r.bad
}

// after is the offset behind the entry and all that is nested in it.
func (e Entry) after() (uint64, bool) {
	if !e.abbrev.children {
		return e.end()
	}
	if off, ok := e.sibling(); ok && off > e.Offset && off <= e.Unit.end {
		return off, true
	}
	return e.Unit.skipChildren(e)
}

// sibling is what DW_AT_sibling says. Nearly all compilers make it 4 bytes at a place
// that the abbreviation tells.
func (e Entry) sibling() (off uint64, ok bool) {
	i := e.abbrev.sibling
	if i < 0 {
		return 0, false
	}
	s := &e.abbrev.attrs[i]
	if at := e.attrs + uint64(s.at); s.form == FormRef4 && i < e.abbrev.variable && at+4 <= e.Unit.end {
		return e.Unit.Offset + uint64(binary.LittleEndian.Uint32(e.Unit.section()[at:])), true
	}
	v, _ := e.value(i)
	return v.unitRef()
}

// skipChildren passes over the entries below e without the help of DW_AT_sibling.
func (u *Unit) skipChildren(e Entry) (uint64, bool) {
	r := e.reader()
	u.skipAttrs(&r, e.abbrev)
	for depth := 1; depth > 0; {
		code := r.uleb()
		if r.bad || depth > maxDepth {
			return 0, false
		}
		if code == 0 {
			depth--
			continue
		}
		a := u.abbrevs.find(code)
		if a == nil {
			return 0, false
		}
		u.skipAttrs(&r, a)
		if a.children {
			depth++
		}
	}
	return uint64(r.at), !r.bad
}

func (u *Unit) skipAttrs(r *reader, a *abbrev) {
	r.skip(uint64(a.prefix))
	for i := a.variable; i < len(a.attrs); i++ {
		u.skip(r, a.attrs[i].size)
	}
}

func (e Entry) reader() reader {
	return reader{data: e.Unit.section(), at: int(e.attrs)}
}

// readerAt is a reader at attribute number i.
func (e Entry) readerAt(i int) reader {
	r := e.reader()
	a := e.abbrev
	if i < a.variable {
		r.skip(uint64(a.attrs[i].at))
		return r
	}
	r.skip(uint64(a.prefix))
	for j := a.variable; j < i; j++ {
		e.Unit.skip(&r, a.attrs[j].size)
	}
	return r
}

// Path is the entries from the unit's root down to the one at an offset, that one
// last; nil if there is none there.
func (u *Unit) Path(off uint64) []Entry {
	e, ok := u.Root()
	var path []Entry
	for ok && len(path) < maxDepth {
		path = append(path, e)
		if e.Offset == off {
			return path
		}
		e, ok = e.childAround(off)
	}
	return nil
}

// childAround is the child that begins last at or before off.
func (e Entry) childAround(off uint64) (found Entry, ok bool) {
	for c := range e.Children() {
		if c.Offset > off {
			break
		}
		found, ok = c, true
	}
	return found, ok
}
