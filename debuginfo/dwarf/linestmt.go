package dwarf

import "slices"

// gdb keeps less of a table than it says. The rules below are those of gdb 13, found
// by comparing with what it answers (linegdb_test.go):
//
//   - Rows of line 0 and rows within an instruction (op_index) are left out, so that
//     the line before goes on.
//   - Of rows at the same address those of the last file count: a change of file ends
//     the file before where it began. A row that is no statement does not change the
//     file where another row at that address was a statement.
//   - Of the rows that are left the last one counts; if it is no statement, the
//     statement nearest before it at that address.

// kept are the rows of a group that gdb keeps: those of file in [from, end) that are
// not left out.
type kept struct {
	from, end int
	file      uint32
}

// keep applies the rules to the rows [from, end), which have the same address.
func (t *LineTable) keep(from, end int) kept {
	k := kept{from: end, end: end}
	stmt := false
	for i := from; i < end; i++ {
		r := t.rows[i]
		if r.is(flagInside) {
			continue
		}
		changed := k.from == end || r.file() != k.file
		if r.line != 0 && changed && (!stmt || r.is(flagStmt)) {
			k.from, k.file = i, r.file()
		}
		stmt = stmt || r.is(flagStmt)
	}
	return k
}

// has says whether row i, of [from, end), is kept.
func (t *LineTable) has(k kept, i int) bool {
	r := t.rows[i]
	return i >= k.from && r.file() == k.file && r.line != 0 && !r.is(flagInside)
}

// choose is the row that stands for those that are kept; -1: none is.
func (t *LineTable) choose(k kept) int {
	last := -1
	for i := k.end - 1; i >= k.from; i-- {
		if !t.has(k, i) {
			continue
		}
		if t.rows[i].is(flagStmt) {
			return i
		}
		if last < 0 {
			last = i
		}
	}
	return last
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
		if i := t.choose(t.keep(from, end)); i >= 0 {
			return t.row(s, i, next), true
		}
		end = from
	}
	return Row{}, false
}

// statements calls fn with the rows that a breakpoint on a line may be set at:
// those that gdb keeps and are statements.
func (t *LineTable) statements(fn func(lineRow)) {
	for _, s := range t.sequences {
		for from := s.first; from < s.last; {
			end := from + 1
			for end < s.last && t.rows[end].addr == t.rows[from].addr {
				end++
			}
			k := t.keep(from, end)
			for i := k.from; i < end; i++ {
				if t.has(k, i) && t.rows[i].is(flagStmt) {
					fn(t.rows[i])
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
	t.statements(func(r lineRow) {
		n := int(r.line)
		if n >= line && (!ok || n < nearest) && slices.Contains(files, int(r.file())) {
			nearest, ok = n, true
		}
	})
	return nearest, ok
}

// Addresses is where the statements of exactly this line of one of the files
// begin, ascending, each once. A breakpoint goes to the first of them in each
// block (DW_TAG_subprogram, inlined_subroutine, lexical_block), as gdb has it.
func (t *LineTable) Addresses(files []int, line int) (addrs []uint64) {
	t.statements(func(r lineRow) {
		if int(r.line) == line && slices.Contains(files, int(r.file())) {
			addrs = append(addrs, r.addr)
		}
	})
	slices.Sort(addrs)
	return slices.Compact(addrs)
}
