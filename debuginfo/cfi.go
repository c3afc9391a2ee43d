package debuginfo

import (
	"cmp"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/go-delve/delve/pkg/dwarf/frame"
	"github.com/stackfs/stackfs/core"
)

// cfiSection is the call frame information of one section (DWARF 5, 6.4;
// Linux Standard Base, ".eh_frame"), as an index of what covers which code. The
// instructions stay in data and are executed by row.
type cfiSection struct {
	data []byte
	cies []cie
	fdes []fde // sorted by begin
}

type cie struct {
	codeAlign    uint64
	dataAlign    int64
	ra           uint64
	initial      span
	signal, wide bool // augmentation 'S'; addresses in DW_CFA_set_loc are 8 bytes
}

type fde struct {
	begin, end uint64 // link-time
	code       span
	cie        uint32
}

// span is bytes [off, off+size) of a section.
type span struct{ off, size uint32 }

// parseCFI makes the index of a section that is loaded at addr; eh says that it is
// .eh_frame. The parser that does it panics on bad input and knows no 64-bit
// records, so it is given no more than what has been walked over before.
func parseCFI(data []byte, addr uint64, eh bool) (s *cfiSection, err error) {
	defer func() {
		if r := recover(); r != nil {
			s, err = nil, core.Errorf(core.ErrInvalid, "reading call frame information: %v", r)
		}
	}()
	data = slices.Clip(data[:wellFormed(data)])
	if len(data) > math.MaxUint32 {
		return nil, core.Errorf(core.ErrUnsupported, "reading call frame information: section of %d bytes", len(data))
	}
	if !eh {
		addr = 0
	}
	entries, err := frame.Parse(data, binary.LittleEndian, 0, 8, addr)
	if err != nil {
		return nil, core.Errorf(core.ErrInvalid, "reading call frame information: %w", err)
	}
	s = &cfiSection{data: data, fdes: make([]fde, 0, len(entries))}
	cies := map[*frame.CommonInformationEntry]uint32{}
	for _, e := range entries {
		n, ok := cies[e.CIE]
		if !ok {
			n = uint32(len(s.cies))
			cies[e.CIE] = n
			s.cies = append(s.cies, s.makeCIE(e.CIE))
		}
		if e.Begin() < e.End() {
			s.fdes = append(s.fdes, fde{e.Begin(), e.End(), s.spanOf(e.Instructions), n})
		}
	}
	slices.SortStableFunc(s.fdes, func(a, b fde) int { return cmp.Compare(a.begin, b.begin) })
	return s, nil
}

func (s *cfiSection) makeCIE(e *frame.CommonInformationEntry) cie {
	return cie{e.CodeAlignmentFactor, e.DataAlignmentFactor, e.ReturnAddressRegister, s.spanOf(e.InitialInstructions),
		strings.HasPrefix(e.Augmentation, "z") && strings.Contains(e.Augmentation, "S"), !strings.Contains(e.Augmentation, "R")}
}

// spanOf finds where in data a piece of it lies: pieces reach to the same end of
// the underlying array, so their capacities tell.
func (s *cfiSection) spanOf(piece []byte) span {
	off := cap(s.data) - cap(piece)
	if off < 0 || off+len(piece) > len(s.data) {
		return span{}
	}
	return span{uint32(off), uint32(len(piece))}
}

// wellFormed gives how many bytes at the start of a section are whole records
// with 32-bit lengths; a record of length 0 ends .eh_frame.
func wellFormed(data []byte) int {
	at := 0
	for at+4 <= len(data) {
		size := int(le32(data[at:]))
		if size == 0 && at+4 == len(data) || size >= 0xfffffff0 {
			break
		}
		if size != 0 && (size < 4 || size > len(data)-at-4) {
			break
		}
		at += 4 + size
	}
	return at
}

// covering returns the entry for a link-time address.
func (s *cfiSection) covering(pc uint64) (fde, bool) {
	if s == nil {
		return fde{}, false
	}
	i := sort.Search(len(s.fdes), func(i int) bool { return s.fdes[i].begin > pc }) - 1
	if i < 0 || pc >= s.fdes[i].end {
		return fde{}, false
	}
	return s.fdes[i], true
}

// frameTable is all call frame information of an image.
type frameTable struct {
	sections []*cfiSection
	errs     []error
}

func (img *Image) readFrames() *frameTable {
	t := &frameTable{}
	for _, s := range img.elf.Sections {
		eh := s.Name == ".eh_frame"
		if s.Type == elf.SHT_NOBITS || !eh && s.Name != ".debug_frame" {
			continue
		}
		data, err := img.data(s)
		t.add(data, s.Addr, eh, err)
	}
	if len(t.sections) == 0 && len(img.elf.Sections) == 0 {
		data, addr, err := img.ehFrameBySegment()
		t.add(data, addr, true, err)
	}
	return t
}

func (t *frameTable) add(data []byte, addr uint64, eh bool, err error) {
	if err == nil {
		var s *cfiSection
		if s, err = parseCFI(data, addr, eh); err == nil {
			t.sections = append(t.sections, s)
			return
		}
	}
	t.errs = append(t.errs, err)
}

// ehFrameBySegment finds .eh_frame in a file without section headers: the
// PT_GNU_EH_FRAME segment is .eh_frame_hdr, whose first pointer (usually
// DW_EH_PE_pcrel|sdata4) leads to it (Linux Standard Base, "The .eh_frame_hdr section").
func (img *Image) ehFrameBySegment() (data []byte, addr uint64, err error) {
	const pcrelSdata4 = 0x1b
	for _, p := range img.elf.Progs {
		if p.Type != elf.PT_GNU_EH_FRAME || p.Filesz < 8 {
			continue
		}
		hdr, err := img.readAt(p.Off, 8)
		if err != nil || hdr[0] != 1 || hdr[1] != pcrelSdata4 {
			return nil, 0, fmt.Errorf("reading .eh_frame_hdr: version %d encoding 0x%x: %w", hdr[0], hdr[1], core.ErrUnsupported)
		}
		addr = p.Vaddr + 4 + uint64(int64(int32(le32(hdr[4:]))))
		for _, l := range img.elf.Progs {
			if l.Type == elf.PT_LOAD && l.Vaddr <= addr && addr < l.Vaddr+l.Filesz {
				data, err = img.readAt(l.Off+addr-l.Vaddr, l.Filesz-(addr-l.Vaddr))
				if end := ehFrameEnd(data); err == nil && end > 0 {
					data = data[:end]
				}
				return data, addr, err
			}
		}
	}
	return nil, 0, core.Errorf(core.ErrNotFound, "finding .eh_frame: the file has neither sections nor a PT_GNU_EH_FRAME segment")
}

// ehFrameEnd is where the terminating record of length 0 begins.
func ehFrameEnd(data []byte) int {
	at := 0
	for at+4 <= len(data) {
		size := int(le32(data[at:]))
		if size == 0 || size >= 0xfffffff0 || size > len(data)-at-4 {
			return at
		}
		at += 4 + size
	}
	return 0
}
