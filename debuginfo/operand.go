package debuginfo

import (
	"fmt"
	"strconv"
	"strings"
)

// The decoder's operands are not those of binutils: displacements lose their sign
// or are left out when 0, immediates are not cut to the operand's width. So memory
// operands are written from the instruction's bytes, and immediates rewritten.

// registers64 is the general registers by number; registers32 those under prefix 67.
var registers64 = [16]string{"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"}
var registers32 = [16]string{"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "r8d", "r9d", "r10d", "r11d", "r12d", "r13d", "r14d", "r15d"}

// hasModRM says whether a legacy instruction has a ModRM byte.
func (f insnForm) hasModRM() bool {
	switch f.opmap {
	case 0:
		return strings.IndexByte("mMZg", oneByteForms[f.opcode]) >= 0
	case 1:
		probe := reader{data: make([]byte, maxInsn)}
		g := insnForm{opmap: 1, opcode: f.opcode}
		return g.twoByteOperands(&probe) && probe.at > 0 && probe.at < 4 && (f.opcode < 0x20 || f.opcode > 0x23)
	}
	return true
}

// modRMAt is where the ModRM byte of a legacy instruction is.
func (f insnForm) modRMAt() int { return f.prefix + 1 + int(min(f.opmap, 2)) }

// memory writes the memory operand of an instruction with a ModRM byte. ok is
// false if it has none.
func (f insnForm) memory(code []byte) (text string, ok bool) {
	if f.escape != 0 || !f.hasModRM() {
		return "", false
	}
	r := reader{data: code, at: f.modRMAt()}
	m := r.byte()
	mod, rm := m>>6, m&7
	if mod == 3 {
		return "", false
	}
	names := registers64
	if f.address {
		names = registers32
	}
	rex := byte(0)
	if f.prefix > 0 && code[f.prefix-1]&0xf0 == 0x40 {
		rex = code[f.prefix-1]
	}
	segment := f.segment(code)
	if mod == 0 && rm == 5 {
		pc := map[bool]string{false: "(%rip)", true: "(%eip)"}[f.address]
		return segment + signedHex(r.int(4)) + pc, true
	}
	inner := "%" + names[rm|rex<<3&8]
	base := rm
	if rm == 4 {
		inner, base = f.sib(r.byte(), mod, rex, names[:])
	}
	switch {
	case mod == 1:
		return segment + signedHex(r.int(1)) + parens(inner), true
	case mod == 2, base == 5:
		return segment + displacement(r.int(4), inner) + parens(inner), true
	}
	return segment + parens(inner), true
}

// sib writes what a SIB byte says, without parentheses (Intel SDM 2, table 2-3).
// A base that is none goes with a 4-byte displacement.
func (f insnForm) sib(s, mod, rex byte, names []string) (inner string, base byte) {
	base = s & 7
	index := s>>3&7 | rex<<2&8
	b := "%" + names[base|rex<<3&8]
	if base == 5 && mod == 0 {
		b = ""
	} else if base == 5 {
		base = 0 // a displacement of 1 or 4 bytes as mod says
	}
	scale := strconv.Itoa(1 << (s >> 6))
	switch {
	case index != 4:
		return b + ",%" + names[index] + "," + scale, base
	case b == "" && !f.address || b != "" && s&0x3f == 0x24 && s>>6 == 0:
		return b, base
	default:
		zero := map[bool]string{false: "%riz", true: "%eiz"}[f.address]
		return b + "," + zero + "," + scale, base
	}
}

func parens(inner string) string {
	if inner == "" {
		return ""
	}
	return "(" + inner + ")"
}

// displacement is signed beside a register, else an address of 64 bits.
func displacement(v int64, inner string) string {
	if inner == "" {
		return fmt.Sprintf("0x%x", uint64(v))
	}
	return signedHex(v)
}

func signedHex(v int64) string {
	if v < 0 {
		return "-0x" + strconv.FormatUint(uint64(-v), 16)
	}
	return "0x" + strconv.FormatUint(uint64(v), 16)
}

// segment is the override that has an effect in 64-bit mode.
func (f insnForm) segment(code []byte) string {
	s := ""
	for _, b := range code[:f.prefix] {
		switch b {
		case 0x64:
			s = "%fs:"
		case 0x65:
			s = "%gs:"
		}
	}
	return s
}

// width is the operand size in bits, for immediates.
func (f insnForm) width() int {
	switch {
	case f.opmap == 0 && (f.opcode == 0x80 || f.opcode == 0xc6 || f.opcode == 0xf6 || f.opcode&0xf8 == 0xb0 || f.opcode < 0x40 && f.opcode&7 == 4 || f.opcode == 0xa8):
		return 8
	case f.rexW, f.opmap == 0 && (f.opcode == 0x68 || f.opcode == 0x6a) && !f.operand:
		return 64
	case f.operand:
		return 16
	}
	return 32
}

// operands rewrites the decoder's operands.
func (f insnForm) rewrite(code []byte, operands string) string {
	list := splitOperands(operands)
	for i, o := range list {
		if hex, ok := strings.CutPrefix(o, "$-0x"); ok {
			if v, err := strconv.ParseUint(hex, 16, 64); err == nil {
				list[i] = fmt.Sprintf("$0x%x", -v<<(64-f.width())>>(64-f.width()))
			}
		}
	}
	if m, ok := f.memory(code); ok {
		if i := memoryOperand(list); i >= 0 {
			star := ""
			if strings.HasPrefix(list[i], "*") {
				star = "*"
			}
			list[i] = star + m
		}
	} else if f.escape == 0 && f.opmap == 0 && f.opcode&0xf8 == 0xd8 && code[f.modRMAt()]&7 == 0 {
		floatOperand(list, f.opcode)
	}
	return strings.Join(list, ",")
}

// floatOperand writes %st as %st(0) where the number is an operand of the
// instruction and not implied: last for the forms that store, else first.
func floatOperand(list []string, opcode byte) {
	i := 0
	if opcode == 0xdc || opcode == 0xde {
		i = len(list) - 1
	}
	if list[i] == "%st" {
		list[i] = "%st(0)"
	}
}

// memoryOperand is the index of the operand in memory, -1 if there is none.
func memoryOperand(list []string) int {
	for i, o := range list {
		if strings.Contains(o, "(") && !strings.HasPrefix(o, "%st") {
			return i
		}
	}
	for i, o := range list {
		if o == "" || o[0] != '$' && (o[0] != '%' || strings.Contains(o, ":")) {
			return i
		}
	}
	return -1
}

// splitOperands splits at commas outside of parentheses.
func splitOperands(s string) []string {
	var out []string
	depth, start := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				out = append(out, s[start:i])
				start = i + 1
			}
		}
	}
	return append(out, s[start:])
}
