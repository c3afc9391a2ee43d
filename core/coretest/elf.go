package coretest

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
)

// Where the fake program's parts lie.
const (
	TextStart = 0x400000
	Leaf      = TextStart + 0x200
	Main      = TextStart + 0x210
	DataStart = 0x401000
	Counter   = DataStart + 0x10
	page      = 0x1000
)

// code is main calling leaf, with frame pointers: push %rbp; mov %rsp,%rbp; …
var code = map[int][]byte{
	0x200: {0x55, 0x48, 0x89, 0xe5, 0x90, 0x5d, 0xc3},
	0x210: {0x55, 0x48, 0x89, 0xe5, 0xe8, 0xe7, 0xff, 0xff, 0xff, 0x5d, 0xc3},
}

// Program builds the fake program: an ELF executable of two pages (text, data)
// with a build id and the symbols main, leaf and counter, followed by its section
// headers. The format is the System V ABI's, chapter 4.
func Program() []byte {
	image := make([]byte, 2*page)
	for at, b := range code {
		copy(image[at:], b)
	}
	note := []byte{4, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0, 'G', 'N', 'U', 0, 0xfa, 0xce, 0xb0, 0x0c}
	const noteAt, symAt, strAt, namesAt = 0x300, 0x400, 0x500, 0x600
	copy(image[noteAt:], note)
	symbols := encode([]elf.Sym64{
		{},
		{Name: 1, Info: elf.ST_INFO(elf.STB_GLOBAL, elf.STT_FUNC), Shndx: 1, Value: Leaf, Size: 7},
		{Name: 6, Info: elf.ST_INFO(elf.STB_GLOBAL, elf.STT_FUNC), Shndx: 1, Value: Main, Size: 11},
		{Name: 11, Info: elf.ST_INFO(elf.STB_GLOBAL, elf.STT_OBJECT), Shndx: 2, Value: Counter, Size: 8},
	})
	names := "\x00leaf\x00main\x00counter\x00"
	sectionNames := "\x00.text\x00.data\x00.note.gnu.build-id\x00.symtab\x00.strtab\x00.shstrtab\x00"
	copy(image[symAt:], symbols)
	copy(image[strAt:], names)
	copy(image[namesAt:], sectionNames)
	image[Counter-TextStart] = 42

	progs := []elf.Prog64{
		{Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_X), Vaddr: TextStart, Filesz: page, Memsz: page, Align: page},
		{Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_W), Off: page, Vaddr: DataStart, Filesz: page, Memsz: page, Align: page},
		{Type: uint32(elf.PT_NOTE), Flags: uint32(elf.PF_R), Off: noteAt, Vaddr: TextStart + noteAt, Filesz: 20, Memsz: 20, Align: 4},
	}
	alloc, x, w := uint64(elf.SHF_ALLOC), uint64(elf.SHF_EXECINSTR), uint64(elf.SHF_WRITE)
	sections := []elf.Section64{
		{},
		{Name: 1, Type: uint32(elf.SHT_PROGBITS), Flags: alloc | x, Addr: TextStart + 0x200, Off: 0x200, Size: 0x20, Addralign: 16},
		{Name: 7, Type: uint32(elf.SHT_PROGBITS), Flags: alloc | w, Addr: DataStart, Off: page, Size: page, Addralign: 16},
		{Name: 13, Type: uint32(elf.SHT_NOTE), Flags: alloc, Addr: TextStart + noteAt, Off: noteAt, Size: 20, Addralign: 4},
		{Name: 32, Type: uint32(elf.SHT_SYMTAB), Off: symAt, Size: uint64(len(symbols)), Link: 5, Info: 1, Addralign: 8, Entsize: 24},
		{Name: 40, Type: uint32(elf.SHT_STRTAB), Off: strAt, Size: uint64(len(names)), Addralign: 1},
		{Name: 48, Type: uint32(elf.SHT_STRTAB), Off: namesAt, Size: uint64(len(sectionNames)), Addralign: 1},
	}
	header := elf.Header64{
		Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: 1, Entry: Main, Phoff: 64, Shoff: 2 * page,
		Ehsize: 64, Phentsize: 56, Phnum: uint16(len(progs)), Shentsize: 64, Shnum: uint16(len(sections)), Shstrndx: 6,
	}
	copy(header.Ident[:], "\x7fELF\x02\x01\x01")
	copy(image, encode(header))
	copy(image[64:], encode(progs))
	return append(image, encode(sections)...)
}

func encode(v any) []byte {
	var b bytes.Buffer
	_ = binary.Write(&b, binary.LittleEndian, v) // fixed-size values do not fail
	return b.Bytes()
}
