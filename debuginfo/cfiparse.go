package debuginfo

import (
	"bytes"
	"strings"

	"github.com/stackfs/stackfs/core"
)

// cie is a Common Information Entry (DWARF 5, 6.4.1; Linux Standard Base, ".eh_frame").
type cie struct {
	codeAlign uint64
	dataAlign int64
	ra        uint64 // the column of the return address
	initial   []byte // instructions
	start     uint64 // the address of the first of them
	encoding  uint8  // of addresses in entries that use it
	augmented bool   // augmentation 'z': entries have a block of augmentation data
	signal    bool   // augmentation 'S'
	skip      int    // bytes before the address in an entry: the segment selector of version 4
}

// fde is a Frame Description Entry: the instructions for the code in [begin, end),
// link-time.
type fde struct {
	begin, end uint64
	code       []byte
	start      uint64 // the address of code
	cie        *cie
}

// cfiRecord is a CIE or FDE cut out of its section.
type cfiRecord struct {
	next  uint64 // offset of the record after it
	body  []byte // behind the id
	start uint64 // the address of body
	isCIE bool
	cie   uint64 // an FDE's: offset of its CIE
	empty bool   // length 0: the end, or filler between input files
}

// windowSize is what is read at once for a record; few are longer.
const windowSize = 512

func invalidCFI(off uint64, what string) error {
	return core.Errorf(core.ErrInvalid, "reading call frame information at offset 0x%x: %s", off, what)
}

// record cuts out the record at an offset. A length of 0xffffffff means that 8
// bytes of length follow; the id is then 8 bytes too, but not in .eh_frame
// (DWARF 5, 7.4; Linux Standard Base, "CIE ID").
func (s *cfiSection) record(off uint64) (r cfiRecord, err error) {
	window, err := s.source.bytes(off, windowSize)
	if err != nil {
		return r, err
	}
	in := reader{data: window}
	size, idSize := in.uint(4), 4
	if size == 0xffffffff {
		size = in.uint(8)
		if !s.eh {
			idSize = 8
		}
	}
	head := uint64(in.at)
	switch {
	case in.bad || size > s.source.size-off-head:
		return r, invalidCFI(off, "a record goes beyond the section")
	case size == 0:
		return cfiRecord{next: off + head, empty: true}, nil
	case size < uint64(idSize):
		return r, invalidCFI(off, "a record is too short")
	case head+size > uint64(len(window)):
		if window, err = s.source.bytes(off, head+size); err != nil {
			return r, err
		}
		in.data = window
	}
	id := in.uint(idSize)
	r = cfiRecord{next: off + head + size, body: window[in.at : head+size], start: s.addr + off + uint64(in.at)}
	if s.eh {
		r.isCIE, r.cie = id == 0, off+head-uint64(int64(int32(id)))
	} else {
		r.isCIE, r.cie = id == 1<<(8*idSize)-1, id
	}
	return r, nil
}

// parseCIE reads the CIE at an offset; those read before are remembered.
func (s *cfiSection) parseCIE(off uint64) (*cie, error) {
	s.mu.Lock()
	c := s.cies[off]
	s.mu.Unlock()
	if c != nil {
		return c, nil
	}
	r, err := s.record(off)
	if err != nil {
		return nil, err
	}
	if !r.isCIE {
		return nil, invalidCFI(off, "an entry refers to it that is no CIE")
	}
	if c, err = s.makeCIE(off, r); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.cies[off] = c
	s.mu.Unlock()
	return c, nil
}

func (s *cfiSection) makeCIE(off uint64, r cfiRecord) (*cie, error) {
	in := reader{data: r.body}
	version := in.byte()
	augmentation := cfiString(&in)
	c := &cie{encoding: pointerAbsolute}
	switch {
	case version != 1 && version != 3 && version != 4:
		return nil, core.Errorf(core.ErrUnsupported, "reading call frame information at offset 0x%x: CIE version %d", off, version)
	case strings.HasPrefix(augmentation, "eh"): // gcc before 3: the address of an exception table follows
		in.uint(8)
		augmentation = augmentation[2:]
	}
	if version == 4 {
		if size := in.byte(); size != 8 {
			return nil, core.Errorf(core.ErrUnsupported, "reading call frame information at offset 0x%x: addresses of %d bytes", off, size)
		}
		c.skip = int(in.byte())
	}
	c.codeAlign, c.dataAlign = in.uleb(), in.sleb()
	if version == 1 {
		c.ra = uint64(in.byte())
	} else {
		c.ra = in.uleb()
	}
	switch {
	case strings.HasPrefix(augmentation, "z"):
		c.augmented = true
		c.augment(augmentation[1:], cfiBlock(&in), r.start)
	case augmentation != "":
		return nil, core.Errorf(core.ErrUnsupported, "reading call frame information at offset 0x%x: augmentation %q", off, augmentation)
	}
	if in.bad {
		return nil, invalidCFI(off, "a CIE is cut short")
	}
	c.initial, c.start = in.data[in.at:], r.start+uint64(in.at)
	return c, nil
}

// augment reads the augmentation data of a CIE (Linux Standard Base, "Augmentation
// String Format"); letters from the first unknown one on are left alone, as the
// length of all is known.
func (c *cie) augment(letters string, data []byte, start uint64) {
	in := reader{data: data}
	for _, letter := range letters {
		switch letter {
		case 'R':
			c.encoding = in.byte()
		case 'L':
			in.byte()
		case 'P':
			// Its address does not matter, nor what it is relative to.
			if encoding := in.byte(); encoding != pointerOmit {
				in.pointer(encoding&^pointerIndirect, start, 0)
			}
		case 'S':
			c.signal = true
		case 'B', 'G': // pointer authentication, memory tagging: arm64 only, without data
		default:
			return
		}
	}
}

// parseFDE reads the FDE at an offset.
func (s *cfiSection) parseFDE(off uint64) (f fde, err error) {
	r, err := s.record(off)
	if err != nil {
		return f, err
	}
	if r.isCIE || r.empty {
		return f, invalidCFI(off, "no FDE is there")
	}
	return s.makeFDE(off, r)
}

func (s *cfiSection) makeFDE(off uint64, r cfiRecord) (f fde, err error) {
	if f.cie, err = s.parseCIE(r.cie); err != nil {
		return f, err
	}
	in := reader{data: r.body, at: f.cie.skip, bad: f.cie.skip > len(r.body)}
	f.begin = in.pointer(f.cie.encoding, r.start, 0)
	size := in.encoded(f.cie.encoding)
	if n := encodedSize(f.cie.encoding); n > 0 {
		size &= sizeMask(n) // a length is never negative, whatever its format says
	}
	f.end = f.begin + size
	if f.cie.augmented {
		cfiBlock(&in)
	}
	if in.bad || f.end < f.begin {
		return fde{}, invalidCFI(off, "an FDE is cut short")
	}
	f.code, f.start = in.data[in.at:], r.start+uint64(in.at)
	return f, nil
}

// cfiString reads a NUL-terminated string.
func cfiString(in *reader) string {
	rest := in.data[in.at:]
	n := bytes.IndexByte(rest, 0)
	if n < 0 {
		in.bad = true
		return ""
	}
	in.at += n + 1
	return string(rest[:n])
}

// cfiBlock reads a block with its length before it.
func cfiBlock(in *reader) []byte {
	size := in.uleb()
	if size > uint64(len(in.data)-in.at) {
		in.bad = true
		return nil
	}
	in.at += int(size)
	return in.data[in.at-int(size) : in.at]
}
