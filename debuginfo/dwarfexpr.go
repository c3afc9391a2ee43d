package debuginfo

import "github.com/stackfs/stackfs/core"

// Limits of one expression: what compilers write needs a dozen steps and four
// stack slots.
const (
	maxExprSteps = 10_000
	maxExprStack = 64
)

// exprContext is what an expression of call frame information may ask for.
type exprContext struct {
	register func(n uint64) (uint64, bool)
	memory   func(addr uint64, size int) (uint64, error)
}

// evaluate runs a DWARF expression (DWARF 5, 2.5; the operations that 6.4.2
// allows) on a stack with these values and returns the top of it.
func evaluate(expr []byte, c exprContext, stack ...uint64) (uint64, error) {
	m := exprMachine{in: reader{data: expr}, context: c, stack: stack}
	for steps := 0; m.in.more() && m.err == nil; steps++ {
		if steps == maxExprSteps {
			return 0, core.Errorf(core.ErrInvalid, "evaluating a DWARF expression: more than %d steps", maxExprSteps)
		}
		m.step(m.in.byte())
	}
	top := m.pop()
	if m.in.bad {
		m.fail("it is cut short")
	}
	return top, m.err
}

type exprMachine struct {
	in      reader
	context exprContext
	stack   []uint64
	err     error
}

func (m *exprMachine) fail(format string, args ...any) {
	if m.err == nil {
		m.err = core.Errorf(core.ErrInvalid, "evaluating a DWARF expression: "+format, args...)
	}
}

func (m *exprMachine) push(v uint64) {
	if len(m.stack) == maxExprStack {
		m.fail("more than %d values", maxExprStack)
		return
	}
	m.stack = append(m.stack, v)
}

func (m *exprMachine) pop() uint64 {
	n := len(m.stack) - 1
	if n < 0 {
		m.fail("the stack is empty")
		return 0
	}
	v := m.stack[n]
	m.stack = m.stack[:n]
	return v
}

// peek is the value n below the top.
func (m *exprMachine) peek(n int) uint64 {
	if n >= len(m.stack) {
		m.fail("the stack has no value %d", n)
		return 0
	}
	return m.stack[len(m.stack)-1-n]
}

func (m *exprMachine) step(op byte) {
	if !m.literal(op) && !m.shuffle(op) && !m.unary(op) && !m.binary(op) && !m.load(op) && !m.jump(op) {
		m.fail("operation 0x%02x is not allowed here", op)
	}
}

func (m *exprMachine) literal(op byte) bool {
	switch {
	case op >= 0x30 && op <= 0x4f: // DW_OP_lit0-31
		m.push(uint64(op - 0x30))
	case op >= 0x70 && op <= 0x8f: // DW_OP_breg0-31
		m.register(uint64(op-0x70), m.in.sleb())
	case op == 0x92: // DW_OP_bregx
		m.register(m.in.uleb(), m.in.sleb())
	case op == 0x03: // DW_OP_addr
		m.push(m.in.uint(8))
	case op >= 0x08 && op <= 0x0f: // DW_OP_const1u, 1s, 2u, 2s, 4u, 4s, 8u, 8s
		size := 1 << ((op - 0x08) / 2)
		if op&1 == 0 {
			m.push(m.in.uint(size))
		} else {
			m.push(uint64(m.in.int(size)))
		}
	case op == 0x10: // DW_OP_constu
		m.push(m.in.uleb())
	case op == 0x11: // DW_OP_consts
		m.push(uint64(m.in.sleb()))
	default:
		return false
	}
	return true
}

func (m *exprMachine) register(n uint64, offset int64) {
	v, ok := m.context.register(n)
	if !ok {
		m.fail("register %d is not known", n)
	}
	m.push(v + uint64(offset))
}

func (m *exprMachine) shuffle(op byte) bool {
	switch op {
	case 0x12: // DW_OP_dup
		m.push(m.peek(0))
	case 0x13: // DW_OP_drop
		m.pop()
	case 0x14: // DW_OP_over
		m.push(m.peek(1))
	case 0x15: // DW_OP_pick
		m.push(m.peek(int(m.in.byte())))
	case 0x16: // DW_OP_swap
		a, b := m.pop(), m.pop()
		m.push(a)
		m.push(b)
	case 0x17: // DW_OP_rot
		a, b, c := m.pop(), m.pop(), m.pop()
		m.push(a)
		m.push(c)
		m.push(b)
	case 0x96: // DW_OP_nop
	default:
		return false
	}
	return true
}

func (m *exprMachine) unary(op byte) bool {
	switch op {
	case 0x19: // DW_OP_abs
		v := int64(m.pop())
		m.push(uint64(max(v, -v)))
	case 0x1f: // DW_OP_neg
		m.push(-m.pop())
	case 0x20: // DW_OP_not
		m.push(^m.pop())
	case 0x23: // DW_OP_plus_uconst
		m.push(m.pop() + m.in.uleb())
	default:
		return false
	}
	return true
}

func (m *exprMachine) binary(op byte) bool {
	f, ok := exprBinary[op]
	if !ok {
		return false
	}
	b, a := m.pop(), m.pop()
	if b == 0 && (op == 0x1b || op == 0x1d) {
		m.fail("division by zero")
		return true
	}
	m.push(f(a, b))
	return true
}

// exprBinary is the operations on the two topmost values, a below b.
var exprBinary = map[byte]func(a, b uint64) uint64{
	0x1a: func(a, b uint64) uint64 { return a & b },                       // DW_OP_and
	0x1b: func(a, b uint64) uint64 { return uint64(int64(a) / int64(b)) }, // DW_OP_div
	0x1c: func(a, b uint64) uint64 { return a - b },                       // DW_OP_minus
	0x1d: func(a, b uint64) uint64 { return a % b },                       // DW_OP_mod
	0x1e: func(a, b uint64) uint64 { return a * b },                       // DW_OP_mul
	0x21: func(a, b uint64) uint64 { return a | b },                       // DW_OP_or
	0x22: func(a, b uint64) uint64 { return a + b },                       // DW_OP_plus
	0x24: func(a, b uint64) uint64 { return a << b },                      // DW_OP_shl
	0x25: func(a, b uint64) uint64 { return a >> b },                      // DW_OP_shr
	0x26: func(a, b uint64) uint64 { return uint64(int64(a) >> b) },       // DW_OP_shra
	0x27: func(a, b uint64) uint64 { return a ^ b },                       // DW_OP_xor
	0x29: func(a, b uint64) uint64 { return truth(a == b) },               // DW_OP_eq
	0x2a: func(a, b uint64) uint64 { return truth(int64(a) >= int64(b)) }, // DW_OP_ge
	0x2b: func(a, b uint64) uint64 { return truth(int64(a) > int64(b)) },  // DW_OP_gt
	0x2c: func(a, b uint64) uint64 { return truth(int64(a) <= int64(b)) }, // DW_OP_le
	0x2d: func(a, b uint64) uint64 { return truth(int64(a) < int64(b)) },  // DW_OP_lt
	0x2e: func(a, b uint64) uint64 { return truth(a != b) },               // DW_OP_ne
}

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func (m *exprMachine) load(op byte) bool {
	size := 8
	switch op {
	case 0x06: // DW_OP_deref
	case 0x94: // DW_OP_deref_size
		if size = int(m.in.byte()); size < 1 || size > 8 {
			m.fail("a load of %d bytes", size)
			return true
		}
	default:
		return false
	}
	addr := m.pop()
	if m.err != nil {
		return true
	}
	v, err := m.context.memory(addr, size)
	if err != nil {
		m.err = err
	}
	m.push(v)
	return true
}

func (m *exprMachine) jump(op byte) bool {
	if op != 0x2f && op != 0x28 { // DW_OP_skip, DW_OP_bra
		return false
	}
	to := int(m.in.int(2))
	if op == 0x28 && m.pop() == 0 {
		return true
	}
	to += m.in.at
	if to < 0 || to > len(m.in.data) {
		m.fail("a jump out of it")
		return true
	}
	m.in.at = to
	return true
}
