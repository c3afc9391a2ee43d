package debuginfo

import (
	"debug/elf"
	"encoding/binary"
	"sync"

	"github.com/stackfs/stackfs/core"
)

// firstSection is where the loaded sections of a relocatable file are said to be,
// one after the other: not at 0, which in debug info means code that is not there.
const firstSection = 0x10000

// Relocate gives an image of the same relocatable file (a kernel module, an object
// file) with its sections at other addresses, those of /sys/module/NAME/sections for
// one that is loaded. Sections that are not named are at 0. ErrInvalid if img is not
// relocatable. OpenImage puts sections one after the other.
func Relocate(img *Image, addrOfSection map[string]uint64) (*Image, error) {
	if img.Type != elf.ET_REL {
		return nil, core.Errorf(core.ErrInvalid, "relocating %v: it is not a relocatable file", img)
	}
	e := *img.elf
	e.Sections = nil
	for _, s := range img.elf.Sections {
		c := *s
		if c.Addr = 0; c.Flags&elf.SHF_ALLOC != 0 {
			c.Addr = addrOfSection[c.Name]
		}
		e.Sections = append(e.Sections, &c)
	}
	out := &Image{Type: img.Type, SONAME: img.SONAME, DebugLink: img.DebugLink, AltLink: img.AltLink, AltID: img.AltID, debugCRC: img.debugCRC,
		file: img.file, close: img.close, mapped: img.mapped, elf: &e, buildID: img.buildID, of: img}
	out.prepare()
	return out, nil
}

// layOut gives the loaded sections of a relocatable file addresses.
func layOut(e *elf.File) {
	at := uint64(firstSection)
	for _, s := range e.Sections {
		if s.Flags&elf.SHF_ALLOC == 0 {
			continue
		}
		const most = 1 << 21 // alignment that is believed
		if a := s.Addralign; a > 1 && a <= most && a&(a-1) == 0 {
			at = (at + a - 1) &^ (a - 1)
		}
		s.Addr = at
		at += min(s.Size, 1<<40)
	}
}

// relocationsOf finds for each section of a relocatable file the one that has its
// relocations; the first, as assemblers write one.
func relocationsOf(e *elf.File) map[*elf.Section]*elf.Section {
	out := map[*elf.Section]*elf.Section{}
	for _, r := range e.Sections {
		if r.Type != elf.SHT_RELA && r.Type != elf.SHT_REL || r.Info == 0 || r.Info >= uint32(len(e.Sections)) {
			continue
		}
		if s := e.Sections[r.Info]; out[s] == nil {
			out[s] = r
		}
	}
	return out
}

// relocate applies the relocations of r to b, which nobody else has.
func (img *Image) relocate(b []byte, s, r *elf.Section) error {
	data, err := img.sharedAt(r.Offset, r.FileSize)
	if err != nil {
		return err
	}
	value, err := img.symbolValues(r.Link)
	if err != nil {
		return err
	}
	size, decode := relocationForm(img.elf.Class, r.Type)
	for ; len(data) >= size; data = data[size:] {
		x := decode(data)
		width, relative, ok := relocationKind(img.elf.Machine, x.kind)
		if !ok {
			return core.Errorf(core.ErrUnsupported, "relocating section %s: type %d of %v is not known", s.Name, x.kind, img.elf.Machine)
		}
		if width == 0 {
			continue
		}
		if x.offset > uint64(len(b)) || uint64(len(b))-x.offset < uint64(width) {
			return core.Errorf(core.ErrInvalid, "relocating section %s: offset 0x%x is outside of it", s.Name, x.offset)
		}
		at := b[x.offset:][:width]
		v := value(x.symbol) + x.addend
		if r.Type == elf.SHT_REL {
			v += uint64(int64(int32(le32(at))))
		}
		if relative {
			v -= s.Addr + x.offset
		}
		if width == 8 {
			binary.LittleEndian.PutUint64(at, v)
		} else {
			binary.LittleEndian.PutUint32(at, uint32(v))
		}
	}
	return nil
}

type relocation struct {
	offset, symbol, addend uint64
	kind                   uint32
}

// relocationForm gives the size of an entry and how it is decoded: Elf64_Rela,
// Elf64_Rel, Elf32_Rela, Elf32_Rel (gABI, "Relocation").
func relocationForm(class elf.Class, t elf.SectionType) (size int, decode func([]byte) relocation) {
	wide, addend := class == elf.ELFCLASS64, t == elf.SHT_RELA
	size = 8
	if wide {
		size = 16
	}
	if addend {
		size += size / 2
	}
	return size, func(b []byte) (x relocation) {
		if wide {
			info := le64(b[8:])
			x.offset, x.symbol, x.kind = le64(b), info>>32, uint32(info)
			if addend {
				x.addend = le64(b[16:])
			}
			return x
		}
		info := le32(b[4:])
		x.offset, x.symbol, x.kind = uint64(le32(b)), uint64(info>>8), info&0xff
		if addend {
			x.addend = uint64(int64(int32(le32(b[8:]))))
		}
		return x
	}
}

// relocationKind gives the bytes that a relocation changes, and whether it counts
// from there (psABI x86-64 4.4.1, i386 4.4). Offsets of thread-local variables are as
// they are: the debugger adds the block's address.
func relocationKind(m elf.Machine, kind uint32) (width int, relative, ok bool) {
	if m == elf.EM_386 {
		switch elf.R_386(kind) {
		case elf.R_386_NONE:
			return 0, false, true
		case elf.R_386_32, elf.R_386_TLS_LDO_32:
			return 4, false, true
		case elf.R_386_PC32, elf.R_386_PLT32:
			return 4, true, true
		}
		return 0, false, false
	}
	if m != elf.EM_X86_64 {
		return 0, false, false
	}
	switch elf.R_X86_64(kind) {
	case elf.R_X86_64_NONE:
		return 0, false, true
	case elf.R_X86_64_64, elf.R_X86_64_DTPOFF64:
		return 8, false, true
	case elf.R_X86_64_32, elf.R_X86_64_32S, elf.R_X86_64_DTPOFF32:
		return 4, false, true
	case elf.R_X86_64_PC32, elf.R_X86_64_PLT32:
		return 4, true, true
	case elf.R_X86_64_PC64:
		return 8, true, true
	}
	return 0, false, false
}

// symbolValues gives the addresses of the symbols in a section, by index; 0 for
// those that are not in this file.
func (img *Image) symbolValues(section uint32) (func(uint64) uint64, error) {
	if section >= uint32(len(img.elf.Sections)) {
		return nil, core.Errorf(core.ErrInvalid, "relocating: there is no section %d with symbols", section)
	}
	s := img.elf.Sections[section]
	data, err := img.sharedAt(s.Offset, s.FileSize)
	if err != nil {
		return nil, err
	}
	form := symbolFormOf(img.elf.Class)
	return func(i uint64) uint64 {
		if i >= uint64(len(data)/form.size) {
			return 0
		}
		x := form.decode(data[i*uint64(form.size):])
		return x.value + img.sectionBase(x.section)
	}, nil
}

// sectionBase is what to add to the value of a symbol of a section: in relocatable
// files values count from the section's beginning.
func (img *Image) sectionBase(section elf.SectionIndex) uint64 {
	if img.Type != elf.ET_REL || int(section) >= len(img.elf.Sections) {
		return 0
	}
	return img.elf.Sections[section].Addr
}

// prepare sets up what is made when first asked for.
func (img *Image) prepare() {
	img.sections.budget = inflatedBase + inflatedRatio*uint64(img.file.Size())
	if img.Type == elf.ET_REL {
		img.relocations = relocationsOf(img.elf)
	}
	img.symbols = sync.OnceValue(img.readSymbols)
	img.frames = sync.OnceValue(img.readFrames)
	if img.elf.Class == elf.ELFCLASS32 {
		img.frames = func() *frameTable { return &frameTable{} } // unwinding is for 64-bit code
	}
}
