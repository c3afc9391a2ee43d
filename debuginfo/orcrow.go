package debuginfo

import "encoding/binary"

// Base registers of an entry (kernel: orc_types.h, ORC_REG_*).
const (
	orcUndefined  = 0
	orcPrevSP     = 1
	orcDX         = 2
	orcDI         = 3
	orcBP         = 4
	orcSP         = 5
	orcR10        = 6
	orcR13        = 7
	orcBPIndirect = 8
	orcSPIndirect = 9
)

// orcColumns are the DWARF numbers of base registers that are just registers.
var orcColumns = map[uint16]uint8{orcDX: 1, orcDI: 5, orcBP: 6, orcSP: 7, orcR10: 10, orcR13: 13}

type orcType uint8

const (
	orcUnknown orcType = iota // nothing is said: not code, or not reached
	orcEnd                    // nobody called it
	orcCall
	orcRegs    // struct pt_regs is there
	orcPartial // only the part of it that the CPU pushes
)

// orcEntry is one entry of any layout.
type orcEntry struct {
	spOffset, bpOffset int16
	spReg, bpReg       uint16
	typ                orcType
}

// orcOldTypes and orcSplitTypes are what the type bits mean (ORC_TYPE_*).
var (
	orcOldTypes   = []orcType{orcCall, orcRegs, orcPartial, orcUnknown}
	orcSplitTypes = []orcType{orcUnknown, orcEnd, orcCall, orcRegs, orcPartial, orcUnknown, orcUnknown, orcUnknown}
)

func (t *orcTable) entry(i int) orcEntry {
	b := t.entries[orcEntrySize*i:]
	w := binary.LittleEndian.Uint16(b[4:])
	e := orcEntry{spOffset: int16(binary.LittleEndian.Uint16(b)), bpOffset: int16(binary.LittleEndian.Uint16(b[2:])), spReg: w & 15, bpReg: w >> 4 & 15}
	if t.layout == orcSplit {
		e.typ = orcSplitTypes[w>>8&7]
		return e
	}
	e.typ = orcOldTypes[w>>8&3]
	end := w>>10&1 != 0
	if t.layout == orcSignal {
		end = w>>11&1 != 0
	}
	switch {
	case end:
		e.typ = orcEnd
	case e.spReg == orcUndefined:
		e.typ = orcUnknown
	}
	return e
}

func (e orcEntry) nothing() bool { return e.typ == orcUnknown }

// Where struct pt_regs has the registers, by DWARF number (kernel:
// arch/x86/include/asm/ptrace.h), and what the CPU pushes, rip cs rflags rsp ss.
var ptRegs = [frameColumns]int32{80, 96, 88, 40, 104, 112, 32, 152, 72, 64, 56, 48, 24, 16, 8, 0, 128}

const (
	ptRegsCS  = 136
	iretRIP   = 0
	iretCS    = 8
	iretRSP   = 24
	bpOp      = 0x76 // DW_OP_breg6
	spOp      = 0x77 // DW_OP_breg7
	derefOp   = 0x06 // DW_OP_deref
	constsOp  = 0x11 // DW_OP_consts
	plusOp    = 0x22 // DW_OP_plus
	maxORCRow = 16   // bytes of the two expressions of a row
)

// row makes rules of an entry, nil if it says nothing. Registers that it does not
// speak of are undefined: a function of assembly need not follow the ABI.
func (e orcEntry) row() *row {
	r := &row{ra: columnRA}
	for n := range r.regs {
		r.regs[n].kind = ruleUndefined
	}
	switch e.typ {
	case orcEnd:
		return r
	case orcUnknown:
		return nil
	}
	if !e.base(r) || !e.frame(r) {
		return nil
	}
	switch e.typ {
	case orcCall:
		r.regs[columnSP] = rule{kind: ruleValOffset}
		r.regs[columnRA] = rule{kind: ruleOffset, value: -8}
	case orcRegs:
		for n, at := range ptRegs {
			r.regs[n] = rule{kind: ruleOffset, value: at}
		}
		r.trap = ptRegsCS
	case orcPartial:
		r.regs[columnSP] = rule{kind: ruleOffset, value: iretRSP}
		r.regs[columnRA] = rule{kind: ruleOffset, value: iretRIP}
		r.trap = iretCS
	}
	return r
}

// base gives r the rule for the frame address: for a call the caller's stack
// pointer, else where the registers are.
func (e orcEntry) base(r *row) bool {
	if n, ok := orcColumns[e.spReg]; ok {
		r.cfa = rule{kind: ruleCFA, reg: n, value: int32(e.spOffset)}
		return true
	}
	var expr []byte
	switch e.spReg {
	case orcBPIndirect: // *(rbp + offset)
		expr = append(appendSLEB([]byte{bpOp}, int64(e.spOffset)), derefOp)
	case orcSPIndirect: // *rsp + offset
		expr = append(appendSLEB([]byte{spOp, 0, derefOp, constsOp}, int64(e.spOffset)), plusOp)
	default:
		return false
	}
	r.cfa = r.addExpression(expr)
	return true
}

// frame gives r the rule for rbp.
func (e orcEntry) frame(r *row) bool {
	switch e.bpReg {
	case orcUndefined:
		r.regs[columnFP] = rule{kind: ruleSame}
	case orcPrevSP:
		r.regs[columnFP] = rule{kind: ruleOffset, value: int32(e.bpOffset)}
	case orcBP:
		r.regs[columnFP] = r.addExpression(appendSLEB([]byte{bpOp}, int64(e.bpOffset)))
	default:
		return false
	}
	return true
}

// addExpression keeps an expression with the row.
func (r *row) addExpression(expr []byte) rule {
	if r.code == nil {
		r.code = &[3][]byte{codeOfORC: make([]byte, 0, maxORCRow)}
	}
	at := len(r.code[codeOfORC])
	r.code[codeOfORC] = append(r.code[codeOfORC], expr...)
	return rule{kind: ruleExpression, value: int32(at), size: uint16(len(expr)), reg: codeOfORC}
}

// rowOf gives the rules for a link-time address by all that some tables know, nil
// if that is nothing. For the frame address the kernel's ORC is believed, which
// sees what call frame information does not: pushes in inline assembly and the
// switch to another stack. The registers that a function saved are known to call
// frame information alone; it gives their places from the frame address on.
func rowOf(pc uint64, tables ...*frameTable) *row {
	var cfi, orc *row
	for _, t := range tables {
		if cfi == nil {
			cfi = t.row(pc)
		}
		if e, ok := t.orc.find(pc); ok && orc == nil {
			orc = e.row()
		}
	}
	switch {
	case orc == nil:
		return cfi
	case cfi == nil || orc.cfa.kind == ruleUnspecified || orc.trap != 0:
		return orc
	case orc.cfa == cfi.cfa:
		return cfi
	}
	both := *cfi
	both.cfa = orc.cfa
	if orc.code != nil {
		code := *orc.code
		if cfi.code != nil {
			code[codeOfCIE], code[codeOfFDE] = cfi.code[codeOfCIE], cfi.code[codeOfFDE]
		}
		both.code = &code
	}
	return &both
}

// appendSLEB appends a signed LEB128 number (DWARF 5, 7.6).
func appendSLEB(b []byte, v int64) []byte {
	for ; v < -64 || v > 63; v >>= 7 {
		b = append(b, byte(v)|0x80)
	}
	return append(b, byte(v)&0x7f)
}
