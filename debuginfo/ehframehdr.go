package debuginfo

import (
	"sort"
)

// ehHeader is the search table of .eh_frame_hdr (Linux Standard Base, "The
// .eh_frame_hdr section"): pairs of where code begins and the address of its FDE,
// both relative to the header and sorted.
type ehHeader struct {
	addr  uint64 // link-time
	frame uint64 // the address of .eh_frame that it gives
	table []byte
	width int // bytes of one number: 4 or 8
}

// parseEHHeader reads a header that is loaded at addr. Without a search table that
// can be believed, table is empty; ok is false if it does not even say where
// .eh_frame is.
func parseEHHeader(data []byte, addr uint64) (h ehHeader, ok bool) {
	in := reader{data: data}
	version, frameEncoding, countEncoding, tableEncoding := in.byte(), in.byte(), in.byte(), in.byte()
	h = ehHeader{addr: addr, frame: in.pointer(frameEncoding, addr, addr)}
	if version != 1 || in.bad {
		return h, false
	}
	const datarelSdata4, datarelSdata8 = pointerToHeader | 0x0b, pointerToHeader | 0x0c
	if countEncoding == pointerOmit || tableEncoding != datarelSdata4 && tableEncoding != datarelSdata8 {
		return h, true
	}
	h.width = encodedSize(tableEncoding)
	count, rest := in.pointer(countEncoding, addr, addr), uint64(len(data)-in.at)
	if in.bad || count > rest/uint64(2*h.width) {
		return h, true
	}
	h.table = data[in.at:][:count*uint64(2*h.width)]
	if !h.sorted() {
		h.table = nil
	}
	return h, true
}

func (h ehHeader) len() int {
	if h.width == 0 {
		return 0
	}
	return len(h.table) / (2 * h.width)
}

// entry gives where the code of entry i begins and the address of its FDE.
func (h ehHeader) entry(i int) (begin, fde uint64) {
	b := h.table[2*h.width*i:]
	if h.width == 8 {
		return h.addr + le64(b), h.addr + le64(b[8:])
	}
	return h.addr + uint64(int64(int32(le32(b)))), h.addr + uint64(int64(int32(le32(b[4:]))))
}

func (h ehHeader) sorted() bool {
	last := uint64(0)
	for i := range h.len() {
		begin, _ := h.entry(i)
		if begin < last {
			return false
		}
		last = begin
	}
	return true
}

// find gives the entry that may cover an address: the last that begins at or below it.
func (h ehHeader) find(pc uint64) (begin, fde uint64, ok bool) {
	i := sort.Search(h.len(), func(i int) bool {
		begin, _ := h.entry(i)
		return begin > pc
	}) - 1
	if i < 0 {
		return 0, 0, false
	}
	begin, fde = h.entry(i)
	return begin, fde, true
}
