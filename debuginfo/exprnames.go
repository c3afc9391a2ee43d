package debuginfo

import "strconv"

// The operations that the short forms of locations are made of (DWARF 5, table 7.9).
const (
	opAddr         = 0x03
	opLit0         = 0x30
	opReg0         = 0x50
	opBreg0        = 0x70
	opRegx         = 0x90
	opFbreg        = 0x91
	opBregx        = 0x92
	opCallFrameCFA = 0x9c
	opAddrx        = 0xa1
	opGNUAddrIndex = 0xfb
)

// exprNames is DW_OP_* by their codes (DWARF 5, table 7.9; the GNU ones are those of
// GCC's include/dwarf2.def, as far as they are in use).
var exprNames = withNumbered([256]string{
	opAddr: "DW_OP_addr", 0x06: "DW_OP_deref", 0x08: "DW_OP_const1u", 0x09: "DW_OP_const1s", 0x0a: "DW_OP_const2u", 0x0b: "DW_OP_const2s",
	0x0c: "DW_OP_const4u", 0x0d: "DW_OP_const4s", 0x0e: "DW_OP_const8u", 0x0f: "DW_OP_const8s", 0x10: "DW_OP_constu", 0x11: "DW_OP_consts",
	0x12: "DW_OP_dup", 0x13: "DW_OP_drop", 0x14: "DW_OP_over", 0x15: "DW_OP_pick", 0x16: "DW_OP_swap", 0x17: "DW_OP_rot", 0x18: "DW_OP_xderef",
	0x19: "DW_OP_abs", 0x1a: "DW_OP_and", 0x1b: "DW_OP_div", 0x1c: "DW_OP_minus", 0x1d: "DW_OP_mod", 0x1e: "DW_OP_mul", 0x1f: "DW_OP_neg",
	0x20: "DW_OP_not", 0x21: "DW_OP_or", 0x22: "DW_OP_plus", 0x23: "DW_OP_plus_uconst", 0x24: "DW_OP_shl", 0x25: "DW_OP_shr", 0x26: "DW_OP_shra",
	0x27: "DW_OP_xor", 0x28: "DW_OP_bra", 0x29: "DW_OP_eq", 0x2a: "DW_OP_ge", 0x2b: "DW_OP_gt", 0x2c: "DW_OP_le", 0x2d: "DW_OP_lt", 0x2e: "DW_OP_ne",
	0x2f: "DW_OP_skip", opRegx: "DW_OP_regx", opFbreg: "DW_OP_fbreg", opBregx: "DW_OP_bregx", 0x93: "DW_OP_piece", 0x94: "DW_OP_deref_size",
	0x95: "DW_OP_xderef_size", 0x96: "DW_OP_nop", 0x97: "DW_OP_push_object_address", 0x98: "DW_OP_call2", 0x99: "DW_OP_call4", 0x9a: "DW_OP_call_ref",
	0x9b: "DW_OP_form_tls_address", opCallFrameCFA: "DW_OP_call_frame_cfa", 0x9d: "DW_OP_bit_piece", 0x9e: "DW_OP_implicit_value",
	0x9f: "DW_OP_stack_value", 0xa0: "DW_OP_implicit_pointer", opAddrx: "DW_OP_addrx", 0xa2: "DW_OP_constx", 0xa3: "DW_OP_entry_value",
	0xa4: "DW_OP_const_type", 0xa5: "DW_OP_regval_type", 0xa6: "DW_OP_deref_type", 0xa7: "DW_OP_xderef_type", 0xa8: "DW_OP_convert",
	0xa9: "DW_OP_reinterpret", 0xe0: "DW_OP_GNU_push_tls_address", 0xf0: "DW_OP_GNU_uninit", 0xf2: "DW_OP_GNU_implicit_pointer",
	0xf3: "DW_OP_GNU_entry_value", 0xf4: "DW_OP_GNU_const_type", 0xf5: "DW_OP_GNU_regval_type", 0xf6: "DW_OP_GNU_deref_type",
	0xf7: "DW_OP_GNU_convert", 0xf9: "DW_OP_GNU_reinterpret", 0xfa: "DW_OP_GNU_parameter_ref", opGNUAddrIndex: "DW_OP_GNU_addr_index",
	0xfc: "DW_OP_GNU_const_index", 0xfd: "DW_OP_GNU_variable_value",
})

// withNumbered adds the operations whose code has a number in it.
func withNumbered(names [256]string) [256]string {
	for i := range 32 {
		n := strconv.Itoa(i)
		names[opLit0+i], names[opReg0+i], names[opBreg0+i] = "DW_OP_lit"+n, "DW_OP_reg"+n, "DW_OP_breg"+n
	}
	return names
}

// exprOperands is what follows an operation, a letter each: an address (a), numbers of
// 1 to 8 bytes (1 2 4 8, signed b h w q), LEB128 (u, signed s, signed without a colon
// o), a register (r), an index (x), a base type (t, T where there must be one), another
// entry by its place in the unit (H W) or in .debug_info (i), bytes behind their number
// (k; C: and their type), a piece's size and offset in bits (p), an expression (e).
var exprOperands = [256]string{
	opAddr: "a", 0x08: "1", 0x09: "b", 0x0a: "2", 0x0b: "h", 0x0c: "4", 0x0d: "w", 0x0e: "8", 0x0f: "q", 0x10: "u", 0x11: "s",
	0x15: "1", 0x23: "u", 0x28: "h", 0x2f: "h", opRegx: "r", opFbreg: "s", opBregx: "ro", 0x93: "u", 0x94: "1", 0x95: "1",
	0x98: "H", 0x99: "W", 0x9a: "i", 0x9d: "p", 0x9e: "k", 0xa0: "io", opAddrx: "x", 0xa2: "x", 0xa3: "e", 0xa4: "C", 0xa5: "rT",
	0xa6: "1T", 0xa7: "1T", 0xa8: "t", 0xa9: "t", 0xf2: "io", 0xf3: "e", 0xf4: "C", 0xf5: "rT", 0xf6: "1T", 0xf7: "t", 0xf9: "t",
	0xfa: "W", opGNUAddrIndex: "x", 0xfc: "x", 0xfd: "i",
}
