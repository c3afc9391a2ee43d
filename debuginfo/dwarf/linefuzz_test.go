package dwarf_test

import (
	"errors"
	"testing"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/dwarf"
)

// FuzzReadLines: any bytes give a table or ErrInvalid; what a table says is in
// order, its lookups agree with its rows and it is not larger than its input allows.
func FuzzReadLines(f *testing.F) {
	program := join(setAddress(0x100), []byte{1, special(4, 1), 0, 2, 4, 3, 3, 1, 6, 2, 4}, endSequence)
	for _, s := range []lineSample{
		{version: 2, tables: oldTables, program: program},
		{version: 4, wide: true, maxOps: 4, tables: oldTables, program: program},
		{version: 5, tables: newTables(), program: program},
		{version: 5, tables: []byte{1, 1, 8, 1, '/', 0, 2, 1, 8, 2, 0x0b, 1, 'a', 0, 0}, program: program},
	} {
		f.Add(s.bytes(), []byte("\x00/src\x00inc\x00"), uint64(0), uint64(0x102))
	}
	f.Fuzz(func(t *testing.T, line, str []byte, offset, addr uint64) {
		in := dwarf.LineInput{Line: line, LineStr: str, Str: str, StrOffsets: str, AltStr: str, Offset: offset, AddrSize: 8, CompDir: "/c", Name: "a"}
		table, err := dwarf.ReadLines(in)
		if err != nil {
			if !errors.Is(err, core.ErrInvalid) || table != nil {
				t.Fatalf("%v", err)
			}
			return
		}
		checkRows(t, table, len(line))
		if row, ok := table.Find(addr); ok && (row.Address > addr || row.End <= addr) {
			t.Fatalf("0x%x is found in [0x%x, 0x%x)", addr, row.Address, row.End)
		}
		if row, ok := table.Statement(addr); ok && (row.Address > addr || row.End <= addr || row.Line == 0) {
			t.Fatalf("0x%x is of the statement [0x%x, 0x%x)", addr, row.Address, row.End)
		}
		checkNames(table, in)
	})
}

// checkRows: rows ascend within their sequences, and opcodes of a byte make one at most.
func checkRows(t *testing.T, table *dwarf.LineTable, size int) {
	rows, last := 0, uint64(0)
	for row := range table.Lines {
		if rows++; row.End < row.Address || row.Address < last {
			t.Fatalf("row [0x%x, 0x%x) after 0x%x", row.Address, row.End, last)
		}
		if last = row.Address; row.Last {
			last = 0
		}
	}
	if rows > size {
		t.Fatalf("%d rows of %d bytes", rows, size)
	}
}

// checkNames asks for every name there is.
func checkNames(table *dwarf.LineTable, in dwarf.LineInput) {
	first, end := table.Numbers()
	for n := first - 1; n <= end; n++ {
		table.File(n)
		table.Name(n)
		table.Raw(n)
	}
	files := table.Match("a")
	table.Nearest(files, 1)
	table.Addresses(files, 2)
	_, _ = dwarf.ReadLineFiles(in)
}
