package debuginfo

import (
	"debug/elf"
	"strconv"
	"strings"
)

// readPLT names the entries of the procedure linkage tables. Whatever the layout
// (lazy, -z now, with endbr64 or bnd), an entry that calls jumps through a slot of
// the global offset table, and the relocation of that slot names the function
// (psABI x86-64, 5.2).
func (img *Image) readPLT(t *symbolTable) {
	var slots map[uint64]string
	for i, s := range img.elf.Sections {
		if s.Flags&elf.SHF_EXECINSTR == 0 || s.Name != ".iplt" && !strings.HasPrefix(s.Name, ".plt") {
			continue
		}
		code, err := img.data(s)
		if err != nil {
			continue
		}
		if slots == nil {
			slots = img.gotSlots()
		}
		addPLT(t, code, s.Addr, i, slots)
	}
}

func addPLT(t *symbolTable, code []byte, addr uint64, section int, slots map[uint64]string) {
	var names []byte
	base := uint32(0)
	first := len(t.syms)
	for at := 0; at < len(code); {
		size, slot, ok := pltEntry(code[at:], addr+uint64(at))
		name := slots[slot]
		if ok && name != "" {
			name += "@plt"
			t.syms = append(t.syms, symbol{addr: addr + uint64(at), size: uint64(size), name: uint32(len(names)),
				nameSize: uint32(len(name)), section: uint16(section), kind: 't', flags: symbolCode | symbolPLT})
			names = append(append(names, name...), 0)
		}
		at += size
	}
	base = t.addNames(names)
	for i := first; i < len(t.syms); i++ {
		t.syms[i].name += base
	}
}

// pltEntry looks for jmp *disp(%rip) at the start of an entry, after an endbr64
// and a bnd prefix. Entries are 8 bytes (jmp, padding of 2) or 16.
func pltEntry(code []byte, addr uint64) (size int, slot uint64, ok bool) {
	at := 0
	if hasPrefix(code, 0xf3, 0x0f, 0x1e, 0xfa) {
		at = 4
	}
	if len(code) > at && code[at] == 0xf2 {
		at++
	}
	size = 16
	if !hasPrefix(code[min(at, len(code)):], 0xff, 0x25) || len(code) < at+6 {
		return size, 0, false
	}
	if at == 0 && (hasPrefix(code[6:], 0x66, 0x90) || hasPrefix(code[6:], 0xcc, 0xcc)) {
		size = 8
	}
	return size, addr + uint64(at) + 6 + uint64(int64(int32(le32(code[at+2:])))), true
}

func hasPrefix(b []byte, prefix ...byte) bool { return strings.HasPrefix(string(b), string(prefix)) }

// gotSlots maps the link-time address of each slot that a relocation fills with
// a function's address to that function's name. An ifunc without a name is
// written as objdump does; in a static program, where all are such, there are no
// names, as in objdump and gdb.
func (img *Image) gotSlots() map[uint64]string {
	const relaBytes = 24 // Elf64_Rela
	slots := map[uint64]string{}
	for _, s := range img.elf.Sections {
		if s.Type != elf.SHT_RELA || s.Link >= uint32(len(img.elf.Sections)) || img.elf.Sections[s.Link].Type != elf.SHT_DYNSYM {
			continue
		}
		data, err := img.data(s)
		if err != nil {
			continue
		}
		name := img.symbolNamer(s.Link)
		for ; len(data) >= relaBytes; data = data[relaBytes:] {
			info := le64(data[8:])
			switch elf.R_X86_64(info & 0xffffffff) {
			case elf.R_X86_64_JMP_SLOT, elf.R_X86_64_GLOB_DAT:
				slots[le64(data)] = name(info >> 32)
			case elf.R_X86_64_IRELATIVE:
				slots[le64(data)] = "*ABS*+0x" + strconv.FormatUint(le64(data[16:]), 16)
			}
		}
	}
	return slots
}

// symbolNamer gives names by index into the symbol section with a number.
func (img *Image) symbolNamer(section uint32) func(uint64) string {
	s := img.elf.Sections[section]
	data, err := img.data(s)
	if err != nil || s.Link >= uint32(len(img.elf.Sections)) {
		return func(uint64) string { return "" }
	}
	names, err := img.data(img.elf.Sections[s.Link])
	if err != nil {
		return func(uint64) string { return "" }
	}
	return func(i uint64) string {
		if i >= uint64(len(data)/symbolBytes) {
			return ""
		}
		return cString(names, uint64(le32(data[i*symbolBytes:])))
	}
}
