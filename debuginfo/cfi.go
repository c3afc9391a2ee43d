package debuginfo

import (
	"cmp"
	"debug/elf"
	"math"
	"slices"
	"sort"
	"sync"

	"github.com/stackfs/stackfs/core"
)

// cfiSection is the call frame information of one section (DWARF 5, 6.4; Linux
// Standard Base, ".eh_frame"). An address is looked up in the search table of
// .eh_frame_hdr where there is one and it tells the truth, else in an index that
// is made by going over the whole section once. Records are parsed when used.
type cfiSection struct {
	source cfiSource
	addr   uint64 // link-time; 0 for .debug_frame, whose addresses are absolute
	eh     bool
	header ehHeader
	ended  bool             // a record of length 0 is the end; what follows is no call frame information
	index  func() []fdeSpan // sorted by begin

	mu   sync.Mutex
	cies map[uint64]*cie // by offset
}

// fdeSpan is code [begin, begin+size) and the offset of its FDE.
type fdeSpan struct {
	begin     uint64
	size, off uint32
}

// cfiSource is the bytes of a section: in memory or, so that a big one costs
// nothing, in its file.
type cfiSource struct {
	data []byte
	size uint64
	read func(off, size uint64) ([]byte, error) // if data is nil
}

func sourceOf(data []byte) cfiSource { return cfiSource{data: data, size: uint64(len(data))} }

// bytes gives up to n bytes from off, fewer only at the end.
func (s cfiSource) bytes(off, n uint64) ([]byte, error) {
	if off > s.size {
		return nil, invalidCFI(off, "it is outside of the section")
	}
	n = min(n, s.size-off)
	if s.data != nil {
		return s.data[off:][:n:n], nil
	}
	return s.read(off, n)
}

func newCFISection(source cfiSource, addr uint64, eh bool, header ehHeader) *cfiSection {
	s := &cfiSection{source: source, addr: addr, eh: eh, header: header, cies: map[uint64]*cie{}}
	if !eh {
		s.addr = 0
	}
	s.index = sync.OnceValue(s.readIndex)
	return s
}

// readIndex goes over all records. One that cannot be read is left out; where the
// length of one makes no sense is the end.
func (s *cfiSection) readIndex() []fdeSpan {
	data, err := s.source.bytes(0, s.source.size)
	if err != nil {
		return nil
	}
	all := cfiSection{source: sourceOf(data), addr: s.addr, eh: s.eh, cies: map[uint64]*cie{}}
	var out []fdeSpan
	for off := uint64(0); off < uint64(len(data)) && off <= math.MaxUint32; {
		r, err := all.record(off)
		if err != nil {
			break
		}
		if !r.isCIE && !r.empty {
			f, err := all.makeFDE(off, r)
			if size := f.end - f.begin; err == nil && size > 0 && size <= math.MaxUint32 {
				out = append(out, fdeSpan{f.begin, uint32(size), uint32(off)})
			}
		}
		if off = r.next; r.empty && s.ended {
			break
		}
	}
	slices.SortStableFunc(out, func(a, b fdeSpan) int { return cmp.Compare(a.begin, b.begin) })
	return slices.Clip(out)
}

// covering returns the entry for a link-time address. An address that the search
// table does not cover is looked up in the index: tools that add code to a file
// leave the table behind.
func (s *cfiSection) covering(pc uint64) (fde, bool) {
	if begin, addr, ok := s.header.find(pc); ok {
		f, err := s.parseFDE(addr - s.addr)
		if err == nil && f.begin == begin && pc < f.end {
			return f, true
		}
	}
	spans := s.index()
	i := sort.Search(len(spans), func(i int) bool { return spans[i].begin > pc }) - 1
	if i < 0 || pc-spans[i].begin >= uint64(spans[i].size) {
		return fde{}, false
	}
	f, err := s.parseFDE(uint64(spans[i].off))
	return f, err == nil
}

// frameTable is all call frame information of an image.
type frameTable struct {
	sections []*cfiSection
	orc      *orcTable // nil if the image is no kernel
	errs     []error
}

// row gives the rules for a link-time address by call frame information, nil if
// nothing covers it.
func (t *frameTable) row(pc uint64) *row {
	for _, s := range t.sections {
		if f, ok := s.covering(pc); ok {
			if r, err := f.row(pc); err == nil {
				return r
			}
		}
	}
	return nil
}

func (img *Image) readFrames() *frameTable {
	t := &frameTable{orc: img.readORC()}
	header, hasHeader := img.ehHeader()
	for _, s := range img.elf.Sections {
		eh := s.Name == ".eh_frame"
		if s.Type == elf.SHT_NOBITS || !eh && s.Name != ".debug_frame" {
			continue
		}
		source, err := img.sectionSource(s)
		if err != nil {
			t.errs = append(t.errs, err)
			continue
		}
		h := ehHeader{}
		if eh && hasHeader && header.frame == s.Addr {
			h = header
		}
		t.sections = append(t.sections, newCFISection(source, s.Addr, eh, h))
	}
	if len(t.sections) == 0 && len(img.elf.Sections) == 0 {
		t.addSegment(img, header, hasHeader)
	}
	return t
}

// sectionSource leaves a section in its file unless it has to be decoded first.
func (img *Image) sectionSource(s *elf.Section) (cfiSource, error) {
	if s.Flags&elf.SHF_COMPRESSED != 0 || img.Type == elf.ET_REL {
		data, err := img.data(s)
		return sourceOf(data), err
	}
	return img.fileSource(s.Offset, s.FileSize)
}

// fileSource is bytes of the image's file.
func (img *Image) fileSource(off, size uint64) (cfiSource, error) {
	if total := uint64(img.file.Size()); off > total || size > total-off {
		return cfiSource{}, core.Errorf(core.ErrInvalid, "reading call frame information: %d bytes at %d of a file of %d: it is cut short", size, off, total)
	}
	return cfiSource{size: size, read: func(at, n uint64) ([]byte, error) { return img.readAt(off+at, n) }}, nil
}

// ehHeader reads .eh_frame_hdr by its segment, which a file without section
// headers has too.
func (img *Image) ehHeader() (h ehHeader, ok bool) {
	for _, p := range img.elf.Progs {
		if p.Type != elf.PT_GNU_EH_FRAME {
			continue
		}
		if data, err := img.readAt(p.Off, p.Filesz); err == nil {
			return parseEHHeader(data, p.Vaddr)
		}
	}
	return h, false
}

// addSegment finds .eh_frame in a file without section headers: from where the
// header says to the end of the segment that it lies in.
func (t *frameTable) addSegment(img *Image, h ehHeader, ok bool) {
	for _, p := range img.elf.Progs {
		if !ok || p.Type != elf.PT_LOAD || h.frame-p.Vaddr >= p.Filesz {
			continue
		}
		source, err := img.fileSource(p.Off+h.frame-p.Vaddr, p.Filesz-(h.frame-p.Vaddr))
		if err != nil {
			t.errs = append(t.errs, err)
			return
		}
		section := newCFISection(source, h.frame, true, h)
		section.ended = true
		t.sections = append(t.sections, section)
		return
	}
	t.errs = append(t.errs, core.Errorf(core.ErrNotFound, "finding .eh_frame: the file has neither sections nor a PT_GNU_EH_FRAME segment"))
}
