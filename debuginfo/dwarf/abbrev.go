package dwarf

import "github.com/stackfs/stackfs/core"

// abbrev is one abbreviation (DWARF 5, 7.5.3): what entries with its code consist of.
type abbrev struct {
	tag      Tag
	children bool
	sibling  int // which of attrs is DW_AT_sibling, -1: none
	// The first attributes, up to number variable, take prefix bytes whatever they say.
	variable, prefix int
	attrs            []attrSpec
}

type attrSpec struct {
	attr     Attr
	form     Form
	size     formSize // in units of the table's layout
	at       uint16   // of those before abbrev.variable: offset from the first
	implicit int64    // the value, of FormImplicitConst
}

// abbrevTable is the abbreviations of one or more units by code. Compilers count
// codes from 1; others are found in a map.
type abbrevTable struct {
	dense  []abbrev // by code - 1
	sparse map[uint64]*abbrev
}

// maxCode stands for tags, attributes and forms beyond it, which nobody has defined.
const maxCode = 0xffff

func (t *abbrevTable) find(code uint64) *abbrev {
	if code-1 < uint64(len(t.dense)) {
		return &t.dense[code-1]
	}
	return t.sparse[code]
}

// parseAbbrevs reads the table at an offset of .debug_abbrev, and tells how many bytes it has.
func parseAbbrevs(section []byte, off uint64, l layout) (*abbrevTable, int, error) {
	if off > uint64(len(section)) {
		return nil, 0, core.Errorf(core.ErrInvalid, "reading abbreviations at 0x%x: the section has %d bytes", off, len(section))
	}
	r := reader{data: section[off:]}
	t := &abbrevTable{sparse: map[uint64]*abbrev{}}
	var slab []attrSpec // shared by abbreviations, so that there are few allocations
	for code := r.uleb(); code != 0; code = r.uleb() {
		a := abbrev{tag: Tag(min(r.uleb(), maxCode)), children: r.byte() != 0, sibling: -1}
		from := len(slab)
		slab = parseSpecs(&r, slab)
		a.attrs = slab[from:len(slab):len(slab)]
		a.measure(l)
		switch {
		case r.bad:
		case code == uint64(len(t.dense))+1:
			t.dense = append(t.dense, a)
		case t.find(code) == nil:
			t.sparse[code] = &a
		}
		if cap(slab)-len(slab) < 16 {
			slab = make([]attrSpec, 0, 256)
		}
	}
	if r.bad {
		return nil, r.at, core.Errorf(core.ErrInvalid, "reading abbreviations at 0x%x: they are cut short", off)
	}
	return t, r.at, nil
}

// parseSpecs reads the attributes of an abbreviation.
func parseSpecs(r *reader, out []attrSpec) []attrSpec {
	for {
		attr, form := r.uleb(), r.uleb()
		s := attrSpec{attr: Attr(min(attr, maxCode)), form: Form(min(form, maxCode))}
		if s.form == FormImplicitConst {
			s.implicit = r.sleb()
		}
		if r.bad || attr == 0 && form == 0 {
			return out
		}
		out = append(out, s)
	}
}

// measure finds how long the attributes are.
func (a *abbrev) measure(l layout) {
	fixed := true
	for i := range a.attrs {
		s := &a.attrs[i]
		s.size = l.size(s.form)
		if s.attr == AttrSibling && a.sibling < 0 {
			a.sibling = i
		}
		if fixed = fixed && s.size >= 0 && a.prefix <= maxCode; fixed {
			s.at = uint16(a.prefix)
			a.prefix += int(s.size)
			a.variable = i + 1
		}
	}
}

// index is which of the attributes is attr, -1: none.
func (a *abbrev) index(attr Attr) int {
	for i := range a.attrs {
		if a.attrs[i].attr == attr {
			return i
		}
	}
	return -1
}
