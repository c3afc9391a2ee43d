package dwarf

import "encoding/binary"

// nameTable is one name index of .debug_names (DWARF 5, 6.1.1).
type nameTable struct {
	data                     *Data
	unit                     *Unit // stands for the table where forms are decoded
	cus, tus                 []byte
	buckets, hashes          []byte
	strings, entries         []byte
	pool                     []byte
	abbrevs                  map[uint64][]attrSpec // by code
	offsetSize, names, nCUs  int
	nTypes, nForeign, nBucks int
}

// Index attributes (DWARF 5, 7.19).
const (
	idxCompileUnit = 1
	idxTypeUnit    = 2
)

// debugNamesUnits calls add for the units where .debug_names says that a name is,
// which ends in a NUL.
func (d *Data) debugNamesUnits(name []byte, add func(*Unit)) {
	for r := (reader{data: d.Names}); r.more(); {
		n, is64 := r.length()
		body := r.take(n)
		if r.bad {
			return
		}
		if t, ok := d.nameTable(body, is64); ok {
			t.find(name, add)
		}
	}
}

// nameTable reads a table's header and finds its parts (DWARF 5, 6.1.1.4).
func (d *Data) nameTable(body []byte, is64 bool) (t nameTable, ok bool) {
	r := reader{data: body}
	if version := r.u16(); version != 5 {
		return t, false
	}
	r.u16() // padding
	t = nameTable{data: d, offsetSize: 4, unit: &Unit{Data: d, Version: 5, Is64: is64, AddrSize: 8}}
	if is64 {
		t.offsetSize = 8
	}
	t.nCUs, t.nTypes, t.nForeign = int(r.u32()), int(r.u32()), int(r.u32())
	t.nBucks, t.names = int(r.u32()), int(r.u32())
	abbrevs, augmentation := r.u32(), r.u32()
	r.take((uint64(augmentation) + 3) &^ 3)
	part := func(count, size int) []byte { return r.take(uint64(count) * uint64(size)) }
	t.cus, t.tus = part(t.nCUs, t.offsetSize), part(t.nTypes, t.offsetSize)
	part(t.nForeign, 8)
	t.buckets = part(t.nBucks, 4)
	if t.nBucks > 0 {
		t.hashes = part(t.names, 4)
	}
	t.strings, t.entries = part(t.names, t.offsetSize), part(t.names, t.offsetSize)
	section := r.take(uint64(abbrevs))
	if r.bad {
		return t, false
	}
	t.readAbbrevs(section)
	t.pool = body[r.at:]
	return t, true
}

// find calls add for the units of a name: by its hash, or one name after another in a
// table that has no hashes.
func (t *nameTable) find(name []byte, add func(*Unit)) {
	first, want := 0, uint32(0)
	if t.nBucks > 0 {
		want = djbHash(name[:len(name)-1])
		first = int(binary.LittleEndian.Uint32(t.buckets[4*(want%uint32(t.nBucks)):])) - 1
	}
	for i := first; i >= 0 && i < t.names; i++ {
		if t.nBucks > 0 {
			h := binary.LittleEndian.Uint32(t.hashes[4*i:])
			if h%uint32(t.nBucks) != want%uint32(t.nBucks) {
				return
			}
			if h != want {
				continue
			}
		}
		if isText(t.data.Str, t.offset(t.strings, i), name) {
			t.units(t.offset(t.entries, i), add)
		}
	}
}

// djbHash is the hash of DWARF 5, 7.33, with ASCII folded only: names with other
// capitals are not found here.
func djbHash(name []byte) uint32 {
	h := uint32(5381)
	for _, c := range name {
		h = h*33 + uint32(lower(c))
	}
	return h
}

func (t *nameTable) offset(table []byte, i int) uint64 {
	r := reader{data: table, at: i * t.offsetSize}
	return r.offset(t.offsetSize == 8)
}

// units calls add for the units of a series of entries.
func (t *nameTable) units(off uint64, add func(*Unit)) {
	if off > uint64(len(t.pool)) {
		return
	}
	for r := (reader{data: t.pool, at: int(off)}); ; {
		specs, ok := t.abbrevs[r.uleb()]
		if !ok || r.bad {
			return
		}
		if u := t.entry(&r, specs); !r.bad {
			add(u)
		}
		if len(specs) == 0 {
			return
		}
	}
}

// entry reads one entry: nil if it names no unit that is there.
func (t *nameTable) entry(r *reader, specs []attrSpec) *Unit {
	list, count, n := t.cus, t.nCUs, uint64(0)
	for i := range specs {
		v := t.unit.value(r, &specs[i])
		switch specs[i].attr {
		case idxCompileUnit:
			list, count, n = t.cus, t.nCUs, v.num
		case idxTypeUnit:
			list, count, n = t.tus, t.nTypes, v.num
		}
	}
	if n >= uint64(count) {
		return nil
	}
	return beginning(t.data.Units, t.offset(list, int(n)))
}

// readAbbrevs finds what entries consist of, by code.
func (t *nameTable) readAbbrevs(section []byte) {
	t.abbrevs = map[uint64][]attrSpec{}
	for r := (reader{data: section}); r.more(); {
		code := r.uleb()
		r.uleb() // tag
		var specs []attrSpec
		for r.more() {
			s := attrSpec{attr: Attr(r.uleb()), form: Form(r.uleb())}
			s.size = t.unit.layout().size(s.form)
			if s.form == FormImplicitConst {
				s.implicit = r.sleb()
			}
			if s.attr == 0 && s.form == 0 {
				break
			}
			specs = append(specs, s)
		}
		if code != 0 && !r.bad {
			t.abbrevs[code] = specs
		}
	}
}
