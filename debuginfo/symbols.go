package debuginfo

import (
	"bytes"
	"debug/elf"
	"slices"
	"strings"
)

// A Symbol is a name for an address. Addr is link-time in an Image, run-time in
// a Program.
type Symbol struct {
	Addr, Size uint64 // bytes; Size is 0 where the file does not say it
	Name       string // as in the file, mangled, without @VERSION; a PLT entry is NAME@plt
	Kind       byte   // the letter that nm prints
}

// Symbols returns the symbols of .symtab, .dynsym and .gnu_debugdata, without
// duplicates, and the entries of procedure linkage tables, sorted by address.
func (img *Image) Symbols() []Symbol {
	t := img.symbols()
	out := make([]Symbol, len(t.syms))
	for i, s := range t.syms {
		out[i] = t.public(s, 0)
	}
	return out
}

// symbol is a Symbol in 32 bytes.
type symbol struct {
	addr, size uint64
	name       uint32 // offset into the table's names
	nameSize   uint32
	section    uint16
	kind       byte
	flags      symbolFlags
	file       uint32 // offset into the table's names of the file that a local symbol is of; 0: not known
}

type symbolFlags byte

const (
	symbolCode symbolFlags = 1 << iota // function or ifunc
	symbolTLS                          // the value is no address but an offset into thread-local storage
	symbolAbs                          // the value is no address of the image
	symbolPLT

	symbolNoAddress = symbolTLS | symbolAbs
)

// symbolBytes is the size of an Elf64_Sym.
const symbolBytes = 24

// rawSymbol is an Elf64_Sym or Elf32_Sym (gABI, "Symbol Table").
type rawSymbol struct {
	name        uint32 // offset into the string table
	info        byte
	section     elf.SectionIndex
	value, size uint64
}

type symbolForm struct {
	size   int // bytes
	decode func([]byte) rawSymbol
}

func symbolFormOf(class elf.Class) symbolForm {
	if class == elf.ELFCLASS32 {
		return symbolForm{16, func(b []byte) rawSymbol {
			return rawSymbol{le32(b), b[12], elf.SectionIndex(b[14]) | elf.SectionIndex(b[15])<<8, uint64(le32(b[4:])), uint64(le32(b[8:]))}
		}}
	}
	return symbolForm{symbolBytes, func(b []byte) rawSymbol {
		return rawSymbol{le32(b), b[4], elf.SectionIndex(b[6]) | elf.SectionIndex(b[7])<<8, le64(b[8:]), le64(b[16:])}
	}}
}

// readSymbols makes the table of all symbols; of a file that is cut short meanwhile,
// those that came before.
func (img *Image) readSymbols() *symbolTable {
	t := &symbolTable{sections: img.sectionRanges()}
	_ = Guard(func() error {
		img.addSymbols(t)
		return nil
	})
	t.finish()
	return t
}

func (img *Image) addSymbols(t *symbolTable) {
	for _, want := range []elf.SectionType{elf.SHT_SYMTAB, elf.SHT_DYNSYM} {
		// A file has one of each (gABI, "Sections").
		i := slices.IndexFunc(img.elf.Sections, func(s *elf.Section) bool { return s.Type == want })
		if i >= 0 && img.elf.Sections[i].Link < uint32(len(img.elf.Sections)) {
			img.readSymbolSection(t, img.elf.Sections[i], img.sectionLetters())
		}
	}
	img.readMiniDebug(t)
	if img.elf.Class == elf.ELFCLASS64 {
		img.readPLT(t)
	}
}

func (img *Image) readSymbolSection(t *symbolTable, s *elf.Section, letters []byte) {
	names, err := img.shared(img.elf.Sections[s.Link])
	if err != nil {
		return
	}
	data, err := img.shared(s)
	if err != nil {
		return
	}
	form := symbolFormOf(img.elf.Class)
	base := t.addNames(names)
	t.syms = slices.Grow(t.syms, len(data)/form.size)
	versions := bytes.IndexByte(names, '@') >= 0
	file := uint32(0)
	for ; len(data) >= form.size; data = data[form.size:] {
		raw := form.decode(data)
		if elf.ST_TYPE(raw.info) == elf.STT_FILE {
			if file = 0; raw.name != 0 && uint64(raw.name) < uint64(len(names)) {
				file = base + raw.name
			}
			continue
		}
		if sym, ok := makeSymbol(raw, names, letters, versions); ok {
			sym.name += base
			if elf.ST_BIND(raw.info) == elf.STB_LOCAL {
				sym.file = file
			}
			img.place(&sym, raw.section)
			t.syms = append(t.syms, sym)
		}
	}
}

// place adds the section's address to a symbol of a relocatable file; one whose
// section is nowhere is no address.
func (img *Image) place(s *symbol, section elf.SectionIndex) {
	if s.flags&symbolNoAddress != 0 {
		return
	}
	if img.Type == elf.ET_REL {
		s.addr += img.sectionBase(section)
	}
	if int(section) < len(img.elf.Sections) && img.elf.Sections[section].Flags&elf.SHF_ALLOC == 0 {
		s.flags |= symbolAbs
	}
}

// makeSymbol makes a symbol; those that are not defined here, and those that name
// sections, are left out. versions says that names may have one.
func makeSymbol(raw rawSymbol, names []byte, letters []byte, versions bool) (symbol, bool) {
	off, section := raw.name, raw.section
	kind, bind := elf.ST_TYPE(raw.info), elf.ST_BIND(raw.info)
	if section == elf.SHN_UNDEF || kind == elf.STT_SECTION || uint64(off) >= uint64(len(names)) {
		return symbol{}, false
	}
	size := bytes.IndexByte(names[off:min(int(off)+longestName, len(names))], 0)
	if size <= 0 {
		return symbol{}, false
	}
	if versions {
		size = unversioned(names[off : int(off)+size])
	}
	s := symbol{addr: raw.value, size: raw.size, name: off, nameSize: uint32(size), section: uint16(section)}
	s.kind = kindLetter(kind, bind, section, letters)
	switch {
	case kind == elf.STT_TLS:
		s.flags |= symbolTLS
	case section >= elf.SHN_LORESERVE:
		s.flags |= symbolAbs
	case kind == elf.STT_FUNC || kind == elf.STT_GNU_IFUNC:
		s.flags |= symbolCode
	}
	return s, true
}

// longestName bounds names that are believed, so that a table of names that all have
// the same megabyte in common costs no more than others.
const longestName = 1 << 16

// unversioned gives the length of a name without @VERSION or @@VERSION, which
// the linker writes into .symtab.
func unversioned(name []byte) int {
	i := bytes.IndexByte(name, '@')
	if i <= 0 || strings.HasSuffix(string(name), "@plt") {
		return len(name)
	}
	return i
}

// kindLetter is the letter that nm prints (nm(1)) for a defined symbol.
func kindLetter(kind elf.SymType, bind elf.SymBind, section elf.SectionIndex, letters []byte) byte {
	const gnuUnique = elf.SymBind(10) // STB_GNU_UNIQUE, which debug/elf has no name for
	letter := byte('?')
	switch {
	case section == elf.SHN_COMMON:
		return 'C'
	case kind == elf.STT_GNU_IFUNC:
		return 'i'
	case bind == elf.STB_WEAK && kind == elf.STT_OBJECT:
		return 'V'
	case bind == elf.STB_WEAK:
		return 'W'
	case bind == gnuUnique:
		return 'u'
	case section == elf.SHN_ABS:
		letter = 'a'
	case int(section) < len(letters):
		letter = letters[section]
	}
	if bind == elf.STB_GLOBAL && letter >= 'a' && letter <= 'z' {
		letter -= 'a' - 'A'
	}
	return letter
}

// sectionLetters gives the letter of a local symbol in each section (nm(1)).
func (img *Image) sectionLetters() []byte {
	out := make([]byte, len(img.elf.Sections))
	for i, s := range img.elf.Sections {
		alloc, write := s.Flags&elf.SHF_ALLOC != 0, s.Flags&elf.SHF_WRITE != 0
		switch {
		case s.Flags&elf.SHF_EXECINSTR != 0:
			out[i] = 't'
		case s.Type == elf.SHT_NOBITS:
			out[i] = 'b'
		case strings.HasPrefix(s.Name, ".debug"):
			out[i] = 'N'
		case alloc && write:
			out[i] = 'd'
		case alloc:
			out[i] = 'r'
		default:
			out[i] = 'n'
		}
	}
	return out
}

// sectionRanges gives the link-time range of each section that is loaded.
func (img *Image) sectionRanges() []addrRange {
	out := make([]addrRange, len(img.elf.Sections))
	for i, s := range img.elf.Sections {
		if s.Flags&elf.SHF_ALLOC != 0 && s.Flags&elf.SHF_TLS == 0 && s.Addr+s.Size >= s.Addr {
			out[i] = addrRange{s.Addr, s.Addr + s.Size}
		}
	}
	return out
}

type addrRange struct{ start, end uint64 }
