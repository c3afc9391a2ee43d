package debuginfo

import "github.com/stackfs/stackfs/core"

// Limits of one expression: what compilers write needs a dozen steps, a dozen
// stack slots and one call.
const (
	maxExprSteps = 10_000
	maxExprStack = 64
	maxExprCalls = 8
)

// exprContext is what a DWARF expression may ask for. What is nil is not there:
// an operation that needs it is ErrUnsupported, as most are in call frame
// information (DWARF 5, 6.4.2). Errors that the functions return are passed on.
type exprContext struct {
	// register gives the low 64 bits of a register by its DWARF number as it is in
	// the frame, wide the low 128 bits; ok is false where nobody knows it.
	register func(n uint64) (v uint64, ok bool)
	wide     func(n uint64) (low, high uint64, ok bool)
	// memory reads size bytes, 1 to 8, little-endian, zero-extended.
	memory func(addr uint64, size int) (uint64, error)
	// frameBase is the value of DW_AT_frame_base (DW_OP_fbreg), cfa the canonical
	// frame address (DW_OP_call_frame_cfa).
	frameBase, cfa func() (uint64, error)
	// object is the address of the object that is looked at (DW_OP_push_object_address).
	object func() (uint64, error)
	// relocate makes a run-time address of a link-time one (DW_OP_addr); nil: they are the same.
	relocate func(addr uint64) (uint64, error)
	// address gives entry index of .debug_addr as a run-time address (DW_OP_addrx),
	// constant the same entry as it is (DW_OP_constx).
	address, constant func(index uint64) (uint64, error)
	// tls makes a run-time address of an offset in the object's thread-local storage.
	tls func(offset uint64) (uint64, error)
	// entryValue gives what a location had when the function was entered
	// (DW_OP_entry_value): expr is DW_OP_regN or a whole expression.
	entryValue func(expr []byte) (exprValue, error)
	// call gives the location of an entry, to be run in the place of the call (DW_OP_call2).
	call func(ref exprRef) ([]byte, error)
	// variable gives the value of a variable (DW_OP_GNU_variable_value).
	variable func(die uint64) (uint64, error)
	// baseType describes a DW_TAG_base_type: its DW_AT_encoding and size in bytes. die
	// is relative to the unit.
	baseType func(die uint64) (encoding uint8, size uint64, err error)
	// addressSize and refSize are bytes: of an address (4, 8; 0: 8) and of an offset
	// in .debug_info (8 in 64-bit DWARF, the address size in DWARF 2; 0: 4).
	addressSize, refSize int
}

// An exprRef is a debugging information entry that an expression names: its offset
// in the unit, or in .debug_info where whole.
type exprRef struct {
	die   uint64
	whole bool
}

// evaluate runs a DWARF expression (DWARF 5, 2.5) on a stack with these values and
// returns the top of it. A location that is not in memory is ErrInvalid.
func evaluate(expr []byte, c *exprContext, stack ...uint64) (uint64, error) {
	m := exprMachine{context: c}
	m.run(expr, stack)
	if m.place.kind != pieceMemory || len(m.pieces) > 0 {
		m.fail(core.ErrInvalid, "it gives a location, not a value")
	}
	return m.pop().lo, m.err
}

// exprMachine is a run of an expression. Beside the stack it has the location that
// the operations of DWARF 5, 2.6.1 have given, which only a piece may follow.
type exprMachine struct {
	in      reader
	context *exprContext
	stack   []exprValue
	room    [8]exprValue // where the stack begins
	steps   int
	calls   int
	place   exprPiece // kind pieceMemory: what is on top of the stack
	pieces  []exprPiece
	err     error
}

func (m *exprMachine) run(expr []byte, stack []uint64) {
	m.place.kind = pieceMemory
	m.stack = m.room[:0]
	for _, v := range stack {
		m.push(v)
	}
	m.execute(expr)
}

// execute runs one expression, the outer one or one that is called.
func (m *exprMachine) execute(expr []byte) {
	outer := m.in
	m.in = reader{data: expr}
	for m.in.more() && m.err == nil {
		if m.steps++; m.steps > maxExprSteps {
			m.fail(core.ErrInvalid, "more than %d steps", maxExprSteps)
			break
		}
		m.step(m.in.byte())
	}
	if m.in.bad {
		m.fail(core.ErrInvalid, "it is cut short")
	}
	m.in = outer
}

func (m *exprMachine) step(op byte) {
	if m.place.kind != pieceMemory && !endsPlace(op) {
		m.fail(core.ErrInvalid, "operation 0x%02x after a location", op)
		return
	}
	if !m.literal(op) && !m.shuffle(op) && !m.arithmetic(op) && !m.load(op) && !m.jump(op) && !m.outside(op) && !m.typed(op) && !m.locate(op) {
		m.fail(core.ErrInvalid, "operation 0x%02x is not known", op)
	}
}

func (m *exprMachine) fail(cause error, format string, args ...any) {
	if m.err == nil {
		m.err = core.Errorf(cause, "evaluating a DWARF expression: "+format, args...)
	}
}

// ask takes what a function of the context gave.
func (m *exprMachine) ask(v uint64, err error) uint64 {
	if err != nil && m.err == nil {
		m.err = err
	}
	return v
}

// has says whether the context has what an operation needs.
func (m *exprMachine) has(given bool, what string) bool {
	if !given {
		m.fail(core.ErrUnsupported, "%s is not to be had here", what)
	}
	return given && m.err == nil
}

// push pushes a value of the generic type.
func (m *exprMachine) push(v uint64) { m.pushValue(exprValue{lo: v & m.mask()}) }

func (m *exprMachine) pushValue(v exprValue) {
	if len(m.stack) == maxExprStack {
		m.fail(core.ErrInvalid, "more than %d values", maxExprStack)
		return
	}
	m.stack = append(m.stack, v)
}

func (m *exprMachine) pop() exprValue {
	v := m.peek(0)
	m.stack = m.stack[:max(0, len(m.stack)-1)]
	return v
}

// peek is the value n below the top.
func (m *exprMachine) peek(n int) exprValue {
	if n >= len(m.stack) {
		m.fail(core.ErrInvalid, "the stack has no value %d", n)
		return exprValue{}
	}
	return m.stack[len(m.stack)-1-n]
}

func (m *exprMachine) addressSize() int {
	if m.context.addressSize == 4 {
		return 4
	}
	return 8
}

// mask is what a value of the generic type may have set.
func (m *exprMachine) mask() uint64 { return sizeMask(m.addressSize()) }

// sizeMask is all bits of size bytes, 64 at most.
func sizeMask(size int) uint64 {
	if size >= 8 {
		return ^uint64(0)
	}
	return 1<<(8*size) - 1
}
