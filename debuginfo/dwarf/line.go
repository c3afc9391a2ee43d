package dwarf

import (
	"slices"
	"sort"
	"sync/atomic"
)

// LineInput is what a line table's program refers to. Nothing of the sections is
// copied: they must stay as they are as long as what was read from them is in use.
type LineInput struct {
	Line    []byte // .debug_line
	LineStr []byte // .debug_line_str
	Str     []byte // .debug_str
	// StrOffsets is .debug_str_offsets, StrOffsetsBase the unit's DW_AT_str_offsets_base.
	StrOffsets     []byte
	StrOffsetsBase uint64
	AltStr         []byte // .debug_str of the supplementary file
	Offset         uint64 // DW_AT_stmt_list: where in .debug_line the table begins, bytes
	AddrSize       int    // bytes; DWARF 5 has it in the table
	CompDir        string // DW_AT_comp_dir of the unit
	Name           string // DW_AT_name of the unit
	// LowPC is the lowest address of the unit's ranges that is not 0. Above 0, sequences
	// that begin at 0 are those of functions that the linker threw away, and are left
	// out. 0 for an object file, whose sections may begin there.
	LowPC uint64
}

// A LineTable is the decoded line number program of one unit. Its addresses are
// those of the file, not of a process. Any number of goroutines may use it.
type LineTable struct {
	*LineFiles
	// Err is why the program was not decoded to its end (ErrInvalid); what comes
	// before that place is there. nil: it is whole.
	Err error

	rows      []lineRow
	sequences []lineSequence // in ascending order of starts
}

// A Row says that the instructions at [Address, End) come from a line of a file.
type Row struct {
	Address, End uint64
	File         int  // number, for File and Name of the table
	Line         int  // 0: of no line of the source
	Last         bool // the sequence ends with it
	// Stmt: a recommended place for a breakpoint. Block: a basic block begins.
	// PrologueEnd, EpilogueBegin: where breakpoints of a function's begin and end go.
	Stmt, Block, PrologueEnd, EpilogueBegin bool
}

// ReadLines decodes the line table of a unit: the header and the program of DWARF 2
// to 5. ErrInvalid: there is no header of a line table at in.Offset. What is wrong
// in the program is told by the table's Err.
func ReadLines(in LineInput) (*LineTable, error) {
	h, files, err := readLineHeader(in)
	if err != nil {
		return nil, err
	}
	m := &lineMachine{lineHeader: h, reader: reader{data: in.Line[:h.end], at: h.program}, files: files}
	// gcc 12 takes 4 bytes a row; a slice that grows and is cut costs more than a long one.
	m.rows = make([]lineRow, 0, (h.end-h.program)*2/7)
	m.run()
	files.paths = make([]atomic.Pointer[string], len(files.files))
	t := &LineTable{LineFiles: files, Err: m.err, rows: m.rows, sequences: m.sequences}
	if cap(t.rows) > len(t.rows)*5/4 {
		t.rows = slices.Clone(t.rows)
	}
	t.order()
	return t, nil
}

// order sorts the sequences and says how far they and those before them reach.
func (t *LineTable) order() {
	slices.SortStableFunc(t.sequences, func(a, b lineSequence) int {
		return compareRows(lineRow{addr: a.start}, lineRow{addr: b.start})
	})
	reach := uint64(0)
	for i := range t.sequences {
		reach = max(reach, t.sequences[i].end)
		t.sequences[i].reach = reach
	}
}

// Sequences calls fn with the half-open range of addresses of each sequence, in
// ascending order of starts, until fn says false.
func (t *LineTable) Sequences(fn func(start, end uint64) bool) {
	for _, s := range t.sequences {
		if !fn(s.start, s.end) {
			return
		}
	}
}

// Lines calls fn with each row, sequence by sequence and in ascending order within
// one, until fn says false. Rows of the same address come in the program's order;
// all but the last cover nothing (Address is End).
func (t *LineTable) Lines(fn func(Row) bool) {
	for _, s := range t.sequences {
		for i := s.first; i < s.last; i++ {
			if !fn(t.row(&s, i, i+1)) {
				return
			}
		}
	}
}

// row makes the Row of row i, which ends where row next begins.
func (t *LineTable) row(s *lineSequence, i, next int) Row {
	r := t.rows[i]
	row := Row{Address: r.addr, End: s.end, File: int(r.file()), Line: int(r.line), Last: i == s.last-1}
	if next < s.last {
		row.End = t.rows[next].addr
	}
	row.Stmt, row.Block = r.is(flagStmt), r.is(flagBlock)
	row.PrologueEnd, row.EpilogueBegin = r.is(flagPrologueEnd), r.is(flagEpilogueBegin)
	return row
}

// sequence finds the sequence that covers addr: of several the one that begins last.
func (t *LineTable) sequence(addr uint64) *lineSequence {
	n := sort.Search(len(t.sequences), func(i int) bool { return t.sequences[i].start > addr })
	for i := n - 1; i >= 0 && t.sequences[i].reach > addr; i-- {
		if t.sequences[i].end > addr {
			return &t.sequences[i]
		}
	}
	return nil
}

// after is the first of a sequence's rows above addr.
func (t *LineTable) after(s *lineSequence, addr uint64) int {
	return s.first + sort.Search(s.last-s.first, func(i int) bool { return t.rows[s.first+i].addr > addr })
}

// Find is the row that covers addr: the last one at the greatest address that is
// not above it, as eu-addr2line and addr2line choose. A line 0 is a finding: the
// compiler says that the instruction is of no line. [LineTable.Statement] is gdb's choice.
func (t *LineTable) Find(addr uint64) (row Row, ok bool) {
	s := t.sequence(addr)
	if s == nil {
		return Row{}, false
	}
	next := t.after(s, addr)
	return t.row(s, next-1, next), true
}
