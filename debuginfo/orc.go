package debuginfo

import (
	"debug/elf"
	"encoding/binary"
	"slices"
	"sort"
)

// orcTable is the kernel's own unwinding information for x86-64, which objtool
// makes from the instructions themselves: exact for assembly, knows the stack
// pointer, rbp and the return address only (kernel: arch/x86/include/asm/orc_types.h,
// arch/x86/kernel/unwind_orc.c). Entry i is 6 bytes: where the stack pointer of the
// caller is, from the address that .orc_unwind_ip says on.
type orcTable struct {
	ips     []byte // of .orc_unwind_ip: int32 relative to where each stands
	entries []byte // of .orc_unwind
	addr    uint64 // link-time address of ips
	layout  orcLayout
	order   []uint32 // the entries in the order of their addresses; nil: they stand in it
}

const orcEntrySize = 6

// parseORC makes a table of the bytes of the two sections; addr is where
// .orc_unwind_ip is loaded, link-time.
func parseORC(ips, entries []byte, addr uint64) *orcTable {
	n := min(len(ips)/4, len(entries)/orcEntrySize)
	t := &orcTable{ips: ips[:4*n], entries: entries[:orcEntrySize*n], addr: addr}
	t.layout = t.findLayout()
	t.sort()
	return t
}

func (t *orcTable) len() int { return len(t.ips) / 4 }

// at is the address that entry i is for.
func (t *orcTable) at(i int) uint64 {
	return t.addr + uint64(4*i) + uint64(int64(int32(le32(t.ips[4*i:]))))
}

// sort puts the entries in order where the build did not: kernels sort at boot
// before 5.6 and without CONFIG_BUILDTIME_TABLE_SORT. Of two for one address the
// one that says nothing comes first (orc_sort_cmp).
func (t *orcTable) sort() {
	sorted, last := true, uint64(0)
	for i := range t.len() {
		sorted = sorted && t.at(i) >= last
		last = t.at(i)
	}
	if sorted {
		return
	}
	t.order = make([]uint32, t.len())
	for i := range t.order {
		t.order[i] = uint32(i)
	}
	slices.SortStableFunc(t.order, func(a, b uint32) int {
		switch x, y := t.at(int(a)), t.at(int(b)); {
		case x != y && x < y:
			return -1
		case x != y:
			return 1
		}
		return int(truth(t.entry(int(b)).nothing())) - int(truth(t.entry(int(a)).nothing()))
	})
}

// nth is the index of the n-th entry by address.
func (t *orcTable) nth(n int) int {
	if t.order != nil {
		return int(t.order[n])
	}
	return n
}

// find gives the entry that is for an address.
func (t *orcTable) find(pc uint64) (orcEntry, bool) {
	if t == nil {
		return orcEntry{}, false
	}
	n := sort.Search(t.len(), func(n int) bool { return t.at(t.nth(n)) > pc }) - 1
	if n < 0 {
		return orcEntry{}, false
	}
	return t.entry(t.nth(n)), true
}

// orcLayout is how the bits of an entry's last word are used; the first byte is
// the two registers in all.
type orcLayout uint8

const (
	orcOld    orcLayout = iota // 4.14 to 6.2: type:2 end:1
	orcSignal                  // 6.3: type:2 signal:1 end:1
	orcSplit                   // since 6.4: type:3 signal:1, with two types more
)

// findLayout tells the layouts apart by what they hold, as .orc_header, which
// there is since 6.5, gives only a hash of the structure's definition: nearly all
// entries are of calls with the stack pointer as base, whose type is 0 or, since
// 6.4, 2; and an end has no base register, while a signal has one.
func (t *orcTable) findLayout() orcLayout {
	calls, split, signals := 0, 0, 0
	for i := range t.len() {
		w := binary.LittleEndian.Uint16(t.entries[orcEntrySize*i+4:])
		base := w & 15
		switch {
		case base == orcSP && w>>8&7 == 0:
			calls++
		case base == orcSP && w>>8&7 == 2:
			split++
		case base != orcUndefined && w>>10&1 != 0 || w>>11&1 != 0:
			signals++
		}
	}
	switch {
	case split > calls:
		return orcSplit
	case signals > 0:
		return orcSignal
	}
	return orcOld
}

// readORC gives the table of a linked kernel, nil if the image has none.
func (img *Image) readORC() *orcTable {
	ip, entries := img.elf.Section(".orc_unwind_ip"), img.elf.Section(".orc_unwind")
	if ip == nil || entries == nil || ip.Addr == 0 || img.elf.Machine != elf.EM_X86_64 {
		return nil
	}
	a, err := img.data(ip)
	if err != nil {
		return nil
	}
	b, err := img.data(entries)
	if err != nil {
		return nil
	}
	return parseORC(a, b, ip.Addr)
}
