package dwarf

import (
	"iter"
	"math"
)

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
	i := e.abbrev.index(a)
	if i < 0 {
		return Value{}, false
	}
	return e.value(i)
}

// value gives the attribute with a number.
func (e Entry) value(i int) (v Value, ok bool) {
	r := e.readerAt(i)
	v = e.Unit.value(&r, &e.abbrev.attrs[i])
	return v, !r.bad
}

// Has says whether the entry itself has an attribute.
func (e Entry) Has(a Attr) bool {
	return e.abbrev != nil && e.abbrev.index(a) >= 0
}

// Attrs yields all attributes that the entry itself has and that can be decoded, in
// the order they are in.
func (e Entry) Attrs() iter.Seq2[Attr, Value] {
	return func(yield func(Attr, Value) bool) {
		if e.abbrev == nil {
			return
		}
		r := e.reader()
		for i := range e.abbrev.attrs {
			s := &e.abbrev.attrs[i]
			v := e.Unit.value(&r, s)
			if r.bad || !yield(s.attr, v) {
				return
			}
		}
	}
}

func (u *Unit) value(r *reader, s *attrSpec) Value {
	v := Value{Form: s.form, unit: u}
	n := s.size
	for n == sizeIndirect && !r.bad {
		v.Form = indirect(r)
		n = u.layout().size(v.Form)
	}
	switch n {
	case sizeLEB:
		if v.Form == FormSdata {
			v.num = uint64(r.sleb())
		} else {
			v.num = r.uleb()
		}
	case sizeString:
		v.text = r.cString()
	case sizeBlock:
		v.bytes = r.take(r.uleb())
	case sizeBlock1:
		v.bytes = r.take(r.uint(1))
	case sizeBlock2:
		v.bytes = r.take(r.uint(2))
	case sizeBlock4:
		v.bytes = r.take(r.uint(4))
	case 16:
		v.bytes = r.take(16)
	default:
		u.fixed(r, s, n, &v)
	}
	return v
}

// fixed reads a number of fixed size, which may be none.
func (u *Unit) fixed(r *reader, s *attrSpec, n formSize, v *Value) {
	switch {
	case n < 0:
		r.bad = true
	case v.Form == FormImplicitConst:
		v.num = uint64(s.implicit)
	case v.Form == FormFlagPresent:
		v.num = 1
	default:
		v.num = r.uint(int(n))
	}
}

// IsBlock says whether the value is bytes: a block or an expression.
func (v Value) IsBlock() bool {
	switch v.Form {
	case FormBlock, FormBlock1, FormBlock2, FormBlock4, FormExprloc:
		return true
	}
	return false
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
