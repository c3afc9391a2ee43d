package debuginfo

import (
	"debug/elf"
	"slices"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/compress"
)

// maxMiniDebug bounds what .gnu_debugdata may become, bytes.
const maxMiniDebug = 64 << 20

// miniDebug opens the small symbol table that some distributions put into stripped
// programs: an ELF file compressed with xz (gdb manual, "Debugging information in a
// special section"). ErrNotFound if there is none.
func (img *Image) miniDebug() (*Image, error) {
	b, err := img.Section(".gnu_debugdata")
	if err != nil {
		return nil, err
	}
	b, err = compress.XZAll(b, maxMiniDebug)
	if err != nil {
		return nil, core.Errorf(core.ErrInvalid, "reading .gnu_debugdata: %w", err)
	}
	return OpenImage(newMemoryFile(b))
}

// readMiniDebug adds the symbols of .gnu_debugdata, if there are any.
func (img *Image) readMiniDebug(t *symbolTable) {
	mini, err := img.miniDebug()
	if err != nil || mini.elf.Class != img.elf.Class {
		return
	}
	i := slices.IndexFunc(mini.elf.Sections, func(s *elf.Section) bool { return s.Type == elf.SHT_SYMTAB })
	if i < 0 || mini.elf.Sections[i].Link >= uint32(len(mini.elf.Sections)) {
		return
	}
	own := img.sectionLetters()
	letters, numbers := mini.sectionLetters(), make([]uint16, len(mini.elf.Sections))
	// They are numbered differently there, and without their bytes.
	like := map[string]int{}
	for n, s := range img.elf.Sections {
		like[s.Name] = n
	}
	for n, s := range mini.elf.Sections {
		numbers[n] = uint16(n)
		if m, ok := like[s.Name]; ok && img.elf.Sections[m].Addr == s.Addr {
			numbers[n], letters[n] = uint16(m), own[m]
		}
	}
	first := len(t.syms)
	mini.readSymbolSection(t, mini.elf.Sections[i], letters)
	for n := range t.syms[first:] {
		if s := &t.syms[first+n]; int(s.section) < len(numbers) {
			s.section = numbers[s.section]
		}
	}
}
