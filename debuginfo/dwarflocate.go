package debuginfo

import (
	"encoding/binary"

	"github.com/stackfs/stackfs/core"
)

type pieceKind uint8

const (
	pieceOptimized pieceKind = iota // nowhere
	pieceMemory                     // at addr
	pieceRegister                   // in a register
	pieceImplicit                   // it is data
	piecePointer                    // a pointer that is nowhere, to offset bytes into the entry die
)

// exprPiece is where a part of an object is (DWARF 5, 2.6.1).
type exprPiece struct {
	kind     pieceKind
	bits     int64  // its length; 0: to the end of the object
	skip     int64  // bits to leave out at the beginning of memory, register or data
	addr     uint64 // run-time
	register uint64 // DWARF number
	data     []byte // little-endian; it may be part of the expression
	die      uint64 // offset in .debug_info of what a pointer points to
	offset   int64  // bytes
	// uninitialized: the variable has its place and no value yet (DW_OP_GNU_uninit).
	uninitialized bool
}

// maxPieceBits bounds a piece, 2^56 bytes, so that sums of lengths do not overflow.
const maxPieceBits = 1 << 59

// locate runs a location description on a stack with these values and returns its
// pieces, one at least, in the order of the object's bytes.
func locate(expr []byte, c *exprContext, stack ...uint64) ([]exprPiece, error) {
	if len(expr) == 0 {
		return []exprPiece{{kind: pieceOptimized}}, nil
	}
	m := exprMachine{context: c}
	m.run(expr, stack)
	switch {
	case m.err != nil:
		return nil, m.err
	case len(m.pieces) == 0:
		m.piece(0, 0)
	case m.place.kind != pieceMemory:
		m.fail(core.ErrInvalid, "a location after the last piece")
	}
	if m.err != nil {
		return nil, m.err
	}
	if last := len(m.pieces) - 1; m.place.uninitialized {
		m.pieces[last].uninitialized = true
	}
	return m.pieces, nil
}

// number is what a description stands for where DWARF means a value and allows a
// register or an implicit one for it: DW_AT_frame_base, DW_AT_call_value.
func number(expr []byte, c *exprContext, stack ...uint64) (uint64, error) {
	pieces, err := locate(expr, c, stack...)
	if err != nil {
		return 0, err
	}
	switch p := pieces[0]; {
	case len(pieces) > 1 || p.bits != 0:
	case p.kind == pieceMemory:
		return p.addr, nil
	case p.kind == pieceImplicit && len(p.data) <= 8:
		var b [8]byte
		copy(b[:], p.data)
		return le64(b[:]), nil
	case p.kind == pieceRegister && c.register != nil:
		if v, ok := c.register(p.register); ok {
			return v, nil
		}
		return 0, core.Errorf(core.ErrNoData, "evaluating a DWARF expression: register %d is not known", p.register)
	}
	return 0, core.Errorf(core.ErrNoData, "evaluating a DWARF expression: it gives no number")
}

// typedNumber is number with the type that the description gives it.
func typedNumber(expr []byte, c *exprContext) (exprValue, error) {
	m := exprMachine{context: c}
	m.run(expr, nil)
	if m.err == nil && len(m.pieces) == 0 && m.place.kind == pieceMemory {
		v := m.pop()
		return v, m.err
	}
	if m.err != nil {
		return exprValue{}, m.err
	}
	n, err := number(expr, c)
	return exprValue{lo: n}, err
}

// endsPlace says whether an operation may follow one that gave a location.
func endsPlace(op byte) bool {
	return op == 0x93 || op == 0x9d || op == 0xf0 || op == 0x96 // DW_OP_piece, bit_piece, GNU_uninit, nop
}

// locate is the operations of DWARF 5, 2.6.1 that say where, not what.
func (m *exprMachine) locate(op byte) bool {
	switch {
	case op >= 0x50 && op <= 0x6f: // DW_OP_reg0-31
		m.place = exprPiece{kind: pieceRegister, register: uint64(op - 0x50)}
	case op == 0x90: // DW_OP_regx
		m.place = exprPiece{kind: pieceRegister, register: m.in.uleb()}
	case op == 0x9e: // DW_OP_implicit_value
		m.place = exprPiece{kind: pieceImplicit, data: m.block(m.in.uleb())}
	case op == 0x9f: // DW_OP_stack_value
		m.place = exprPiece{kind: pieceImplicit, data: m.bytes(m.pop())}
	case op == 0xa0 || op == 0xf2: // DW_OP_implicit_pointer, DW_OP_GNU_implicit_pointer
		m.place = exprPiece{kind: piecePointer, die: m.in.uint(m.refSize())}
		m.place.offset = m.in.sleb()
	case op == 0x93: // DW_OP_piece
		m.pieceOf(m.in.uleb(), 8, 0)
	case op == 0x9d: // DW_OP_bit_piece
		bits := m.in.uleb()
		m.pieceOf(bits, 1, m.in.uleb())
	case op == 0xf0: // DW_OP_GNU_uninit
		m.place.uninitialized = true
	default:
		return false
	}
	return true
}

// pieceOf ends a piece of count units of unit bits. One of nothing is left out.
func (m *exprMachine) pieceOf(count, unit, skip uint64) {
	if count > maxPieceBits/unit || skip > maxPieceBits {
		m.fail(core.ErrInvalid, "a piece of %d bits after %d", count, skip)
		return
	}
	if m.piece(int64(count*unit), int64(skip)); count == 0 && m.err == nil {
		m.pieces = m.pieces[:len(m.pieces)-1]
	}
}

// piece makes the location that has been given so far a piece; an empty stack
// means that the piece is nowhere.
func (m *exprMachine) piece(bits, skip int64) {
	p := m.place
	if p.kind == pieceMemory && len(m.stack) == 0 {
		p.kind = pieceOptimized
	} else if p.kind == pieceMemory {
		p.addr = m.pop().lo
	}
	p.bits, p.skip = bits, skip
	m.pieces = append(m.pieces, p)
	m.place = exprPiece{kind: pieceMemory}
}

// bytes is a value as it would be in memory.
func (m *exprMachine) bytes(v exprValue) []byte {
	b := binary.LittleEndian.AppendUint64(make([]byte, 0, 16), v.lo)
	b = binary.LittleEndian.AppendUint64(b, v.hi)
	return b[:m.size(v.typ)]
}
