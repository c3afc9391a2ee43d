package dwarf

import "github.com/stackfs/stackfs/core"

// lineHeader is the header of a line number program (DWARF 5, 6.2.4; DWARF 2 to 4
// the same section): how its opcodes are read.
type lineHeader struct {
	version    uint16
	offsetSize int // bytes: 4 in 32-bit DWARF, 8 in 64-bit DWARF
	addrSize   int // bytes
	minInst    uint64
	maxOps     uint64
	stmt       bool // default_is_stmt
	lineBase   int8
	lineRange  uint8
	opcodeBase uint8
	lengths    []byte // standard_opcode_lengths, opcode 1 first
	program    int    // where the program begins in .debug_line
	end        int    // where the unit ends in it
	cut        bool   // it should be longer, but the section ends there
}

// The least and greatest versions of line tables that are read.
const (
	minLineVersion = 2
	maxLineVersion = 5
)

// readLineHeader reads the header and the tables of directories and files, and no
// opcode of the program.
func readLineHeader(in LineInput) (*lineHeader, *LineFiles, error) {
	if in.Offset >= uint64(len(in.Line)) {
		return nil, nil, core.Errorf(core.ErrInvalid, "reading a line table: offset 0x%x is outside of .debug_line (0x%x bytes)", in.Offset, len(in.Line))
	}
	h := &lineHeader{offsetSize: 4, addrSize: in.AddrSize}
	r := reader{data: in.Line, at: int(in.Offset)}
	h.readLength(&r)
	h.version = r.u16()
	if r.bad || h.version < minLineVersion || h.version > maxLineVersion {
		return nil, nil, core.Errorf(core.ErrInvalid, "reading the line table at 0x%x: version %d is not one of 2 to 5", in.Offset, h.version)
	}
	h.readFixed(&r)
	if r.bad {
		return nil, nil, core.Errorf(core.ErrInvalid, "reading the line table at 0x%x: it ends within its header", in.Offset)
	}
	files := &LineFiles{in: in, version: h.version}
	if err := files.read(&r, h); err != nil {
		return nil, nil, err
	}
	return h, files, nil
}

// readLength reads unit_length and bounds r to the unit (DWARF 5, 7.4).
func (h *lineHeader) readLength(r *reader) {
	length := r.uint(4)
	if length == 0xffffffff {
		h.offsetSize = 8
		length = r.uint(8)
	}
	if r.bad {
		return
	}
	if rest := uint64(len(r.data) - r.at); length > rest {
		h.cut, length = true, rest
	}
	h.end = r.at + int(length)
	r.data = r.data[:h.end]
}

// readFixed reads what comes before the tables, and bounds r to them.
func (h *lineHeader) readFixed(r *reader) {
	if h.version >= 5 {
		h.addrSize = int(r.byte())
		r.byte() // segment_selector_size
	}
	length := r.uint(h.offsetSize)
	if r.bad || length > uint64(len(r.data)-r.at) {
		r.bad = true
		return
	}
	h.program = r.at + int(length)
	r.data = r.data[:h.program]
	h.minInst, h.maxOps = uint64(r.byte()), 1
	if h.version >= 4 {
		h.maxOps = max(1, uint64(r.byte()))
	}
	h.stmt = r.byte() != 0
	h.lineBase, h.lineRange, h.opcodeBase = int8(r.byte()), r.byte(), r.byte()
	h.lengths = r.take(uint64(max(1, h.opcodeBase)) - 1)
}

// lineArguments are the standard opcodes' numbers of arguments, opcode 1 first
// (DWARF 5, 6.2.5.2). An opcode that a header gives another number is not ours.
var lineArguments = [...]byte{0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1}

// known says whether a standard opcode means what the standard says.
func (h *lineHeader) known(opcode byte) bool {
	i := int(opcode) - 1
	return i < len(lineArguments) && i < len(h.lengths) && h.lengths[i] == lineArguments[i]
}
