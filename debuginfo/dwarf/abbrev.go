package dwarf

import "github.com/stackfs/stackfs/core"

// abbrev is one abbreviation (DWARF 5, 7.5.3): what entries with its code consist of.
type abbrev struct {
	tag      Tag
	children bool
	attrs    []attrSpec
}

type attrSpec struct {
	attr     Attr
	form     Form
	implicit int64 // the value, of FormImplicitConst
}

// abbrevTable is the abbreviations of one or more units by code. Compilers count
// codes from 1; others are found in a map.
type abbrevTable struct {
	dense  []abbrev // by code - 1
	sparse map[uint64]abbrev
}

func (t *abbrevTable) find(code uint64) *abbrev {
	if code-1 < uint64(len(t.dense)) {
		return &t.dense[code-1]
	}
	if a, ok := t.sparse[code]; ok {
		return &a
	}
	return nil
}

// parseAbbrevs reads the table at an offset of .debug_abbrev.
func parseAbbrevs(section []byte, off uint64) (*abbrevTable, error) {
	if off > uint64(len(section)) {
		return nil, core.Errorf(core.ErrInvalid, "reading abbreviations at 0x%x: the section has %d bytes", off, len(section))
	}
	r := reader{data: section[off:]}
	t := &abbrevTable{sparse: map[uint64]abbrev{}}
	for {
		code := r.uleb()
		if code == 0 {
			break
		}
		a := abbrev{tag: Tag(r.uleb()), children: r.byte() != 0}
		for {
			s := attrSpec{attr: Attr(r.uleb()), form: Form(r.uleb())}
			if s.form == FormImplicitConst {
				s.implicit = r.sleb()
			}
			if r.bad || s.attr == 0 && s.form == 0 {
				break
			}
			a.attrs = append(a.attrs, s)
		}
		if r.bad {
			break
		}
		if code == uint64(len(t.dense))+1 {
			t.dense = append(t.dense, a)
		} else {
			t.sparse[code] = a
		}
	}
	if r.bad {
		return nil, core.Errorf(core.ErrInvalid, "reading abbreviations at 0x%x: they are cut short", off)
	}
	return t, nil
}
