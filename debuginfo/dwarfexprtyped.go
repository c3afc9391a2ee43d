package debuginfo

import (
	"math"

	"github.com/stackfs/stackfs/core"
)

// exprType is the type of a value on the stack (DWARF 5, 2.5.1). The zero one is
// the generic type: an integer as wide as an address, of no particular sign.
type exprType struct {
	encoding uint8 // DW_ATE_*
	size     uint8 // bytes, 1 to 16
}

// The encodings that mean more than an unsigned integer (DWARF 5, table 7.11).
const (
	ateComplex      = 0x03
	ateFloat        = 0x04
	ateSigned       = 0x05
	ateSignedChar   = 0x06
	ateImaginary    = 0x09
	ateDecimalFloat = 0x0f
)

type exprClass uint8

const (
	classUnsigned exprClass = iota
	classSigned
	classFloat
	classOther // values of it can be held, not computed with
)

func (t exprType) class() exprClass {
	switch {
	case t.encoding == ateFloat && (t.size == 4 || t.size == 8):
		return classFloat
	case t.encoding == ateFloat, t.encoding == ateComplex, t.encoding == ateImaginary, t.encoding == ateDecimalFloat:
		return classOther
	case t.encoding == ateSigned, t.encoding == ateSignedChar:
		return classSigned
	}
	return classUnsigned
}

// exprValue is a value on the stack, zero-extended from the size of its type.
type exprValue struct {
	lo, hi uint64
	typ    exprType
}

func (m *exprMachine) size(t exprType) int {
	if t == (exprType{}) {
		return m.addressSize()
	}
	return int(t.size)
}

// signed is the value of an integer of at most 8 bytes, sign-extended.
func (m *exprMachine) signed(v exprValue) int64 {
	shift := 64 - 8*min(m.size(v.typ), 8)
	return int64(v.lo<<shift) >> shift
}

// float is the value of a number of class classFloat.
func (v exprValue) float() float64 {
	if v.typ.size == 4 {
		return float64(math.Float32frombits(uint32(v.lo)))
	}
	return math.Float64frombits(v.lo)
}

func floatValue(f float64, t exprType) exprValue {
	if t.size == 4 {
		return exprValue{lo: uint64(math.Float32bits(float32(f))), typ: t}
	}
	return exprValue{lo: math.Float64bits(f), typ: t}
}

// integer makes a value of an integer type of at most 8 bytes.
func (m *exprMachine) integer(v uint64, t exprType) exprValue {
	return exprValue{lo: v & sizeMask(m.size(t)), typ: t}
}

// typed is the operations of DWARF 5, 2.5.1.6 and those of 2.5.1.2 and 2.5.1.7
// that give values with types.
func (m *exprMachine) typed(op byte) bool {
	switch op {
	case 0xa3, 0xf3: // DW_OP_entry_value, DW_OP_GNU_entry_value
		m.entry(m.block(m.in.uleb()))
	case 0xa4, 0xf4: // DW_OP_const_type, DW_OP_GNU_const_type
		t := m.baseType(m.in.uleb())
		m.constant(t, m.block(uint64(m.in.byte())))
	case 0xa5, 0xf5: // DW_OP_regval_type, DW_OP_GNU_regval_type
		n := m.in.uleb()
		m.registerValue(n, m.baseType(m.in.uleb()))
	case 0xa6, 0xa7, 0xf6: // DW_OP_deref_type, DW_OP_xderef_type, DW_OP_GNU_deref_type
		size := int(m.in.byte())
		m.loadTyped(size, m.baseType(m.in.uleb()), op == 0xa7)
	case 0xa8, 0xf7: // DW_OP_convert, DW_OP_GNU_convert
		t := m.baseType(m.in.uleb())
		m.pushValue(m.convert(m.pop(), t))
	case 0xa9, 0xf9: // DW_OP_reinterpret, DW_OP_GNU_reinterpret
		t := m.baseType(m.in.uleb())
		v := m.pop()
		if m.size(v.typ) != m.size(t) {
			m.fail(core.ErrInvalid, "%d bytes looked at as %d", m.size(v.typ), m.size(t))
		}
		v.typ = t
		m.pushValue(v)
	case 0xfa: // DW_OP_GNU_parameter_ref
		m.in.uint(4)
		m.fail(core.ErrNoData, "what a parameter of the call was nobody says (DW_OP_GNU_parameter_ref)")
	default:
		return false
	}
	return true
}

// baseType asks for the type of an entry; entry 0 is the generic type.
func (m *exprMachine) baseType(die uint64) exprType {
	if die == 0 || m.in.bad || !m.has(m.context.baseType != nil, "a base type") {
		return exprType{}
	}
	encoding, size, err := m.context.baseType(die)
	if m.ask(0, err); m.err != nil {
		return exprType{}
	}
	if size < 1 || size > 16 {
		m.fail(core.ErrUnsupported, "a base type of %d bytes", size)
		return exprType{}
	}
	return exprType{encoding, uint8(size)}
}

// entry pushes what a location had at the function's entry. It is generic but
// where the location itself says its type, as compilers write for vector registers.
func (m *exprMachine) entry(location []byte) {
	if m.in.bad || !m.has(m.context.entryValue != nil, "what was at the function's entry") {
		return
	}
	var t exprType
	if len(location) > 0 && (location[0] == 0xa5 || location[0] == 0xf5) {
		in := reader{data: location, at: 1}
		in.uleb()
		t = m.baseType(in.uleb())
	}
	v, err := m.context.entryValue(location)
	if m.ask(0, err); m.err != nil {
		return
	}
	if t != (exprType{}) && v.typ == (exprType{}) {
		v = m.resize(v, t, false) // the bits of a register
	}
	m.pushValue(v)
}

func (m *exprMachine) constant(t exprType, data []byte) {
	if len(data) != m.size(t) {
		m.fail(core.ErrInvalid, "a constant of %d bytes, its type has %d", len(data), m.size(t))
		return
	}
	var b [16]byte
	copy(b[:], data)
	m.pushValue(exprValue{le64(b[:]), le64(b[8:]), t})
}

func (m *exprMachine) registerValue(n uint64, t exprType) {
	if m.size(t) <= 8 {
		m.register(n, 0)
		m.pushValue(m.integer(m.pop().lo, t))
		return
	}
	if !m.has(m.context.wide != nil, "a vector register") {
		return
	}
	low, high, ok := m.context.wide(n)
	if !ok {
		m.fail(core.ErrNoData, "register %d is not known", n)
	}
	m.pushValue(exprValue{low, high & sizeMask(m.size(t)-8), t})
}

func (m *exprMachine) loadTyped(size int, t exprType, spaced bool) {
	addr := m.pop()
	if spaced {
		m.flatSpace()
	}
	if size != m.size(t) {
		m.fail(core.ErrInvalid, "a load of %d bytes, its type has %d", size, m.size(t))
		return
	}
	v := exprValue{typ: t, lo: m.read(addr.lo, min(size, 8))}
	if size > 8 {
		v.hi = m.read(addr.lo+8, size-8)
	}
	m.pushValue(v)
}

// convert makes a value of another type with the same meaning, as a cast in C. A
// generic one has a sign, as in gdb; DWARF leaves it open.
func (m *exprMachine) convert(v exprValue, t exprType) exprValue {
	from, to := v.typ.class(), t.class()
	if v.typ == (exprType{}) {
		from = classSigned
	}
	switch {
	case v.typ == t:
		return v
	case from == classOther || to == classOther || m.size(v.typ) > 8 && to == classFloat:
		m.fail(core.ErrUnsupported, "a conversion of %d bytes (encoding %d) to %d (encoding %d)", m.size(v.typ), v.typ.encoding, m.size(t), t.encoding)
		return exprValue{typ: t}
	case from == classFloat:
		return m.convertFloat(v.float(), t)
	case to == classFloat && t.size == 4 && from == classSigned:
		return floatValue(float64(float32(m.signed(v))), t)
	case to == classFloat && t.size == 4:
		return floatValue(float64(float32(v.lo)), t)
	case to == classFloat && from == classSigned:
		return floatValue(float64(m.signed(v)), t)
	case to == classFloat:
		return floatValue(float64(v.lo), t)
	}
	return m.resize(v, t, from == classSigned)
}

// convertFloat makes a number of f: its whole part where t is an integer.
func (m *exprMachine) convertFloat(f float64, t exprType) exprValue {
	switch {
	case t.class() == classFloat:
		return floatValue(f, t)
	case m.size(t) > 8 || !(f >= -(1<<63) && f < 1<<64):
		m.fail(core.ErrInvalid, "%g does not fit into an integer", f)
		return exprValue{typ: t}
	case f < 0:
		return m.integer(uint64(int64(f)), t)
	}
	return m.integer(uint64(f), t)
}

// resize extends an integer, or cuts it.
func (m *exprMachine) resize(v exprValue, t exprType, signed bool) exprValue {
	if signed && m.size(v.typ) <= 8 {
		v.lo = uint64(m.signed(v))
		v.hi = uint64(int64(v.lo) >> 63)
	}
	if m.size(t) <= 8 {
		return m.integer(v.lo, t)
	}
	return exprValue{v.lo, v.hi & sizeMask(m.size(t)-8), t}
}
