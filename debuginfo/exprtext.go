package debuginfo

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/stackfs/stackfs/core"
)

// An ExprForm is what the text of a DWARF expression depends on beside its bytes.
type ExprForm struct {
	AddressSize int    // bytes; 4 means the registers of a 32-bit program; 0: 8
	OffsetSize  int    // bytes of an offset in .debug_info; 0: 4
	Unit        uint64 // where the unit begins, which most references count from
	Base        uint64 // added to link-time addresses
	// FrameBase is what DW_OP_fbreg counts from (DW_AT_frame_base); nil: not known.
	FrameBase []byte
	// Address gives an entry of .debug_addr, link-time; nil: there is none.
	Address func(index uint64) (addr uint64, ok bool)
}

// ExprText is a DWARF expression in words: $rdi, [$rbp-20], [CFA-24], 0x404010 for a
// place of these forms, else its operations as readelf(1) prints them. What cannot be
// decoded ends the text with a question mark; one that is empty is "optimized out".
func ExprText(expr []byte, f ExprForm) string {
	if len(expr) == 0 {
		return "optimized out"
	}
	if s, ok := f.short(expr); ok {
		return s
	}
	return f.operations(expr, 0)
}

// short is the text of a place that is a register, in memory at a distance from one
// or from the frame, or at an address.
func (f ExprForm) short(expr []byte) (s string, ok bool) {
	in := reader{data: expr}
	switch op := in.byte(); {
	case op >= opReg0 && op < opReg0+32:
		s = "$" + f.register(uint64(op-opReg0))
	case op == opRegx:
		s = "$" + f.register(in.uleb())
	case op >= opBreg0 && op < opBreg0+32:
		s = fmt.Sprintf("[$%s%s]", f.register(uint64(op-opBreg0)), distance(in.sleb()))
	case op == opBregx:
		n := in.uleb()
		s = fmt.Sprintf("[$%s%s]", f.register(n), distance(in.sleb()))
	case op == opFbreg:
		s, ok = f.inFrame(in.sleb())
		return s, ok && !in.bad && !in.more()
	case op == opAddr:
		s = fmt.Sprintf("0x%x", in.uint(f.addressSize())+f.Base)
	case (op == opAddrx || op == opGNUAddrIndex) && f.Address != nil:
		addr, found := f.Address(in.uleb())
		s, in.bad = fmt.Sprintf("0x%x", addr+f.Base), in.bad || !found
	case op == opCallFrameCFA:
		s = "[CFA]"
	default:
		return "", false
	}
	return s, !in.bad && !in.more()
}

// inFrame is a place at a distance from the frame base, if that is one of the two
// that compilers use.
func (f ExprForm) inFrame(offset int64) (string, bool) {
	base := f.FrameBase
	switch {
	case bytes.Equal(base, []byte{opCallFrameCFA}):
		return fmt.Sprintf("[CFA%s]", distance(offset)), true
	case len(base) == 1 && base[0] >= opReg0 && base[0] < opReg0+32:
		return fmt.Sprintf("[$%s%s]", f.register(uint64(base[0]-opReg0)), distance(offset)), true
	}
	return "", false
}

// distance is a number with its sign, nothing for 0.
func distance(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%+d", n)
}

func (f ExprForm) addressSize() int {
	if f.AddressSize == 4 {
		return 4
	}
	return 8
}

// dwarfRegisters32 is the psABI's numbers of 32-bit registers (Intel386 psABI, table 2.14).
var dwarfRegisters32 = [...]string{"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eip"}

// register is a register's name by its DWARF number, or that number.
func (f ExprForm) register(n uint64) string {
	if f.addressSize() == 4 && n < uint64(len(dwarfRegisters32)) {
		return dwarfRegisters32[n]
	}
	if i, ok := core.AMD64.DWARF(int(min(n, 1<<20))); ok && f.addressSize() == 8 {
		return core.AMD64.Registers[i].Name
	}
	return "r" + strconv.FormatUint(n, 10)
}

// maxExprNesting bounds entry values of entry values.
const maxExprNesting = 8

// operations is the text of each operation, as readelf(1) has it.
func (f ExprForm) operations(expr []byte, depth int) string {
	var out []string
	for in := (reader{data: expr}); in.more(); {
		code := in.byte()
		name := exprNames[code]
		if name == "" || depth > maxExprNesting {
			return strings.Join(append(out, fmt.Sprintf("0x%02x ?", code)), "; ")
		}
		text := f.operation(&in, code, name, depth)
		if in.bad {
			return strings.Join(append(out, name+" ?"), "; ")
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}

// operation is an operation's name and operands.
func (f ExprForm) operation(in *reader, code byte, name string, depth int) string {
	b := append(make([]byte, 0, 32), name...)
	switch {
	case code >= opReg0 && code < opReg0+32:
		return fmt.Sprintf("%s (%s)", name, f.register(uint64(code-opReg0)))
	case code >= opBreg0 && code < opBreg0+32:
		return fmt.Sprintf("%s (%s): %d", name, f.register(uint64(code-opBreg0)), in.sleb())
	}
	for i := 0; i < len(exprOperands[code]) && !in.bad; i++ {
		b = f.operand(b, in, exprOperands[code][i], depth)
	}
	return string(b)
}

// operand appends an operand of one of the kinds of exprOperands.
func (f ExprForm) operand(b []byte, in *reader, kind byte, depth int) []byte {
	switch kind {
	case 'a':
		return fmt.Appendf(b, ": %x", in.uint(f.addressSize())+f.Base)
	case '1', '2', '4', '8':
		return fmt.Appendf(b, ": %d", in.uint(int(kind-'0')))
	case 'b', 'h', 'w', 'q':
		return fmt.Appendf(b, ": %d", in.int(map[byte]int{'b': 1, 'h': 2, 'w': 4, 'q': 8}[kind]))
	case 'u':
		return fmt.Appendf(b, ": %d", in.uleb())
	case 's':
		return fmt.Appendf(b, ": %d", in.sleb())
	case 'o':
		return fmt.Appendf(b, " %d", in.sleb())
	case 'r':
		n := in.uleb()
		return fmt.Appendf(b, ": %d (%s)", n, f.register(n))
	case 'x':
		return fmt.Appendf(b, " <0x%x>", in.uleb())
	case 't':
		return f.typeRef(b, in.uleb())
	case 'C':
		b = fmt.Appendf(b, ": <0x%x> ", f.Unit+in.uleb())
		return appendBlock(b, in, in.uint(1))
	case 'T':
		return fmt.Appendf(b, " <0x%x>", f.Unit+in.uleb())
	case 'H', 'W':
		return fmt.Appendf(b, ": <0x%x>", f.Unit+in.uint(map[byte]int{'H': 2, 'W': 4}[kind]))
	case 'i':
		return fmt.Appendf(b, ": <0x%x>", in.uint(max(4, f.OffsetSize)))
	case 'k':
		return appendBlock(b, in, in.uleb())
	case 'p':
		size := in.uleb()
		return fmt.Appendf(b, ": size: %d offset: %d", size, in.uleb())
	}
	nested := take(in, in.uleb()) // 'e'
	return fmt.Appendf(b, ": (%s)", f.operations(nested, depth+1))
}

// typeRef is the base type of a conversion; 0 is none in particular.
func (f ExprForm) typeRef(b []byte, die uint64) []byte {
	if die == 0 {
		return append(b, " <0x0>"...)
	}
	return fmt.Appendf(b, " <0x%x>", f.Unit+die)
}

// appendBlock appends bytes as hexadecimal numbers.
func appendBlock(b []byte, in *reader, size uint64) []byte {
	b = fmt.Appendf(b, " %d byte block:", size)
	for _, v := range take(in, size) {
		b = fmt.Appendf(b, " %x", v)
	}
	return b
}

// take gives the next bytes, none if there are not as many.
func take(in *reader, size uint64) []byte {
	if in.bad || size > uint64(len(in.data)-in.at) {
		in.bad = true
		return nil
	}
	in.at += int(size)
	return in.data[in.at-int(size) : in.at]
}
