package debuginfo

import (
	"math"

	"github.com/stackfs/stackfs/core"
)

// frameColumns is how many registers a row tells of: the sixteen general ones
// and the return address (psABI x86-64, figure 3.36).
const (
	frameColumns = 17
	columnSP     = 7
	columnFP     = 6
	columnRA     = 16
)

// maxRemembered bounds DW_CFA_remember_state; compilers nest it once or twice.
const maxRemembered = 64

type ruleKind uint8

const (
	ruleUnspecified   ruleKind = iota // nothing said: same value
	ruleUndefined                     // DW_CFA_undefined
	ruleSame                          // DW_CFA_same_value
	ruleOffset                        // saved at CFA+value
	ruleValOffset                     // is CFA+value
	ruleRegister                      // is in register reg
	ruleExpression                    // saved at the address that the expression gives
	ruleValExpression                 // is what the expression gives
	ruleCFA                           // of the CFA: register reg + value
)

// rule says where one register is found (DWARF 5, 6.4.1). For expressions value
// is where they begin, reg in which of the row's pieces of code (codeOf…), and
// size their length.
type rule struct {
	value int32
	size  uint16
	kind  ruleKind
	reg   uint8
}

// A row is the rules that hold at one address.
type row struct {
	cfa    rule
	regs   [frameColumns]rule
	ra     uint8 // the column of the return address
	signal bool
	// trap: the caller did not call but was interrupted, its registers lie at the
	// frame address, and its code segment register trap bytes from there; 0: it called.
	trap uint8
	code *[3][]byte // what expression rules point into, nil if there are none
}

// The pieces of code of a row.
const (
	codeOfCIE = iota
	codeOfFDE
	codeOfORC
)

func (r *row) expression(u rule) []byte { return r.code[u.reg][u.value:][:u.size] }

// row executes the instructions of f up to pc (DWARF 5, 6.4.3). A call frame
// whose return address is in a column that we do not keep is ErrUnsupported.
func (f fde) row(pc uint64) (*row, error) {
	c := f.cie
	if c.ra >= frameColumns {
		return nil, core.Errorf(core.ErrUnsupported, "reading call frame information: return address in register %d", c.ra)
	}
	e := rowExecutor{cie: c, loc: f.begin, row: row{ra: uint8(c.ra), signal: c.signal}}
	e.run(c.initial, c.start, math.MaxUint64)
	e.loc, e.initial, e.piece = f.begin, e.row.regs, codeOfFDE
	e.run(f.code, f.start, pc)
	if e.err != nil {
		return nil, e.err
	}
	r := e.row
	if e.expressions {
		r.code = &[3][]byte{codeOfCIE: c.initial, codeOfFDE: f.code}
	}
	return &r, nil
}

type rowExecutor struct {
	cie        *cie
	loc        uint64
	row        row
	initial    [frameColumns]rule
	remembered []row
	// plain is the last rule of the CFA that was a register and an offset: what
	// changes one of the two after an expression keeps the other, as in binutils.
	plain       rule
	in          reader
	start       uint64 // the address of in's data
	piece       uint8  // which piece of code the instructions are: codeOf…
	expressions bool   // there were any
	err         error
}

func (e *rowExecutor) fail(format string, args ...any) {
	if e.err == nil {
		e.err = core.Errorf(core.ErrInvalid, "executing call frame instructions: "+format, args...)
	}
}

// run executes instructions until one advances beyond pc.
func (e *rowExecutor) run(code []byte, start, pc uint64) {
	e.in, e.start = reader{data: code}, start
	for e.in.more() && e.err == nil && e.loc <= pc {
		op := e.in.byte()
		if low := uint64(op & 0x3f); op >= 0x40 {
			e.short(op>>6, low)
			continue
		}
		if !e.advance(op) && !e.defineCFA(op) && !e.defineRegister(op) && !e.state(op) {
			e.fail("opcode 0x%02x is not known", op)
		}
	}
	if e.in.bad {
		e.fail("they are cut short")
	}
}

// short executes the three instructions with an operand in their own byte.
func (e *rowExecutor) short(op byte, low uint64) {
	switch op {
	case 1: // DW_CFA_advance_loc
		e.loc += low * e.cie.codeAlign
	case 2: // DW_CFA_offset
		e.set(low, rule{kind: ruleOffset}, int64(e.in.uleb())*e.cie.dataAlign)
	case 3: // DW_CFA_restore
		e.restore(low)
	}
}

func (e *rowExecutor) advance(op byte) bool {
	switch op {
	case 0x00: // DW_CFA_nop
	case 0x01: // DW_CFA_set_loc
		e.loc = e.in.pointer(e.cie.encoding, e.start, 0)
	case 0x02: // DW_CFA_advance_loc1
		e.loc += e.in.uint(1) * e.cie.codeAlign
	case 0x03: // DW_CFA_advance_loc2
		e.loc += e.in.uint(2) * e.cie.codeAlign
	case 0x04: // DW_CFA_advance_loc4
		e.loc += e.in.uint(4) * e.cie.codeAlign
	default:
		return false
	}
	return true
}

func (e *rowExecutor) defineCFA(op byte) bool {
	switch op {
	case 0x0c: // DW_CFA_def_cfa
		e.setCFA(e.in.uleb(), int64(e.in.uleb()))
	case 0x0d: // DW_CFA_def_cfa_register
		e.setCFA(e.in.uleb(), int64(e.plain.value))
	case 0x0e: // DW_CFA_def_cfa_offset
		e.setCFA(uint64(e.plain.reg), int64(e.in.uleb()))
	case 0x12: // DW_CFA_def_cfa_sf
		e.setCFA(e.in.uleb(), e.in.sleb()*e.cie.dataAlign)
	case 0x13: // DW_CFA_def_cfa_offset_sf
		e.setCFA(uint64(e.plain.reg), e.in.sleb()*e.cie.dataAlign)
	case 0x0f: // DW_CFA_def_cfa_expression
		e.row.cfa = e.block(ruleExpression)
	default:
		return false
	}
	return true
}

func (e *rowExecutor) setCFA(reg uint64, offset int64) {
	if reg >= frameColumns || offset != int64(int32(offset)) {
		e.fail("frame address at register %d + %d", reg, offset)
		return
	}
	e.row.cfa = rule{kind: ruleCFA, reg: uint8(reg), value: int32(offset)}
	e.plain = e.row.cfa
}

func (e *rowExecutor) defineRegister(op byte) bool {
	switch op {
	case 0x05: // DW_CFA_offset_extended
		e.set(e.in.uleb(), rule{kind: ruleOffset}, int64(e.in.uleb())*e.cie.dataAlign)
	case 0x11: // DW_CFA_offset_extended_sf
		e.set(e.in.uleb(), rule{kind: ruleOffset}, e.in.sleb()*e.cie.dataAlign)
	case 0x2f: // DW_CFA_GNU_negative_offset_extended
		e.set(e.in.uleb(), rule{kind: ruleOffset}, -int64(e.in.uleb())*e.cie.dataAlign)
	case 0x14: // DW_CFA_val_offset
		e.set(e.in.uleb(), rule{kind: ruleValOffset}, int64(e.in.uleb())*e.cie.dataAlign)
	case 0x15: // DW_CFA_val_offset_sf
		e.set(e.in.uleb(), rule{kind: ruleValOffset}, e.in.sleb()*e.cie.dataAlign)
	case 0x06: // DW_CFA_restore_extended
		e.restore(e.in.uleb())
	case 0x07: // DW_CFA_undefined
		e.set(e.in.uleb(), rule{kind: ruleUndefined}, 0)
	case 0x08: // DW_CFA_same_value
		e.set(e.in.uleb(), rule{kind: ruleSame}, 0)
	case 0x09: // DW_CFA_register
		reg, from := e.in.uleb(), e.in.uleb()
		e.set(reg, rule{kind: ruleRegister, reg: uint8(min(from, 255))}, 0)
	case 0x10: // DW_CFA_expression
		reg := e.in.uleb()
		e.setRule(reg, e.block(ruleExpression))
	case 0x16: // DW_CFA_val_expression
		reg := e.in.uleb()
		e.setRule(reg, e.block(ruleValExpression))
	default:
		return false
	}
	return true
}

func (e *rowExecutor) state(op byte) bool {
	switch op {
	case 0x0a: // DW_CFA_remember_state
		if len(e.remembered) == maxRemembered {
			e.fail("more than %d remembered states", maxRemembered)
			return true
		}
		e.remembered = append(e.remembered, e.row)
	case 0x0b: // DW_CFA_restore_state: the CFA's rule comes back too, as compilers rely on
		n := len(e.remembered) - 1
		if n < 0 {
			e.fail("DW_CFA_restore_state without a remembered one")
			return true
		}
		e.row, e.remembered = e.remembered[n], e.remembered[:n]
		if e.row.cfa.kind == ruleCFA {
			e.plain = e.row.cfa
		}
	case 0x2e: // DW_CFA_GNU_args_size
		e.in.uleb()
	default:
		return false
	}
	return true
}

// set gives a register a rule; those beyond the columns (vectors) are read over.
func (e *rowExecutor) set(reg uint64, r rule, value int64) {
	if value != int64(int32(value)) {
		e.fail("register %d at offset %d", reg, value)
		return
	}
	r.value = int32(value)
	e.setRule(reg, r)
}

func (e *rowExecutor) setRule(reg uint64, r rule) {
	if reg < frameColumns {
		e.row.regs[reg] = r
	}
}

func (e *rowExecutor) restore(reg uint64) {
	if reg < frameColumns {
		e.row.regs[reg] = e.initial[reg]
	}
}

func (e *rowExecutor) block(kind ruleKind) rule {
	size := e.in.uleb()
	at := e.in.at
	if size > uint64(len(e.in.data)-at) || size > math.MaxUint16 || at > math.MaxInt32 {
		e.in.bad = true
		return rule{}
	}
	e.in.at += int(size)
	e.expressions = true
	return rule{kind: kind, value: int32(at), size: uint16(size), reg: e.piece}
}
