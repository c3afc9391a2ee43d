package dwarf

import "slices"

// gdb keeps less of a table than it says. The rules below are those of gdb 13, found
// by comparing with what it answers (linegdb_test.go):
//
//   - Rows of line 0 and rows within an instruction (op_index) are left out, so that
//     the line before goes on.
//   - A row that only repeats file and line is left out if that line has had a
//     discriminator other than 0.
//   - Of rows at the same address those of the last file count: a change of file ends
//     the file before where it began. A row that is no statement does not change the
//     file where another row at that address was a statement; it is left out.
//   - Of the rows that are left the last one counts; if it is no statement, the
//     statement nearest before it at that address.
//
// A statementView applies them to the rows of one address after the other.
type statementView struct {
	t          *LineTable
	file, line uint32 // of the last row that was not left out or only repeated them
	rows       []int  // which are kept of the last address
}

// noFile is the number of no file: rows cannot have it.
const noFile = unknownFile + 1

func (t *LineTable) view() statementView { return statementView{t: t, file: noFile} }

// read takes the rows [from, end), which have the same address, those before them
// having been read.
func (v *statementView) read(from, end int) {
	v.rows = v.rows[:0]
	stmt := false
	for i := from; i < end; i++ {
		r := v.t.rows[i]
		if r.is(flagInside) {
			continue
		}
		changed := r.file() != v.file
		if r.line != 0 && !(changed && stmt && !r.is(flagStmt)) {
			v.keep(i, changed)
		}
		stmt = stmt || r.is(flagStmt)
	}
}

func (v *statementView) keep(i int, changed bool) {
	r := v.t.rows[i]
	if changed {
		v.rows = v.rows[:0]
	}
	if changed || r.line != v.line || !r.is(flagDiscriminator) {
		v.rows = append(v.rows, i)
	}
	v.file, v.line = r.file(), r.line
}

// chosen is the row that stands for those that are kept; -1: none is.
func (v *statementView) chosen() int {
	for _, i := range slices.Backward(v.rows) {
		if v.t.rows[i].is(flagStmt) {
			return i
		}
	}
	if n := len(v.rows); n > 0 {
		return v.rows[n-1]
	}
	return -1
}

// choose is the row that stands for the address of the rows [from, end); -1: none does.
func (t *LineTable) choose(s *lineSequence, from, end int) int {
	v := t.view()
	for before := from; before > s.first && v.file == noFile; {
		last := before
		before = t.group(s, before-1)
		v.read(before, last)
	}
	v.read(from, end)
	return v.chosen()
}

// group is the first of the rows that have the address of row last.
func (t *LineTable) group(s *lineSequence, last int) (from int) {
	for from = last; from > s.first && t.rows[from-1].addr == t.rows[last].addr; from-- {
	}
	return from
}

// Statement is the row that gdb takes for addr: as Find, but line 0 is never an
// answer (the line before it goes on), and of rows at the same address a statement
// is preferred. ok is false where nothing before addr in its sequence has a line.
func (t *LineTable) Statement(addr uint64) (row Row, ok bool) {
	s := t.sequence(addr)
	if s == nil {
		return Row{}, false
	}
	next := t.after(s, addr)
	for end := next; end > s.first; {
		from := t.group(s, end-1)
		if i := t.choose(s, from, end); i >= 0 {
			return t.row(s, i, next), true
		}
		end = from
	}
	return Row{}, false
}

// Statements calls fn with the rows that a breakpoint on a line may be set at, those
// that gdb keeps and are statements, in the order of [LineTable.Lines], until fn says
// false.
func (t *LineTable) Statements(fn func(Row) bool) {
	for n := range t.sequences {
		s := &t.sequences[n]
		v := t.view()
		for from := s.first; from < s.last; {
			end := from + 1
			for end < s.last && t.rows[end].addr == t.rows[from].addr {
				end++
			}
			v.read(from, end)
			for _, i := range v.rows {
				if t.rows[i].is(flagStmt) && !fn(t.row(s, i, end)) {
					return
				}
			}
			from = end
		}
	}
}

// Nearest is the line that a breakpoint on a line of one of the files goes to: that
// line if it has code, else the next that has. gdb takes the nearest of all units
// that have the file, so the caller takes the least of their answers.
func (t *LineTable) Nearest(files []int, line int) (nearest int, ok bool) {
	for r := range t.Statements {
		if r.Line >= line && (!ok || r.Line < nearest) && slices.Contains(files, r.File) {
			nearest, ok = r.Line, true
		}
	}
	return nearest, ok
}

// Addresses is where the statements of exactly this line of one of the files
// begin, ascending, each once. A breakpoint goes to the first of them in each
// block (DW_TAG_subprogram, inlined_subroutine, lexical_block), as gdb has it.
func (t *LineTable) Addresses(files []int, line int) (addrs []uint64) {
	for r := range t.Statements {
		if r.Line == line && slices.Contains(files, r.File) {
			addrs = append(addrs, r.Address)
		}
	}
	slices.Sort(addrs)
	return slices.Compact(addrs)
}
