package dwarf

import "math"

// A Value is one attribute's value, decoded as its form says.
type Value struct {
	Form  Form
	unit  *Unit
	num   uint64 // numbers, offsets, indices; sign extended where the form is signed
	bytes []byte // blocks, FormData16
	text  string // FormString
}

// Value gives an attribute of the entry itself; ok is false if it has none or it
// cannot be decoded.
func (e Entry) Value(a Attr) (v Value, ok bool) {
	if e.abbrev == nil {
		return Value{}, false
	}
	for i, s := range e.abbrev.attrs {
		if s.attr == a {
			r := e.reader()
			for _, before := range e.abbrev.attrs[:i] {
				e.Unit.skip(&r, before.form)
			}
			v = e.Unit.value(&r, s)
			return v, !r.bad
		}
	}
	return Value{}, false
}

// Has says whether the entry itself has an attribute.
func (e Entry) Has(a Attr) bool {
	if e.abbrev == nil {
		return false
	}
	for _, s := range e.abbrev.attrs {
		if s.attr == a {
			return true
		}
	}
	return false
}

func (u *Unit) value(r *reader, s attrSpec) Value {
	v := Value{Form: s.form, unit: u}
	for v.Form == FormIndirect && !r.bad {
		v.Form = Form(r.uleb())
	}
	n, fixed := u.size(v.Form)
	switch {
	case v.Form == FormImplicitConst:
		v.num = uint64(s.implicit)
	case v.Form == FormFlagPresent:
		v.num = 1
	case v.Form == FormData16:
		v.bytes = r.take(16)
	case fixed:
		v.num = r.uint(n)
	case v.Form == FormSdata:
		v.num = uint64(r.sleb())
	case isLEB[v.Form]:
		v.num = r.uleb()
	case v.Form == FormString:
		v.text = r.cString()
	default:
		v.bytes = u.block(r, v.Form)
	}
	return v
}

func (u *Unit) block(r *reader, f Form) []byte {
	n, ok := blockLength[f]
	switch {
	case !ok:
		r.bad = true
		return nil
	case n == 0:
		return r.take(r.uleb())
	}
	return r.take(r.uint(n))
}

// IsBlock says whether the value is bytes: a block or an expression.
func (v Value) IsBlock() bool {
	_, ok := blockLength[v.Form]
	return ok
}

// Bytes is a block, an expression, or a number of 16 bytes; nil for other forms.
// They are the section's own.
func (v Value) Bytes() []byte { return v.bytes }

// Uint is a number as it is encoded: not sign extended, but for the signed forms.
func (v Value) Uint() uint64 { return v.num }

// Int is a number for an attribute that may be negative: data of a fixed size is
// sign extended.
func (v Value) Int() int64 {
	switch v.Form {
	case FormData1:
		return int64(int8(v.num))
	case FormData2:
		return int64(int16(v.num))
	case FormData4:
		return int64(int32(v.num))
	}
	return int64(v.num)
}

// IsNumber says whether the value is a constant (DWARF 5, 7.5.5, class constant) of up to 64 bits.
func (v Value) IsNumber() bool {
	switch v.Form {
	case FormData1, FormData2, FormData4, FormData8, FormSdata, FormUdata, FormImplicitConst:
		return true
	}
	return false
}

// IsList says whether the value leads to a list of locations or ranges.
func (v Value) IsList() bool {
	switch v.Form {
	case FormSecOffset, FormLoclistx, FormRnglistx:
		return true
	case FormData4, FormData8: // before DWARF 4
		return v.unit.Version < 4
	}
	return false
}

// String is the text of a string form, empty for other forms or if it is not there.
func (v Value) String() string {
	u := v.unit
	var s string
	switch v.Form {
	case FormString:
		return v.text
	case FormStrp:
		s, _ = stringAt(u.Data.Str, v.num)
	case FormLineStrp:
		s, _ = stringAt(u.Data.LineStr, v.num)
	case FormStrpSup, FormGNUStrpAlt:
		if u.Data.Alt != nil {
			s, _ = stringAt(u.Data.Alt.Str, v.num)
		}
	case FormStrx, FormStrx1, FormStrx2, FormStrx3, FormStrx4, FormGNUStrIndex:
		s, _ = u.indexedString(v.num)
	}
	return s
}

// Addr is an address; ok is false for other forms or if its index leads nowhere.
func (v Value) Addr() (addr uint64, ok bool) {
	switch v.Form {
	case FormAddr:
		return v.num, true
	case FormAddrx, FormAddrx1, FormAddrx2, FormAddrx3, FormAddrx4, FormGNUAddrIndex:
		return v.unit.IndexedAddr(v.num)
	}
	return 0, false
}

// isAddr says whether the value is an address, be it one that cannot be found.
func (v Value) isAddr() bool {
	switch v.Form {
	case FormAddr, FormAddrx, FormAddrx1, FormAddrx2, FormAddrx3, FormAddrx4, FormGNUAddrIndex:
		return true
	}
	return false
}

// unitRef is where a reference within the unit leads, a section offset.
func (v Value) unitRef() (off uint64, ok bool) {
	switch v.Form {
	case FormRef1, FormRef2, FormRef4, FormRef8, FormRefUdata:
		if v.num > math.MaxUint64-v.unit.Offset {
			return 0, false
		}
		return v.unit.Offset + v.num, true
	}
	return 0, false
}

// Entry is the entry that a reference leads to, in whatever unit or file; ok is
// false for other forms or if nothing is there.
func (v Value) Entry() (e Entry, ok bool) {
	if off, ok := v.unitRef(); ok {
		return v.unit.Entry(off)
	}
	switch v.Form {
	case FormRefAddr:
		return v.unit.Data.Entry(v.num)
	case FormRefSig8:
		return v.unit.Data.signed(v.num)
	case FormRefSup4, FormRefSup8, FormGNURefAlt:
		if alt := v.unit.Data.Alt; alt != nil {
			return alt.Entry(v.num)
		}
	}
	return Entry{}, false
}

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
