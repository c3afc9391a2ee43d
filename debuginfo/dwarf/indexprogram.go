package dwarf

// A program is what the index does at entries of one abbreviation: which bytes to
// pass over, and where those few attributes are that naming needs. Programs are made
// of .debug_abbrev itself, a unit at a time, in memory that is used again.
type program struct {
	tag      Tag
	children bool
	act      action
	bad      bool   // has a form that is not known: what follows cannot be found
	skip     int32  // bytes of all attributes if they are of fixed size and not needed; else -1
	first    uint32 // steps[first:last]
	last     uint32
	tail     uint32 // bytes after the last step
	nameAt   int32  // bytes before the name, which no step but fixed ones precede; -1: not known, -2: has none
	facts    facts  // what is known before any entry is seen
}

// action is what is done with an entry.
type action uint8

const (
	actSkip      action = iota // neither it nor what is below it
	actEmit                    // named; what is below it is of no use
	actDescend                 // a unit's root
	actNamespace               // named and entered
	actRecord                  // a struct, class or union: entered if the language nests names in it
	actEnum                    // named and entered
	actMember                  // a static member, if it is a declaration
)

// facts is what was found out about an entry.
type facts struct {
	name     place
	sibling  uint64 // section offset
	origin   uint64 // specification or abstract origin, as the form has it
	form     Form   // of origin; 0: there is none
	flags    uint8
	size     uint32
	line     uint32
	language uint32
}

const (
	factDeclaration = 1 << iota
	factPlaced
	factEnumClass
	factExternal
	factNamed // has a name attribute
)

// role is what an attribute is to the index.
type role uint8

const (
	roleNone role = iota
	roleName
	roleSibling
	roleOrigin
	roleDeclaration
	roleSize
	roleLine
	rolePlaced
	roleEnumClass
	roleExternal
	roleLanguage
)

// roles by attribute number.
var roles = [256]role{
	AttrName: roleName, AttrSibling: roleSibling, AttrSpecification: roleOrigin, AttrAbstractOrigin: roleOrigin,
	AttrDeclaration: roleDeclaration, AttrByteSize: roleSize, AttrDeclLine: roleLine, AttrEnumClass: roleEnumClass,
	AttrLowPC: rolePlaced, AttrRanges: rolePlaced, AttrLocation: rolePlaced, AttrConstValue: rolePlaced,
	AttrExternal: roleExternal, AttrLanguage: roleLanguage,
}

// A step passes over bytes and then reads one value.
type step struct {
	skip uint32
	form Form
	role role
	size formSize
}

// actions by tag, and the kinds that they emit.
var actions = [0x80]struct {
	act  action
	kind Kind
}{
	TagCompileUnit: {actDescend, 0}, TagPartialUnit: {actDescend, 0}, TagTypeUnit: {actDescend, 0}, TagSkeletonUnit: {actDescend, 0},
	TagNamespace: {actNamespace, KindNamespace}, TagModule: {actNamespace, KindNamespace},
	TagStructType: {actRecord, KindStruct}, TagClassType: {actRecord, KindClass}, TagInterfaceType: {actRecord, KindClass},
	TagUnionType: {actRecord, KindUnion}, TagEnumerationType: {actEnum, KindEnum}, TagEnumerator: {actEmit, KindEnumerator},
	TagSubprogram: {actEmit, KindFunction}, TagVariable: {actEmit, KindVariable}, TagMember: {actMember, KindVariable},
	TagConstant: {actEmit, KindConstant}, TagTypedef: {actEmit, KindTypedef}, TagTemplateAlias: {actEmit, KindTypedef},
	TagBaseType: {actEmit, KindBase}, TagUnspecifiedType: {actEmit, KindBase},
	TagPointerType: {actEmit, KindType}, TagReferenceType: {actEmit, KindType}, TagArrayType: {actEmit, KindType},
	TagSubroutineType: {actEmit, KindType}, TagStringType: {actEmit, KindType}, TagSetType: {actEmit, KindType},
	TagSubrangeType: {actEmit, KindType}, TagConstType: {actEmit, KindType}, TagRvalueReferenceType: {actEmit, KindType},
}

// programs is the programs of one unit by code, in memory that the next unit uses again.
type programs struct {
	unit   *Unit
	dense  []program // by code - 1
	sparse map[uint64]uint32
	extra  []program
	steps  []step
	layout layout
}

func (p *programs) find(code uint64) *program {
	if code-1 < uint64(len(p.dense)) {
		return &p.dense[code-1]
	}
	if i, ok := p.sparse[code]; ok {
		return &p.extra[i]
	}
	return nil
}

// load makes the programs of a unit; false if its abbreviations cannot be read.
func (p *programs) load(u *Unit) bool {
	if p.unit != nil && p.unit.Data == u.Data && p.unit.abbrevAt() == u.abbrevAt() && p.layout == u.layout() {
		p.unit = u
		return true
	}
	p.unit = nil
	p.dense, p.extra, p.steps = p.dense[:0], p.extra[:0], p.steps[:0]
	clear(p.sparse)
	p.layout = u.layout()
	off, section := u.abbrevAt(), u.Data.Abbrev
	if off > uint64(len(section)) {
		return false
	}
	r := reader{data: section, at: int(off)}
	for code := r.uleb(); code != 0 && !r.bad; code = r.uleb() {
		a := p.compile(&r)
		if r.bad {
			break
		}
		if code == uint64(len(p.dense))+1 {
			p.dense = append(p.dense, a)
			continue
		}
		if p.sparse == nil {
			p.sparse = map[uint64]uint32{}
		}
		p.sparse[code] = uint32(len(p.extra))
		p.extra = append(p.extra, a)
	}
	p.unit = u
	return !r.bad
}

func (u *Unit) abbrevAt() uint64 { return u.abbrevOffset + u.abbrevBase() }

// maxNameAt bounds how far behind its code a name is looked for.
const maxNameAt = 1 << 16

// compile reads one abbreviation behind its code.
func (p *programs) compile(r *reader) program {
	a := program{tag: Tag(r.uleb()), children: r.byte() != 0, nameAt: -2, first: uint32(len(p.steps))}
	if int(a.tag) < len(actions) {
		a.act = actions[a.tag].act
	}
	fixed := uint32(0)      // since the last step
	all, varied := 0, false // bytes of all attributes before, if their sizes are fixed
	for !r.bad {
		attr, form := Attr(r.uleb()), Form(r.uleb())
		implicit := int64(0)
		if form == FormImplicitConst {
			implicit = r.sleb()
		}
		if attr == 0 && form == 0 {
			break
		}
		ro := a.role(attr, form, implicit)
		n := p.layout.size(form)
		if n == sizeUnknown {
			a.bad = true
		}
		if ro == roleName && a.nameAt == -2 {
			if a.nameAt = -1; !varied && all < maxNameAt {
				a.nameAt = int32(all)
			}
		}
		varied = varied || n < 0
		all += int(n)
		if n >= 0 && (ro == roleNone || n == 0) {
			fixed += uint32(n)
			continue
		}
		p.steps = append(p.steps, step{fixed, form, ro, n})
		fixed = 0
	}
	a.last, a.tail, a.skip = uint32(len(p.steps)), fixed, -1
	if a.first == a.last && fixed < 1<<30 {
		a.skip = int32(fixed)
	}
	if a.facts.flags&factNamed == 0 && a.act == actEmit && a.facts.form == 0 {
		a.act = actSkip
	}
	a.facts.form = 0
	return a
}

// role says what an attribute is for, and keeps what is known without its value.
func (a *program) role(attr Attr, form Form, implicit int64) role {
	if int(attr) >= len(roles) {
		return roleNone
	}
	ro := roles[attr]
	if a.act == actSkip && ro != roleSibling || actions[a.tag&0x7f].kind == KindType && (ro == roleSize || ro == roleLine) {
		return roleNone
	}
	value := uint64(implicit)
	if form == FormFlagPresent {
		value = 1
	}
	switch ro {
	case roleName:
		a.facts.flags |= factNamed
	case rolePlaced:
		a.facts.flags |= factPlaced
		return roleNone
	case roleOrigin:
		a.facts.form = form // only until the abbreviation is read
	}
	if form == FormFlagPresent || form == FormImplicitConst {
		a.facts.set(ro, value)
		return roleNone
	}
	return ro
}

// set keeps a number.
func (f *facts) set(ro role, v uint64) {
	switch ro {
	case roleDeclaration:
		f.flag(factDeclaration, v)
	case roleEnumClass:
		f.flag(factEnumClass, v)
	case roleExternal:
		f.flag(factExternal, v)
	case roleSize:
		f.size = uint32(v) ^ uint32(v>>32)
	case roleLine:
		f.line = uint32(v)
	case roleLanguage:
		f.language = uint32(v)
	}
}

func (f *facts) flag(bit uint8, v uint64) {
	if v != 0 {
		f.flags |= bit
	}
}
