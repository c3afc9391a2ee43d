package debuginfo

import (
	"bytes"
	"debug/elf"
	"encoding/hex"
	"fmt"
	"io"
	"runtime"
	"sync"

	"github.com/stackfs/stackfs/core"
)

// An Image is one ELF file (System V gABI, chapter 4): an executable, a shared
// library, the vdso, a separate debug file, a kernel module or an object file.
// Addresses are link-time ones; of a relocatable file those that it was given.
type Image struct {
	Type      elf.Type // ET_EXEC, ET_DYN, ET_REL
	Entry     uint64   // link-time address where the program begins
	SONAME    string   // DT_SONAME, empty if it has none
	DebugLink string   // file name in .gnu_debuglink, empty if it has none
	AltLink   string   // path of the supplementary file (dwz), empty if it has none
	AltID     string   // what identifies that file, its build id usually; hexadecimal
	debugCRC  uint32   // of the file that DebugLink names

	file     core.File
	close    func() // closes file, once
	mapped   []byte // the whole file; nil if it is read
	elf      *elf.File
	buildID  string
	sections sectionBytes
	of       *Image // the image that this one is a view of, which must not be garbage before it

	relocations map[*elf.Section]*elf.Section // of relocatable files: which section has a section's

	symbols func() *symbolTable
	frames  func() *frameTable
}

// OpenImage reads the headers of f; everything else is read when asked for. The
// image closes f when it is no longer used; on an error the caller still owns it.
// ErrInvalid if f is not ELF, ErrUnsupported if not little-endian. Files of 32-bit
// programs are for reading debug info; nothing is known of their call frames.
func OpenImage(f core.File) (img *Image, err error) {
	defer func() {
		if r := recover(); r != nil {
			img, err = nil, core.Errorf(core.ErrInvalid, "reading ELF headers: %v", r)
		}
	}()
	const smallest = 52 // bytes of an Elf32_Ehdr
	if f.Size() < smallest {
		return nil, core.Errorf(core.ErrInvalid, "reading ELF headers: file of %d bytes is too short", f.Size())
	}
	e, err := elf.NewFile(io.NewSectionReader(f, 0, f.Size()))
	if err != nil {
		return nil, core.Errorf(core.ErrInvalid, "reading ELF headers: %w", err)
	}
	if e.Data != elf.ELFDATA2LSB {
		return nil, core.Errorf(core.ErrUnsupported, "reading ELF headers: %v is not little-endian", e.Data)
	}
	return newImage(f, e)
}

func newImage(f core.File, e *elf.File) (*Image, error) {
	img := &Image{Type: e.Type, Entry: e.Entry, file: f, elf: e}
	if img.mapped = mapFile(f); img.mapped != nil {
		runtime.AddCleanup(img, unmap, img.mapped)
	}
	if e.Type == elf.ET_REL {
		layOut(e)
	}
	img.prepare()
	if err := Guard(img.readIdentity); err != nil {
		return nil, err
	}
	img.close = sync.OnceFunc(func() { f.Close() })
	runtime.AddCleanup(img, func(closeFile func()) { closeFile() }, img.close)
	return img, nil
}

// readIdentity fills in what tells which other files the image belongs to.
func (img *Image) readIdentity() error {
	img.buildID = img.readBuildID()
	img.SONAME = img.readSONAME()
	img.DebugLink, img.debugCRC = img.readDebugLink()
	img.AltLink, img.AltID = img.readAltLink()
	return nil
}

// BuildID is the NT_GNU_BUILD_ID note in lower-case hexadecimal, empty if there is none.
func (img *Image) BuildID() string { return img.buildID }

// Size is the length of the file in bytes.
func (img *Image) Size() int64 { return img.file.Size() }

func (img *Image) readBuildID() string {
	for _, s := range img.elf.Sections {
		if s.Type != elf.SHT_NOTE {
			continue
		}
		data, err := img.sharedAt(s.Offset, s.FileSize) // what is loaded cannot be compressed
		if id := findBuildID(data); err == nil && id != "" {
			return id
		}
	}
	for _, p := range img.elf.Progs {
		if p.Type != elf.PT_NOTE {
			continue
		}
		data, err := img.sharedAt(p.Off, p.Filesz)
		if id := findBuildID(data); err == nil && id != "" {
			return id
		}
	}
	return ""
}

// findBuildID walks notes (gABI, "Note Section"): three words, name and
// descriptor, each padded to 4 bytes.
func findBuildID(notes []byte) string {
	const ntBuildID = 3
	for len(notes) >= 12 {
		nameSize, descSize, kind := uint64(le32(notes)), uint64(le32(notes[4:])), le32(notes[8:])
		nameEnd := 12 + (nameSize+3)&^3
		end := nameEnd + (descSize+3)&^3
		if nameEnd+descSize > uint64(len(notes)) {
			return ""
		}
		if kind == ntBuildID && string(notes[12:12+nameSize]) == "GNU\x00" {
			return hex.EncodeToString(notes[nameEnd : nameEnd+descSize])
		}
		notes = notes[min(end, uint64(len(notes))):]
	}
	return ""
}

func (img *Image) readSONAME() string {
	dynamic, err := img.Section(".dynamic")
	if err != nil {
		return ""
	}
	names, err := img.Section(".dynstr")
	if err != nil {
		return ""
	}
	word := 8 // of Elf64_Dyn, which has two
	if img.elf.Class == elf.ELFCLASS32 {
		word = 4
	}
	r := reader{data: dynamic}
	for r.more() {
		tag, value := elf.DynTag(r.uint(word)), r.uint(word)
		if tag == elf.DT_SONAME {
			return cString(names, value)
		}
	}
	return ""
}

// readDebugLink decodes .gnu_debuglink: a file name, NUL, padding to 4 bytes, a
// CRC-32 (gdb manual, "Separate Debug Files").
func (img *Image) readDebugLink() (name string, crc uint32) {
	data, err := img.Section(".gnu_debuglink")
	if err != nil {
		return "", 0
	}
	end := bytes.IndexByte(data, 0)
	if end <= 0 || (end+4)&^3+4 > len(data) {
		return "", 0
	}
	return string(data[:end]), le32(data[(end+4)&^3:])
}

// readAltLink decodes .gnu_debugaltlink: a path, NUL and a build id (dwz(1)); or
// .debug_sup of a file that is not itself supplementary (DWARF 5, 7.3.6): version,
// whether it is, path, length and checksum.
func (img *Image) readAltLink() (path, id string) {
	if data, err := img.Section(".gnu_debugaltlink"); err == nil {
		if end := bytes.IndexByte(data, 0); end > 0 {
			return string(data[:end]), hex.EncodeToString(data[end+1:])
		}
	}
	supplementary, path, id := img.readSup()
	if supplementary {
		return "", ""
	}
	return path, id
}

func (img *Image) readSup() (supplementary bool, path, id string) {
	data, err := img.Section(".debug_sup")
	if err != nil || len(data) < 4 {
		return false, "", ""
	}
	path = cString(data, 3)
	r := reader{data: data, at: min(3+len(path)+1, len(data))}
	size := r.uleb()
	if r.bad || size > uint64(len(data)-r.at) {
		return data[2] != 0, path, ""
	}
	return data[2] != 0, path, hex.EncodeToString(data[r.at:][:size])
}

// loadBias gives what was added to link-time addresses where the bytes from
// offset in the file were mapped at start, executable.
func (img *Image) loadBias(start, offset uint64) (bias uint64, ok bool) {
	for _, p := range img.elf.Progs {
		if p.Type != elf.PT_LOAD || p.Flags&elf.PF_X == 0 {
			continue
		}
		if first := p.Off &^ 4095; first <= offset && offset < p.Off+max(p.Filesz, 1) {
			return start - offset - (p.Vaddr - p.Off), true
		}
	}
	return 0, false
}

// extent is the link-time range [start, end) that the loadable segments cover, or
// the loaded sections of a relocatable file.
func (img *Image) extent() (start, end uint64) {
	start = ^uint64(0)
	for _, p := range img.elf.Progs {
		if p.Type == elf.PT_LOAD && p.Vaddr+p.Memsz >= p.Vaddr {
			start, end = min(start, p.Vaddr&^4095), max(end, p.Vaddr+p.Memsz)
		}
	}
	if img.Type == elf.ET_REL {
		for _, s := range img.elf.Sections {
			if s.Flags&elf.SHF_ALLOC != 0 && s.Addr != 0 && s.Addr+s.Size >= s.Addr {
				start, end = min(start, s.Addr&^4095), max(end, s.Addr+s.Size)
			}
		}
	}
	return min(start, end), end
}

// String names the image for messages.
func (img *Image) String() string { return fmt.Sprintf("%v image, build id %s", img.Type, img.buildID) }
