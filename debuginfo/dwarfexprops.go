package debuginfo

import (
	"math"

	"github.com/stackfs/stackfs/core"
)

// literal is the operations of DWARF 5, 2.5.1.1 and 2.5.1.2: constants, addresses,
// registers with an offset.
func (m *exprMachine) literal(op byte) bool {
	switch {
	case op >= 0x30 && op <= 0x4f: // DW_OP_lit0-31
		m.push(uint64(op - 0x30))
	case op >= 0x70 && op <= 0x8f: // DW_OP_breg0-31
		m.register(uint64(op-0x70), m.in.sleb())
	case op == 0x92: // DW_OP_bregx
		n := m.in.uleb()
		m.register(n, m.in.sleb())
	case op == 0x03: // DW_OP_addr
		m.address(m.in.uint(m.addressSize()))
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
	if m.in.bad || !m.has(m.context.register != nil, "a register") {
		return
	}
	v, ok := m.context.register(n)
	if !ok {
		m.fail(core.ErrNoData, "register %d is not known", n)
	}
	m.push(v + uint64(offset))
}

func (m *exprMachine) address(v uint64) {
	if m.context.relocate != nil && !m.in.bad {
		v = m.ask(m.context.relocate(v))
	}
	m.push(v)
}

// shuffle is the operations of DWARF 5, 2.5.1.3 that only move what is there.
func (m *exprMachine) shuffle(op byte) bool {
	switch op {
	case 0x12: // DW_OP_dup
		m.pushValue(m.peek(0))
	case 0x13: // DW_OP_drop
		m.pop()
	case 0x14: // DW_OP_over
		m.pushValue(m.peek(1))
	case 0x15: // DW_OP_pick
		m.pushValue(m.peek(int(m.in.byte())))
	case 0x16: // DW_OP_swap
		a, b := m.pop(), m.pop()
		m.pushValue(a)
		m.pushValue(b)
	case 0x17: // DW_OP_rot
		a, b, c := m.pop(), m.pop(), m.pop()
		m.pushValue(a)
		m.pushValue(c)
		m.pushValue(b)
	case 0x96: // DW_OP_nop
	default:
		return false
	}
	return true
}

// load is the operations that read memory. There is one address space, 0.
func (m *exprMachine) load(op byte) bool {
	size := m.addressSize()
	switch op {
	case 0x06, 0x18: // DW_OP_deref, DW_OP_xderef
	case 0x94, 0x95: // DW_OP_deref_size, DW_OP_xderef_size
		size = int(m.in.byte())
	default:
		return false
	}
	addr := m.pop()
	if op == 0x18 || op == 0x95 {
		m.flatSpace()
	}
	if size < 1 || size > m.addressSize() {
		m.fail(core.ErrInvalid, "a load of %d bytes", size)
	}
	m.push(m.read(addr.lo, size))
	return true
}

// flatSpace takes an address space off the stack.
func (m *exprMachine) flatSpace() {
	if space := m.pop().lo; space != 0 {
		m.fail(core.ErrUnsupported, "address space %d", space)
	}
}

func (m *exprMachine) read(addr uint64, size int) uint64 {
	if m.err != nil || !m.has(m.context.memory != nil, "memory") {
		return 0
	}
	return m.ask(m.context.memory(addr, size))
}

// jump is the control flow of DWARF 5, 2.5.1.5.
func (m *exprMachine) jump(op byte) bool {
	switch op {
	case 0x2f: // DW_OP_skip
		m.skip(true)
	case 0x28: // DW_OP_bra
		m.skip(m.pop().lo != 0)
	case 0x98, 0x99: // DW_OP_call2, DW_OP_call4
		m.call(exprRef{die: m.in.uint(int(op-0x97) * 2)})
	case 0x9a: // DW_OP_call_ref
		m.call(exprRef{die: m.in.uint(m.refSize()), whole: true})
	default:
		return false
	}
	return true
}

func (m *exprMachine) skip(taken bool) {
	to := int(m.in.int(2)) + m.in.at
	if !taken {
		return
	}
	if to < 0 || to > len(m.in.data) {
		m.fail(core.ErrInvalid, "a jump out of it")
		return
	}
	m.in.at = to
}

func (m *exprMachine) call(ref exprRef) {
	if m.in.bad || !m.has(m.context.call != nil, "another entry's location") {
		return
	}
	expr, err := m.context.call(ref)
	if m.ask(0, err); m.err != nil {
		return
	}
	if m.calls++; m.calls > maxExprCalls {
		m.fail(core.ErrInvalid, "more than %d calls", maxExprCalls)
		return
	}
	m.execute(expr)
	m.calls--
}

// refSize is the size of an offset in .debug_info.
func (m *exprMachine) refSize() int {
	if m.context.refSize == 8 {
		return 8
	}
	return 4
}

// outside is the operations that ask for what only the context knows.
func (m *exprMachine) outside(op byte) bool {
	c := m.context
	switch op {
	case 0x91: // DW_OP_fbreg
		offset := m.in.sleb()
		if m.has(c.frameBase != nil, "a frame base") {
			m.push(m.ask(c.frameBase()) + uint64(offset))
		}
	case 0x97: // DW_OP_push_object_address
		if m.has(c.object != nil, "an object's address") {
			m.push(m.ask(c.object()))
		}
	case 0x9c: // DW_OP_call_frame_cfa
		if m.has(c.cfa != nil, "a canonical frame address") {
			m.push(m.ask(c.cfa()))
		}
	case 0x9b, 0xe0: // DW_OP_form_tls_address, DW_OP_GNU_push_tls_address
		offset := m.pop()
		if m.has(c.tls != nil, "thread-local storage") {
			m.push(m.ask(c.tls(offset.lo)))
		}
	case 0xa1, 0xfb: // DW_OP_addrx, DW_OP_GNU_addr_index
		m.indexed(c.address)
	case 0xa2, 0xfc: // DW_OP_constx, DW_OP_GNU_const_index
		m.indexed(c.constant)
	case 0xfd: // DW_OP_GNU_variable_value
		die := m.in.uint(m.refSize())
		if m.has(c.variable != nil, "another variable") {
			m.push(m.ask(c.variable(die)))
		}
	default:
		return false
	}
	return true
}

func (m *exprMachine) indexed(table func(uint64) (uint64, error)) {
	index := m.in.uleb()
	if m.has(table != nil, "a table of addresses") {
		m.push(m.ask(table(index)))
	}
}

// block reads an operand of size bytes; it is part of the expression, not a copy.
func (m *exprMachine) block(size uint64) []byte {
	if size > uint64(len(m.in.data)-m.in.at) || size > math.MaxInt32 {
		m.in.bad = true
		return nil
	}
	m.in.at += int(size)
	return m.in.data[m.in.at-int(size) : m.in.at]
}
