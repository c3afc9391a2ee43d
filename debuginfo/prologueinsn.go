package debuginfo

// stackEffect is what an instruction does to the stack.
type stackEffect uint8

const (
	effectNone     stackEffect = iota
	effectPush                 // of reg
	effectPop                  // into reg
	effectAdd                  // rsp += value
	effectFrame                // rbp = rsp + value
	effectUnframe              // rsp = rbp + value
	effectLeave                // rsp = rbp, pop rbp
	effectLoseSP               // rsp becomes what cannot be followed
	effectLoseBP               // rbp does
	effectCall                 // comes back with the same rsp, if at all
	effectJump                 // to target
	effectBranch               // to target or on
	effectReturn               // ret
	effectIndirect             // a jump to nobody knows where
	effectEnd                  // does not go on: ud2, hlt, int3
)

// stackInsn is an instruction as far as the stack goes.
type stackInsn struct {
	effect stackEffect
	size   int    // bytes
	reg    int    // DWARF number; frameColumns: none that matters
	value  int64  // bytes
	target uint64 // of effectJump, effectBranch and a direct effectCall, else 0
}

// insnColumns are the DWARF numbers of registers in instructions (psABI x86-64,
// figure 3.36).
var insnColumns = [16]int{0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15}

// Registers as instructions number them.
const (
	insnSP = 4
	insnBP = 5
)

// operandsOf is the parts of an instruction's ModRM, SIB and REX (Intel SDM 2, 2.1).
type operandsOf struct {
	mod, reg, rm, op byte // op is reg without REX, where it selects an operation
	index            bool // there is an index register
	disp             int64
	imm              int64
}

// parseStackInsn says what the instruction at the start of code, which is at addr,
// does to the stack; ok is false if it cannot be decoded.
func parseStackInsn(code []byte, addr uint64) (i stackInsn, ok bool) {
	f, ok := insnLength(code)
	if !ok {
		return i, false
	}
	i = stackInsn{size: f.size, reg: frameColumns}
	rex := byte(0)
	if f.prefix > 0 && code[f.prefix-1]&0xf0 == 0x40 {
		rex = code[f.prefix-1]
	}
	next := addr + uint64(f.size)
	switch {
	case f.escape != 0:
	case f.opmap == 0:
		i.oneByte(f, code[f.prefix:f.size], rex, next)
	case f.opmap == 1:
		i.twoByte(f, code[f.prefix+1:f.size], rex, next)
	case f.opcode >= 0xf0 && f.opcode <= 0xf6: // movbe, crc32, adcx
		i.writes(f.operandsOf(code[f.prefix+2:f.size], rex).reg)
	}
	return i, true
}

// operandsOf reads what follows the opcode b[0].
func (f *insnForm) operandsOf(b []byte, rex byte) (o operandsOf) {
	r := reader{data: b, at: 1}
	m := r.byte()
	o = operandsOf{mod: m >> 6, op: m >> 3 & 7, rm: m & 7}
	o.reg = o.op | rex<<1&8
	if o.mod != 3 && o.rm == 4 {
		sib := r.byte()
		o.rm = sib & 7
		o.index = sib>>3&7 != 4 || rex&2 != 0
	}
	switch {
	case o.mod == 1:
		o.disp = r.int(1)
	case o.mod == 2, o.mod == 0 && o.rm == 5:
		o.disp = r.int(4)
	}
	o.index = o.index || o.mod == 0 && o.rm == 5 // no base register
	o.rm |= rex & 1 << 3
	if rest := len(b) - r.at; rest == 1 || rest == 4 {
		o.imm = r.int(rest)
	}
	return o
}

// writes notes that a register gets a value that is not followed.
func (i *stackInsn) writes(reg byte) {
	switch reg {
	case insnSP:
		i.effect = effectLoseSP
	case insnBP:
		i.effect = effectLoseBP
	}
}

// oneByte is the instructions of the one-byte opcode map (Intel SDM 2, table A-2).
func (i *stackInsn) oneByte(f insnForm, b []byte, rex byte, next uint64) {
	switch op := b[0]; {
	case op >= 0x50 && op <= 0x5f:
		i.pushPop(op, rex, f.operand)
	case op == 0x68, op == 0x6a, op == 0x9c: // push imm, pushf
		i.effect, i.value = effectAdd, -8
	case op == 0x9d: // popf
		i.effect, i.value = effectAdd, 8
	case op == 0xc8: // enter
		i.effect = effectLoseSP
	case op == 0xc9:
		i.effect = effectLeave
	case op == 0xc2, op == 0xc3:
		i.effect = effectReturn
	case op == 0xe8:
		i.effect, i.target = effectCall, next+uint64(jumpOffset(b))
	case op == 0xe9, op == 0xeb:
		i.effect, i.target = effectJump, next+uint64(jumpOffset(b))
	case op >= 0x70 && op <= 0x7f, op >= 0xe0 && op <= 0xe3:
		i.effect, i.target = effectBranch, next+uint64(jumpOffset(b))
	case op == 0xf4, op == 0xcc, op == 0xf1, op == 0xca, op == 0xcb, op == 0xcf:
		i.effect = effectEnd
	case op >= 0xb8 && op <= 0xbf, op > 0x90 && op <= 0x97: // mov imm, xchg with rax
		i.writes(op&7 | rex&1<<3)
	case oneByteForms[op] == 'm' || oneByteForms[op] == 'M' || oneByteForms[op] == 'Z' || oneByteForms[op] == 'g':
		i.general(op, f.operandsOf(b, rex), f.rexW)
	}
}

// jumpOffset is the relative operand of a direct jump or call.
func jumpOffset(b []byte) int64 {
	r := reader{data: b, at: 1}
	return r.int(len(b) - 1)
}

func (i *stackInsn) pushPop(op, rex byte, short bool) {
	reg := op&7 | rex&1<<3
	switch {
	case short: // two bytes
		i.effect = effectLoseSP
	case op <= 0x57:
		i.effect, i.reg = effectPush, insnColumns[reg]
	case reg == insnSP:
		i.effect = effectLoseSP
	default:
		i.effect, i.reg = effectPop, insnColumns[reg]
	}
}

// general is the instructions with ModRM.
func (i *stackInsn) general(op byte, o operandsOf, wide bool) {
	direct := o.mod == 3
	switch {
	case op == 0xff && o.op == 6: // push
		i.effect, i.value = effectAdd, -8
	case op == 0x8f: // pop
		i.effect, i.value = effectAdd, 8
	case op == 0xff && o.op == 2:
		i.effect = effectCall
	case op == 0xff && o.op == 4:
		i.effect = effectIndirect
	case op == 0xff && (o.op == 3 || o.op == 5):
		i.effect = effectEnd
	case (op == 0x81 || op == 0x83) && direct && o.rm == insnSP && wide && (o.op == 0 || o.op == 5): // add, sub
		i.effect, i.value = effectAdd, o.imm
		if o.op == 5 {
			i.value = -o.imm
		}
	case op == 0x8d:
		i.lea(o, wide)
	case op == 0x89 && direct:
		i.move(o.rm, o.reg, wide)
	case op == 0x8b && direct:
		i.move(o.reg, o.rm, wide)
	case writesRM(op, o.op) && direct:
		i.writes(o.rm)
	case writesReg(op):
		i.writes(o.reg)
	}
}

func (i *stackInsn) move(to, from byte, wide bool) {
	switch {
	case to == insnBP && from == insnSP && wide:
		i.effect = effectFrame
	case to == insnSP && from == insnBP && wide:
		i.effect = effectUnframe
	default:
		i.writes(to)
	}
}

func (i *stackInsn) lea(o operandsOf, wide bool) {
	switch simple := !o.index && wide; {
	case simple && o.reg == insnSP && o.rm == insnSP:
		i.effect, i.value = effectAdd, o.disp
	case simple && o.reg == insnBP && o.rm == insnSP:
		i.effect, i.value = effectFrame, o.disp
	case simple && o.reg == insnSP && o.rm == insnBP:
		i.effect, i.value = effectUnframe, o.disp
	default:
		i.writes(o.reg)
	}
}

// writesRM says that an instruction writes its rm operand: arithmetic but for
// comparisons and tests, shifts, mov of an immediate.
func writesRM(op, which byte) bool {
	switch {
	case op < 0x38 && op&7 < 2, op == 0x86, op == 0x87, op == 0xc0, op == 0xc1, op == 0xc6, op == 0xc7, op >= 0xd0 && op <= 0xd3, op == 0x88:
		return true
	case op >= 0x80 && op <= 0x83:
		return which != 7 // cmp
	case op == 0xf6 || op == 0xf7:
		return which == 2 || which == 3 // not, neg
	case op == 0xfe || op == 0xff:
		return which < 2 // inc, dec
	}
	return false
}

// writesReg says that an instruction writes its reg operand.
func writesReg(op byte) bool {
	switch {
	case op < 0x38 && (op&7 == 2 || op&7 == 3), op == 0x63, op == 0x69, op == 0x6b, op == 0x8a, op == 0x8b:
		return true
	}
	return false
}

// twoByte is the instructions of map 0F (Intel SDM 2, table A-3).
func (i *stackInsn) twoByte(f insnForm, b []byte, rex byte, next uint64) {
	switch op := b[0]; {
	case op >= 0x80 && op <= 0x8f:
		i.effect, i.target = effectBranch, next+uint64(jumpOffset(b))
	case op == 0x0b, op == 0xb9, op == 0xff, op == 0x07, op == 0x35: // ud2, ud1, ud0, sysret, sysexit
		i.effect = effectEnd
	case op >= 0xc8 && op <= 0xcf: // bswap
		i.writes(op&7 | rex&1<<3)
	case op == 0xa0, op == 0xa8: // push fs, gs
		i.effect, i.value = effectAdd, -8
	case op == 0xa1, op == 0xa9: // pop fs, gs
		i.effect, i.value = effectAdd, 8
	case op >= 0x40 && op <= 0x4f, op == 0xaf, op >= 0xb6 && op <= 0xb8, op >= 0xbc && op <= 0xbf, op == 0x02, op == 0x03,
		op == 0x2c, op == 0x2d, op == 0x50, op == 0xc5, op == 0xd7: // cmov, imul, movzx, popcnt, movsx, lar, cvt, movmsk
		i.writes(f.operandsOf(b, rex).reg)
	case op >= 0x90 && op <= 0x9f, op == 0x7e && f.repeat == 0, op == 0xb0, op == 0xb1, op == 0xc0, op == 0xc1, op == 0xba, op == 0xb3, op == 0xab, op == 0xbb,
		op == 0xa4, op == 0xa5, op == 0xac, op == 0xad: // setcc, movq, cmpxchg, xadd, bts, shld
		if o := f.operandsOf(b, rex); o.mod == 3 {
			i.writes(o.rm)
		}
	}
}
