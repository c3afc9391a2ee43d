package debuginfo

import (
	"math"

	"github.com/stackfs/stackfs/core"
)

// arithmetic is the operations of DWARF 5, 2.5.1.4 and the comparisons of 2.5.1.5.
func (m *exprMachine) arithmetic(op byte) bool {
	switch op {
	case 0x19, 0x1f, 0x20: // DW_OP_abs, neg, not
		m.unary(op)
	case 0x23: // DW_OP_plus_uconst
		m.add(m.in.uleb())
	case 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x21, 0x22, 0x24, 0x25, 0x26, 0x27, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e:
		m.binary(op)
	default:
		return false
	}
	return true
}

func (m *exprMachine) unary(op byte) {
	v := m.pop()
	switch {
	case !m.computable(v):
	case v.typ.class() == classFloat && op != 0x20:
		f := -v.float()
		if op == 0x19 {
			f = math.Abs(f)
		}
		v = floatValue(f, v.typ)
	case v.typ.class() == classFloat:
		m.fail(core.ErrInvalid, "operation 0x%02x on a floating-point number", op)
	case op == 0x20: // DW_OP_not
		v = m.integer(^v.lo, v.typ)
	case op == 0x1f || m.signed(v) < 0 && !m.unsigned(v.typ): // DW_OP_neg; DW_OP_abs of a negative one
		v = m.integer(-v.lo, v.typ)
	}
	m.pushValue(v)
}

// unsigned says that a type has no negative numbers; the generic one has them in
// abs, division, shra and comparisons (DWARF 5, 2.5.1.4, as gdb does it).
func (m *exprMachine) unsigned(t exprType) bool {
	return t != (exprType{}) && t.class() == classUnsigned
}

func (m *exprMachine) add(n uint64) {
	v := m.pop()
	switch {
	case !m.computable(v):
	case v.typ.class() == classFloat:
		m.fail(core.ErrInvalid, "an offset to a floating-point number")
	default:
		v = m.integer(v.lo+n, v.typ)
	}
	m.pushValue(v)
}

func (m *exprMachine) computable(v exprValue) bool {
	if v.typ.class() == classOther || m.size(v.typ) > 8 {
		m.fail(core.ErrUnsupported, "computing with a value of %d bytes, encoding %d", m.size(v.typ), v.typ.encoding)
	}
	return m.err == nil
}

func (m *exprMachine) binary(op byte) {
	b, a := m.pop(), m.pop()
	shift := op >= 0x24 && op <= 0x26 // what it is shifted by may be of any integer type
	switch {
	case !m.computable(a) || !m.computable(b):
	case !shift && (m.size(a.typ) != m.size(b.typ) || a.typ.class() != b.typ.class()):
		m.fail(core.ErrInvalid, "operation 0x%02x on values of two types", op)
	case shift && b.typ.class() == classFloat:
		m.fail(core.ErrInvalid, "operation 0x%02x by a floating-point number", op)
	case a.typ.class() == classFloat:
		m.binaryFloat(op, a, b)
	case op >= 0x29: // comparisons
		m.push(truth(m.compares(op, a, b)))
	default:
		m.pushValue(m.integer(m.compute(op, a, b), a.typ))
	}
}

// compute is the operations on integers, a below b on the stack.
func (m *exprMachine) compute(op byte, a, b exprValue) uint64 {
	switch op {
	case 0x1a: // DW_OP_and
		return a.lo & b.lo
	case 0x1b: // DW_OP_div
		return m.divide(a, b)
	case 0x1c: // DW_OP_minus
		return a.lo - b.lo
	case 0x1d: // DW_OP_mod
		return m.modulo(a, b)
	case 0x1e: // DW_OP_mul
		return a.lo * b.lo
	case 0x21: // DW_OP_or
		return a.lo | b.lo
	case 0x22: // DW_OP_plus
		return a.lo + b.lo
	case 0x24: // DW_OP_shl
		return a.lo << b.lo
	case 0x25: // DW_OP_shr
		return a.lo >> b.lo
	case 0x26: // DW_OP_shra
		return uint64(m.signed(a) >> b.lo)
	}
	return a.lo ^ b.lo // DW_OP_xor
}

func (m *exprMachine) divide(a, b exprValue) uint64 {
	switch {
	case b.lo == 0:
		m.fail(core.ErrInvalid, "division by zero")
		return 0
	case m.unsigned(a.typ):
		return a.lo / b.lo
	}
	return uint64(m.signed(a) / m.signed(b))
}

// modulo of the generic type is unsigned (DWARF 5, 2.5.1.4); of a signed one the
// remainder has the sign of a, as in C.
func (m *exprMachine) modulo(a, b exprValue) uint64 {
	switch {
	case b.lo == 0:
		m.fail(core.ErrInvalid, "division by zero")
		return 0
	case a.typ.class() == classSigned:
		return uint64(m.signed(a) % m.signed(b))
	}
	return a.lo % b.lo
}

// compares two integers of one type.
func (m *exprMachine) compares(op byte, a, b exprValue) bool {
	if m.unsigned(a.typ) {
		return ordered(op, a.lo, b.lo)
	}
	return ordered(op, m.signed(a), m.signed(b))
}

func ordered[T uint64 | int64 | float64](op byte, a, b T) bool {
	switch op {
	case 0x29: // DW_OP_eq
		return a == b
	case 0x2a: // DW_OP_ge
		return a >= b
	case 0x2b: // DW_OP_gt
		return a > b
	case 0x2c: // DW_OP_le
		return a <= b
	case 0x2d: // DW_OP_lt
		return a < b
	}
	return a != b // DW_OP_ne
}

// binaryFloat rounds once, to the type: sums, products and quotients of float32
// are the same by way of float64.
func (m *exprMachine) binaryFloat(op byte, a, b exprValue) {
	x, y := a.float(), b.float()
	switch {
	case op >= 0x29:
		m.push(truth(ordered(op, x, y)))
	case op == 0x1b: // DW_OP_div
		m.pushValue(floatValue(x/y, a.typ))
	case op == 0x1c: // DW_OP_minus
		m.pushValue(floatValue(x-y, a.typ))
	case op == 0x1e: // DW_OP_mul
		m.pushValue(floatValue(x*y, a.typ))
	case op == 0x22: // DW_OP_plus
		m.pushValue(floatValue(x+y, a.typ))
	default:
		m.fail(core.ErrInvalid, "operation 0x%02x on a floating-point number", op)
	}
}

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
