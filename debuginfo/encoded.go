package debuginfo

// Encodings of pointers in .eh_frame and .eh_frame_hdr (Linux Standard Base,
// "DWARF Exception Header Encoding"): a format, what it is relative to, and whether
// it is the address of the pointer rather than the pointer.
const (
	pointerOmit     = 0xff
	pointerAbsolute = 0x00
	pointerFormat   = 0x0f // mask
	pointerRelative = 0x70 // mask
	pointerToPC     = 0x10 // relative to where it stands
	pointerToHeader = 0x30 // relative to the start of .eh_frame_hdr
	pointerAligned  = 0x50 // absolute, after padding to a multiple of 8
	pointerIndirect = 0x80
)

// encodedSize is the bytes of a pointer in a format, 0 if it varies (LEB128) or is not known.
func encodedSize(encoding uint8) int {
	switch encoding & pointerFormat {
	case 0x00, 0x04, 0x0c: // DW_EH_PE_absptr, udata8, sdata8
		return 8
	case 0x02, 0x0a: // DW_EH_PE_udata2, sdata2
		return 2
	case 0x03, 0x0b: // DW_EH_PE_udata4, sdata4
		return 4
	}
	return 0
}

// encoded reads a number in a pointer's format; signed formats are sign-extended.
func (r *reader) encoded(encoding uint8) uint64 {
	format, size := encoding&pointerFormat, encodedSize(encoding)
	switch {
	case size > 0 && format >= 0x0a:
		return uint64(r.int(size))
	case size > 0:
		return r.uint(size)
	case format == 0x01: // DW_EH_PE_uleb128
		return r.uleb()
	case format == 0x09: // DW_EH_PE_sleb128
		return uint64(r.sleb())
	}
	r.bad = true
	return 0
}

// pointer reads an encoded pointer; start is the address of the reader's data, base
// what DW_EH_PE_datarel is relative to. Pointers that only the running program
// could follow, and those relative to what x86-64 does not define, are bad.
func (r *reader) pointer(encoding uint8, start, base uint64) uint64 {
	if encoding == pointerAligned {
		for (start+uint64(r.at))%8 != 0 && !r.bad {
			r.byte()
		}
		return r.uint(8)
	}
	at := start + uint64(r.at)
	v := r.encoded(encoding)
	switch {
	case encoding&pointerIndirect != 0:
		r.bad = true
	case encoding&pointerRelative == pointerToPC:
		v += at
	case encoding&pointerRelative == pointerToHeader:
		v += base
	case encoding&pointerRelative != pointerAbsolute:
		r.bad = true
	}
	return v
}
