package debuginfo

// maxInsn is the longest an instruction can be, bytes (Intel SDM 2, 2.3.11).
const maxInsn = 15

// insnForm is what a 64-bit instruction is made of, as far as its length depends on it.
type insnForm struct {
	size    int  // bytes
	prefix  int  // bytes of legacy prefixes and REX
	escape  byte // 0; 'V' for VEX, 'E' for EVEX, 'X' for XOP
	opcode  byte
	opmap   byte // 0 one byte, 1 0F, 2 0F38, 3 0F3A, …
	operand bool // prefix 66
	address bool // prefix 67
	rexW    bool
	repeat  byte // F2, F3 or 0
}

// insnLength decodes how long the instruction at the start of code is (Intel SDM
// 2, chapter 2 and the opcode maps of appendix A), known to us by name or not. ok
// is false if code ends within it or no instruction begins so in 64-bit mode.
func insnLength(code []byte) (f insnForm, ok bool) {
	r := reader{data: code[:min(len(code), maxInsn)]}
	b := f.prefixes(&r)
	switch {
	case b == 0xc5:
		f.escape, f.opmap = 'V', 1
		r.byte()
		b = r.byte()
	case b == 0xc4:
		f.escape, f.opmap = 'V', r.byte()&0x1f
		r.byte()
		b = r.byte()
	case b == 0x62:
		f.escape, f.opmap = 'E', r.byte()&0x07
		r.byte()
		r.byte()
		b = r.byte()
	case b == 0x8f && r.at < len(r.data) && r.data[r.at]&0x1f >= 8:
		f.escape, f.opmap = 'X', r.byte()&0x1f
		r.byte()
		b = r.byte()
	case b == 0x0f:
		f.opmap = 1
		switch b = r.byte(); b {
		case 0x38:
			f.opmap, b = 2, r.byte()
		case 0x3a:
			f.opmap, b = 3, r.byte()
		}
	}
	f.opcode = b
	ok = f.operands(&r)
	f.size = r.at
	return f, ok && !r.bad
}

// prefixes reads legacy prefixes and REX, and returns the byte after them. REX
// counts only right before the opcode.
func (f *insnForm) prefixes(r *reader) byte {
	for {
		b := r.byte()
		switch b {
		case 0x66:
			f.operand, f.rexW = true, false
		case 0x67:
			f.address, f.rexW = true, false
		case 0xf2, 0xf3:
			f.repeat, f.rexW = b, false
		case 0xf0, 0x2e, 0x36, 0x3e, 0x26, 0x64, 0x65:
			f.rexW = false
		default:
			if b&0xf0 != 0x40 {
				f.prefix = r.at - 1
				return b
			}
			f.rexW = b&8 != 0
		}
		if r.bad {
			return 0
		}
	}
}

// operands reads ModRM, SIB, displacement and immediate.
func (f *insnForm) operands(r *reader) bool {
	switch f.escape {
	case 'V', 'E', 'X':
		return f.vectorOperands(r)
	}
	switch f.opmap {
	case 0:
		return f.oneByteOperands(r)
	case 1:
		return f.twoByteOperands(r)
	case 2:
		modRM(r)
	case 3:
		modRM(r)
		r.byte()
	}
	return true
}

func (f *insnForm) vectorOperands(r *reader) bool {
	if f.escape == 'V' && f.opmap == 1 && f.opcode == 0x77 { // vzeroupper, vzeroall
		return true
	}
	modRM(r)
	switch f.opmap {
	case 1:
		if hasImmediate1(f.opcode) {
			r.byte()
		}
	case 2, 5, 6, 9:
	case 3, 8:
		r.byte()
	case 10:
		r.uint(4)
	default:
		return false
	}
	return true
}

// hasImmediate1 is the instructions of map 0F with ModRM and an immediate byte
// (3DNow! has its opcode there).
func hasImmediate1(opcode byte) bool {
	switch opcode {
	case 0x0f, 0x70, 0x71, 0x72, 0x73, 0xa4, 0xac, 0xba, 0xc2, 0xc4, 0xc5, 0xc6:
		return true
	}
	return false
}

func (f *insnForm) twoByteOperands(r *reader) bool {
	op := f.opcode
	switch {
	case op >= 0x80 && op <= 0x8f: // jcc rel32
		r.uint(4)
	case op >= 0x20 && op <= 0x23: // mov of control and debug registers: always the register form
		r.byte()
	case op >= 0xc8 && op <= 0xcf, op >= 0x30 && op <= 0x35, op == 0x37, op == 0x77, op == 0xa0, op == 0xa1, op == 0xa2,
		op == 0xa8, op == 0xa9, op == 0xaa, op >= 0x05 && op <= 0x09, op == 0x0b, op == 0x0e:
	case op == 0x04, op == 0x0a, op == 0x0c, op >= 0x24 && op <= 0x27, op == 0x36, op >= 0x39 && op <= 0x3f:
		return false
	case op == 0x78 && (f.operand || f.repeat == 0xf2): // extrq, insertq
		modRM(r)
		r.uint(2)
	default:
		modRM(r)
		if hasImmediate1(op) {
			r.byte()
		}
	}
	return true
}

func (f *insnForm) oneByteOperands(r *reader) bool {
	switch oneByteForms[f.opcode] {
	case ' ':
	case 'b':
		r.byte()
	case 'w':
		r.uint(2)
	case 'z':
		r.uint(f.immediate())
	case 'j':
		r.uint(4)
	case 'v':
		if f.rexW {
			r.uint(8)
		} else {
			r.uint(f.immediate())
		}
	case 'o':
		if f.address {
			r.uint(4)
		} else {
			r.uint(8)
		}
	case 'e':
		r.uint(3)
	case 'm':
		modRM(r)
	case 'M':
		modRM(r)
		r.byte()
	case 'Z':
		modRM(r)
		r.uint(f.immediate())
	case 'g':
		if reg := modRM(r) >> 3 & 7; reg < 2 && f.opcode == 0xf6 {
			r.byte()
		} else if reg < 2 {
			r.uint(f.immediate())
		}
	default:
		return false
	}
	return true
}

// oneByteForms says what follows an opcode: ' ' nothing, b w z j immediate of 1, 2,
// 4 (2 with 66), 4 bytes; v 8 with REX.W; o an address of 8; e of enter; m ModRM, M
// with a byte, Z with 4 (2); g the unary group, whose test has an immediate; x no
// instruction in 64-bit mode. Prefixes never get here.
const oneByteForms = "mmmmbzxxmmmmbzxx" + // 00
	"mmmmbzxxmmmmbzxx" + // 10
	"mmmmbzxxmmmmbzxx" + // 20
	"mmmmbzxxmmmmbzxx" + // 30
	"xxxxxxxxxxxxxxxx" + // 40
	"                " + // 50
	"xxxmxxxxzZbM    " + // 60
	"bbbbbbbbbbbbbbbb" + // 70
	"MZxMmmmmmmmmmmmm" + // 80
	"          x     " + // 90
	"oooo    bz      " + // a0
	"bbbbbbbbvvvvvvvv" + // b0
	"MMw xxMZe w  bx " + // c0
	"mmmmxxx mmmmmmmm" + // d0
	"bbbbbbbbjjxb    " + // e0
	"x xx  gg      mm" //  f0

// immediate is the size of an operand-sized immediate, which is never 8.
func (f *insnForm) immediate() int {
	if f.operand && !f.rexW {
		return 2
	}
	return 4
}

// modRM reads ModRM, SIB and displacement (Intel SDM 2, table 2-2) and returns
// the ModRM byte.
func modRM(r *reader) byte {
	m := r.byte()
	mod, rm := m>>6, m&7
	if mod == 3 {
		return m
	}
	base := rm
	if rm == 4 {
		base = r.byte() & 7
	}
	switch {
	case mod == 1:
		r.byte()
	case mod == 2, base == 5:
		r.uint(4)
	}
	return m
}
