package dwarf

import "encoding/binary"

// A walker goes through the entries of units that have names and tells them, with
// the scope that they are in, to emit.
type walker struct {
	programs
	data   []byte // the section up to the unit's end
	sects  textSections
	inC    bool // the unit's language does not nest names in structs
	scopes []scope
	frames []frame
	decls  []declared
	defers []pending
	cross  []pending // origins in other units
	met    named     // the entry that is told
	like   named     // what an enum is asked for as
	base   *Data     // the file that is asked; a unit's may be its Alt
	emit   func(n *named, owner *Unit)
	known  func(n *named) bool // whether an enum was met before: what is below it need not be seen
}

// sections are the places of a unit's texts.
type textSections struct{ str, lineStr, own, altStr place }

// scope is a namespace or class; 0 in a list of scopes stands for none.
type scope struct {
	outer uint32
	name  place // 0: an anonymous namespace
}

// frame is an entry that is entered.
type frame struct {
	scope uint32
	enum  uint64 // offset, if it is an enum
	key   uint64 // what tells the enum from others
}

// declared is an entry inside a scope, which a definition elsewhere may refer to.
type declared struct {
	off   uint64
	scope uint32
}

// named is an entry with a name.
type named struct {
	facts
	off    uint64
	kind   Kind
	scope  uint32
	enum   uint64 // of an enumerator: its enum's offset and key
	key    uint64
	length uint64 // of an enum with what is below it; 0: not known
}

// pending is an entry whose name is at another.
type pending struct {
	named
	owner  *Unit  // the entry's
	unit   *Unit  // the one that origin is said in
	target uint64 // section offset in another unit
}

// start prepares for a unit.
func (w *walker) start(u *Unit) bool {
	w.decls, w.defers, w.scopes = w.decls[:0], w.defers[:0], append(w.scopes[:0], scope{})
	w.frames, w.inC = w.frames[:0], false
	if !w.load(u) {
		return false
	}
	w.data = u.section()[:u.end]
	w.sects = textSections{str: placeStr, lineStr: placeLineStr, own: placeInfo, altStr: placeAlt + placeStr}
	if u.InTypes {
		w.sects.own = placeTypes
	}
	if u.Data != w.base {
		s := &w.sects
		s.str, s.lineStr, s.own = s.str+placeAlt, s.lineStr+placeAlt, s.own+placeAlt
	}
	return true
}

// code reads an abbreviation code; found is nil at the end of a list, at < 0 at the unit's.
func (w *walker) code(at int) (found *program, next int) {
	if at >= len(w.data) {
		return nil, -1
	}
	c := uint64(w.data[at])
	if at++; c >= 0x80 {
		if c, at = w.uleb(at - 1); at < 0 {
			return nil, -1
		}
	}
	if c == 0 {
		return nil, at
	}
	if found = w.find(c); found == nil || found.bad {
		return nil, -1
	}
	return found, at
}

func (w *walker) uleb(at int) (uint64, int) {
	r := reader{data: w.data, at: at}
	v := r.uleb()
	if r.bad {
		return 0, -1
	}
	return v, r.at
}

// walk goes through the unit; what is bad ends it.
func (w *walker) walk(u *Unit) {
	for at := int(u.start); at >= 0; {
		off := at
		p, next := w.code(at)
		if at = next; p == nil {
			if at >= 0 && !w.leave() {
				return
			}
			continue
		}
		if p.skip >= 0 && p.act == actSkip && !p.children {
			at += int(p.skip)
			continue
		}
		at = w.entry(p, uint64(off), at)
		if len(w.frames) == 0 {
			return // a root without children
		}
	}
}

// leave ends a list of entries; false: it was the root's.
func (w *walker) leave() bool {
	if n := len(w.frames); n > 0 {
		w.frames = w.frames[:n-1]
	}
	return len(w.frames) > 0
}

// entry tells what it is and gives where the next one is that is to be seen.
func (w *walker) entry(p *program, off uint64, at int) int {
	f := p.facts
	if at = w.run(p, &f, at); at < 0 {
		return -1
	}
	if len(w.frames) == 0 && p.act != actDescend {
		return -1 // the first entry is no root
	}
	enter, in := w.act(p, &f, off, at)
	if !p.children {
		return at
	}
	if enter && len(w.frames) < maxDepth {
		w.frames = append(w.frames, in)
		return at
	}
	if f.sibling > off && f.sibling <= uint64(len(w.data)) && f.sibling >= uint64(at) {
		return int(f.sibling)
	}
	return w.skipTree(at)
}

// act does what is to be done at an entry; enter says whether what is below it is
// to be seen, in the frame.
func (w *walker) act(p *program, f *facts, off uint64, next int) (enter bool, in frame) {
	if p.act == actSkip {
		return false, in
	}
	if p.act == actDescend {
		w.inC = isC(f.language)
		return true, in
	}
	if len(w.frames) > 0 {
		in = w.frames[len(w.frames)-1]
	}
	n := &w.met
	*n = named{facts: *f, off: off, kind: actions[p.tag].kind, scope: in.scope, enum: in.enum, key: in.key}
	if f.sibling > off {
		n.length = f.sibling - off
	}
	switch p.act {
	case actNamespace:
		w.tell(n)
		return true, frame{scope: w.enter(in.scope, n.name)}
	case actRecord:
		return w.record(n, in)
	case actEnum:
		return w.enumeration(n, in, p.children, next)
	case actMember:
		if f.flags&(factDeclaration|factExternal) == 0 {
			return false, in
		}
		n.flags |= factDeclaration
	}
	w.tell(n)
	return false, in
}

// record is a struct, class or union. One without a name is no scope of its own.
func (w *walker) record(n *named, in frame) (bool, frame) {
	if n.name != 0 {
		w.tell(n)
	}
	if w.inC {
		return false, in
	}
	in.enum, in.key = 0, 0
	if n.name != 0 {
		in.scope = w.enter(n.scope, n.name)
	}
	return true, in
}

// enumeration: enumerators are named in the scope of their enum, but for enum class.
// An enum that was met before, in another unit, is passed over; next is where its
// first enumerator is.
func (w *walker) enumeration(n *named, in frame, children bool, next int) (bool, frame) {
	if w.known != nil && children && n.length != 0 {
		w.like = *n
		if n.name == 0 {
			w.like.name, w.like.key = w.nameAt(next), anonymousKey
		}
		if w.like.name != 0 && w.known(&w.like) {
			return false, in
		}
	}
	if n.name != 0 {
		w.tell(n)
	}
	in.enum, in.key = n.off, mix(uint64(n.name)^uint64(n.line)<<32^uint64(n.size))
	if n.name != 0 && n.flags&factEnumClass != 0 {
		in.scope = w.enter(n.scope, n.name)
	}
	return true, in
}

// anonymousKey marks an enum that goes by the name of its first enumerator.
const anonymousKey = 1

// nameAt is the name of the entry at an offset; 0: it has none.
func (w *walker) nameAt(off int) place {
	f, _ := w.factsAt(uint64(off))
	return f.name
}

// enter gives the scope of a name inside another.
func (w *walker) enter(outer uint32, name place) uint32 {
	if last := len(w.scopes) - 1; w.scopes[last] == (scope{outer, name}) && last > 0 {
		return uint32(last)
	}
	w.scopes = append(w.scopes, scope{outer, name})
	return uint32(len(w.scopes) - 1)
}

// tell emits an entry with a name; one that gets it from another waits.
func (w *walker) tell(n *named) {
	if n.scope != 0 && (n.kind == KindFunction || n.kind == KindVariable) {
		w.decls = append(w.decls, declared{n.off, n.scope})
	}
	switch {
	case n.name != 0:
		w.emit(n, w.unit)
	case n.form != 0:
		w.defers = append(w.defers, pending{named: *n, owner: w.unit, unit: w.unit})
	}
}

// isC says whether a DW_LANG_* has no scopes inside structs: C and assembler.
func isC(language uint32) bool {
	switch language {
	case 0x01, 0x02, 0x0c, 0x1d, 0x2c, 0x3e, 0x8001:
		return true
	}
	return false
}

// skipTree passes over the rest of a list of entries and what is below them.
func (w *walker) skipTree(at int) int {
	for depth := 1; depth > 0; {
		p, next := w.code(at)
		if at = next; at < 0 || depth > maxDepth {
			return -1
		}
		if p == nil {
			depth--
			continue
		}
		if p.skip >= 0 {
			at += int(p.skip)
		} else {
			f := facts{}
			begin := at
			if at = w.run(p, &f, at); at < 0 {
				return -1
			}
			if p.children && f.sibling >= uint64(at) && f.sibling > uint64(begin) && f.sibling <= uint64(len(w.data)) {
				at = int(f.sibling)
				continue
			}
		}
		if p.children {
			depth++
		}
	}
	return at
}

// run goes through an entry's attributes; -1 if they cannot be read.
func (w *walker) run(p *program, f *facts, at int) int {
	for i := p.first; i < p.last; i++ {
		s := &w.steps[i]
		at += int(s.skip)
		switch {
		case s.size >= 0 && at+int(s.size) <= len(w.data):
			if s.role != roleNone {
				w.number(s, f, at)
			}
			at += int(s.size)
		case s.size < 0 && at <= len(w.data):
			if at = w.varied(s, f, at); at < 0 {
				return -1
			}
		default:
			return -1
		}
	}
	return at + int(p.tail)
}

// number reads a value of fixed size.
func (w *walker) number(s *step, f *facts, at int) {
	var v uint64
	switch s.size {
	case 1:
		v = uint64(w.data[at])
	case 2:
		v = uint64(binary.LittleEndian.Uint16(w.data[at:]))
	case 4:
		v = uint64(binary.LittleEndian.Uint32(w.data[at:]))
	case 8:
		v = binary.LittleEndian.Uint64(w.data[at:])
	default:
		for i := range int(s.size) & 7 {
			v |= uint64(w.data[at+i]) << (8 * i)
		}
	}
	w.value(s.role, s.form, v, f)
}

// value keeps what an attribute says.
func (w *walker) value(ro role, form Form, v uint64, f *facts) {
	switch ro {
	case roleName:
		f.name = w.name(form, v)
	case roleSibling:
		f.sibling = w.unitOffset(form, v)
	case roleOrigin:
		if f.form == 0 || f.origin == 0 {
			f.form, f.origin = form, v
		}
	default:
		f.set(ro, v)
	}
}

// unitOffset is where a reference within the unit leads; 0: it is of another form.
func (w *walker) unitOffset(form Form, v uint64) uint64 {
	switch form {
	case FormRef1, FormRef2, FormRef4, FormRef8, FormRefUdata:
		if v < uint64(len(w.data)) {
			return w.unit.Offset + v
		}
	}
	return 0
}

// name is where the text of a string form lies.
func (w *walker) name(form Form, v uint64) place {
	switch form {
	case FormStrp:
		return makePlace(w.sects.str, v)
	case FormLineStrp:
		return makePlace(w.sects.lineStr, v)
	case FormStrpSup, FormGNUStrpAlt:
		return makePlace(w.sects.altStr, v)
	case FormStrx, FormStrx1, FormStrx2, FormStrx3, FormStrx4, FormGNUStrIndex:
		if off, ok := w.unit.stringOffset(v); ok {
			return makePlace(w.sects.str, off)
		}
	}
	return 0
}

// stringOffset is where .debug_str_offsets says that a string is (DWARF 5, 7.26).
func (u *Unit) stringOffset(n uint64) (uint64, bool) {
	return element(u.part(partStrOffsets, u.Data.StrOffsets), u.readBases().strOffsets, n, u.offsetSize())
}

// varied passes over a value whose size its form or content tells.
func (w *walker) varied(s *step, f *facts, at int) int {
	r := reader{data: w.data, at: at}
	form, n := s.form, s.size
	for n == sizeIndirect && !r.bad {
		form = Form(r.uleb())
		n = w.layout.size(form)
	}
	switch {
	case n >= 0 || n == sizeLEB:
		var v uint64
		if n == sizeLEB {
			v = r.uleb()
		} else if v = r.uint(min(int(n), 8)); n > 8 {
			r.take(uint64(n) - 8)
		}
		if s.role != roleNone && !r.bad {
			w.value(s.role, form, v, f)
		}
	case n == sizeString:
		if text := r.cString(); s.role == roleName && text != "" {
			f.name = makePlace(w.sects.own, uint64(r.at-len(text)-1))
		}
	default:
		w.block(&r, n)
	}
	if r.bad {
		return -1
	}
	return r.at
}

func (w *walker) block(r *reader, n formSize) {
	switch n {
	case sizeBlock:
		r.take(r.uleb())
	case sizeBlock1:
		r.take(uint64(r.byte()))
	case sizeBlock2:
		r.take(uint64(r.u16()))
	case sizeBlock4:
		r.take(uint64(r.u32()))
	default:
		r.bad = true
	}
}
