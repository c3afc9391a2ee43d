package dwarf

import (
	"slices"

	"github.com/stackfs/stackfs/core"
)

// Standard opcodes (DWARF 5, 6.2.5.2).
const (
	opCopy = iota + 1
	opAdvancePC
	opAdvanceLine
	opSetFile
	opSetColumn
	opNegateStmt
	opSetBasicBlock
	opConstAddPC
	opFixedAdvancePC
	opSetPrologueEnd
	opSetEpilogueBegin
	opSetISA
)

// Extended opcodes (DWARF 5, 6.2.5.3).
const (
	extEndSequence = iota + 1
	extSetAddress
	extDefineFile
	extSetDiscriminator
)

// lineFlags are what a row says besides its place.
type lineFlags uint8

const (
	flagStmt lineFlags = 1 << iota
	flagBlock
	flagPrologueEnd
	flagEpilogueBegin
	flagInside        // op_index is not 0: not the start of an instruction
	flagDiscriminator // this row or one before it of the same line has one that is not 0
)

// lineRow is a row as it is kept: the flags are the highest byte of fileFlags.
type lineRow struct {
	addr      uint64
	line      uint32
	fileFlags uint32
}

// unknownFile is the number of files that do not fit.
const unknownFile = 1<<24 - 1

func (r lineRow) file() uint32     { return r.fileFlags & unknownFile }
func (r lineRow) flags() lineFlags { return lineFlags(r.fileFlags >> 24) }
func (r lineRow) is(f lineFlags) bool {
	return r.flags()&f != 0
}

// lineSequence is the table's rows [first, last), which cover the addresses
// [start, end): in ascending order, those of the same address as the program has them.
type lineSequence struct {
	start, end  uint64
	reach       uint64 // the greatest end of this sequence and those before it
	first, last int
}

// lineMachine is the state machine of DWARF 5, 6.2.2, with what it has made.
type lineMachine struct {
	*lineHeader
	reader
	files *LineFiles

	addr  uint64
	op    uint64 // op_index
	file  uint32
	line  uint32
	flags lineFlags
	// discriminator: the next row has one that is not 0; flagDiscriminator is in flags
	// until the line changes.
	discriminator bool

	rows      []lineRow // of all sequences
	first     int       // row of the sequence being made
	backwards bool      // it has addresses that go down
	sequences []lineSequence
	err       error
}

// reset gives the registers their values of a sequence's beginning.
func (m *lineMachine) reset() {
	m.addr, m.op, m.file, m.line, m.flags, m.discriminator = 0, 0, 1, 1, 0, false
	if m.stmt {
		m.flags = flagStmt
	}
	m.first, m.backwards = len(m.rows), false
}

// run decodes the whole program. What is malformed ends it; the rows up to there count.
func (m *lineMachine) run() {
	for m.reset(); m.more(); {
		opcode := m.byte()
		switch {
		case opcode < m.opcodeBase:
			m.standard(opcode)
		case m.lineRange == 0:
			m.fail("line_range is 0")
		default:
			opcode -= m.opcodeBase
			m.advance(uint64(opcode / m.lineRange))
			m.advanceLine(uint32(int32(m.lineBase) + int32(opcode%m.lineRange)))
			m.emit()
		}
	}
	switch {
	case m.cut || m.bad && m.err == nil:
		m.fail("it ends within its program")
	case len(m.rows) > m.first && m.err == nil:
		m.fail("its last sequence has no end")
	}
	if n := len(m.rows); n > m.first {
		m.endSequence(m.rows[n-1].addr) // how far that one goes is not known
	}
}

func (m *lineMachine) fail(why string) {
	m.bad = true
	m.err = core.Errorf(core.ErrInvalid, "reading the line table at 0x%x: %s", m.files.in.Offset, why)
}

// advance is an operation advance (DWARF 5, 6.2.5.1).
func (m *lineMachine) advance(n uint64) {
	if m.maxOps == 1 {
		m.addr += m.minInst * n
		return
	}
	n += m.op
	m.addr += m.minInst * (n / m.maxOps)
	m.op = n % m.maxOps
}

func (m *lineMachine) advanceLine(n uint32) {
	m.line += n
	if n != 0 && !m.discriminator {
		m.flags &^= flagDiscriminator
	}
}

// emit appends a row.
func (m *lineMachine) emit() {
	if n := len(m.rows); n > m.first && m.addr < m.rows[n-1].addr {
		m.backwards = true
	}
	flags := m.flags
	if m.op != 0 {
		flags |= flagInside
	}
	m.rows = append(m.rows, lineRow{m.addr, m.line, m.file | uint32(flags)<<24})
	m.flags &= flagStmt | flagDiscriminator
	m.discriminator = false
}

// standard runs an opcode below opcode_base.
func (m *lineMachine) standard(opcode byte) {
	if opcode == 0 {
		m.extended()
		return
	}
	if !m.known(opcode) {
		for range m.lengths[opcode-1] {
			m.uleb()
		}
		return
	}
	switch opcode {
	case opCopy:
		m.emit()
	case opAdvancePC:
		m.advance(m.uleb())
	case opAdvanceLine:
		m.advanceLine(uint32(m.sleb()))
	case opSetFile:
		m.file = uint32(min(m.uleb(), unknownFile))
	case opSetColumn, opSetISA:
		m.uleb()
	case opNegateStmt:
		m.flags ^= flagStmt
	case opSetBasicBlock:
		m.flags |= flagBlock
	case opConstAddPC:
		m.constAddPC()
	case opFixedAdvancePC:
		m.addr += uint64(m.u16())
		m.op = 0
	case opSetPrologueEnd:
		m.flags |= flagPrologueEnd
	case opSetEpilogueBegin:
		m.flags |= flagEpilogueBegin
	}
}

// constAddPC advances as special opcode 255 does.
func (m *lineMachine) constAddPC() {
	if m.lineRange == 0 {
		m.fail("line_range is 0")
		return
	}
	m.advance(uint64((255 - m.opcodeBase) / m.lineRange))
}

// extended runs an opcode that says its own length.
func (m *lineMachine) extended() {
	length := m.uleb()
	p := reader{data: m.data, at: m.at}
	if m.take(length); m.bad || length == 0 {
		return
	}
	p.data = p.data[:m.at]
	switch p.byte() {
	case extEndSequence:
		m.endSequence(m.addr)
		m.reset()
	case extSetAddress:
		if length > 9 {
			m.fail("it sets an address of more than 8 bytes")
			return
		}
		m.addr, m.op = p.uint(int(length)-1), 0
	case extDefineFile:
		if e := readOldFile(&p); !p.bad {
			m.files.files = append(m.files.files, e)
		}
	case extSetDiscriminator:
		m.setDiscriminator(p.uleb())
	}
}

func (m *lineMachine) setDiscriminator(n uint64) {
	if m.discriminator = n != 0; m.discriminator {
		m.flags |= flagDiscriminator
	}
}

// endSequence keeps the rows since the last one as a sequence that ends before end.
// A sequence of code that the linker threw away is not kept: it begins at the
// highest addresses (lld's tombstones) or at 0 below the unit's own addresses.
func (m *lineMachine) endSequence(end uint64) {
	rows := m.rows[m.first:]
	if len(rows) == 0 {
		return
	}
	thrown := rows[0].addr >= m.tombstone() || rows[0].addr == 0 && m.files.in.LowPC > 0
	if m.backwards {
		slices.SortStableFunc(rows, compareRows)
		end = max(end, rows[len(rows)-1].addr)
	}
	if thrown || end <= rows[0].addr {
		m.rows = m.rows[:m.first]
		return
	}
	m.sequences = append(m.sequences, lineSequence{start: rows[0].addr, end: end, first: m.first, last: len(m.rows)})
}

func compareRows(a, b lineRow) int {
	switch {
	case a.addr < b.addr:
		return -1
	case a.addr > b.addr:
		return 1
	}
	return 0
}

// tombstone is the least address that stands for no address: -2 and -1.
func (m *lineMachine) tombstone() uint64 {
	if m.addrSize > 0 && m.addrSize < 8 {
		return 1<<(8*m.addrSize) - 2
	}
	return ^uint64(1)
}
