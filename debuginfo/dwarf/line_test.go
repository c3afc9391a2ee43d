package dwarf_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/dwarf"
)

// lineSample makes a line table; what is not set is as gcc has it.
type lineSample struct {
	version uint16
	wide    bool   // 64-bit DWARF
	maxOps  byte   // 0: 1
	minInst byte   // 0: 1
	tables  []byte // directories and files
	lengths []byte // standard_opcode_lengths
	program []byte
}

func le(size int, v uint64) []byte { return binary.LittleEndian.AppendUint64(nil, v)[:size] }

func join(parts ...[]byte) (all []byte) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func (s lineSample) bytes() []byte {
	size := 4
	if s.wide {
		size = 8
	}
	lengths := s.lengths
	if lengths == nil {
		lengths = []byte{0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1}
	}
	fixed := []byte{max(1, s.minInst)}
	if s.version >= 4 {
		fixed = append(fixed, max(1, s.maxOps))
	}
	fixed = append(fixed, 1, 0xfb, 14, byte(len(lengths)+1)) // is_stmt, line_base -5, line_range 14
	header := join(fixed, lengths, s.tables)
	unit := le(2, uint64(s.version))
	if s.version >= 5 {
		unit = append(unit, 8, 0)
	}
	unit = join(unit, le(size, uint64(len(header))), header, s.program)
	if s.wide {
		return join(le(4, 0xffffffff), le(8, uint64(len(unit))), unit)
	}
	return join(le(4, uint64(len(unit))), unit)
}

func setAddress(addr uint64) []byte { return join([]byte{0, 9, 2}, le(8, addr)) }

var endSequence = []byte{0, 1, 1}

// oldTables is the directory "inc" and the files a.c (of the unit's directory), h.h (of inc).
var oldTables = []byte("inc\x00\x00a.c\x00\x00\x00\x00h.h\x00\x01\x00\x00\x00")

// rowText prints a table's rows briefly.
func rowText(t *dwarf.LineTable) string {
	var b strings.Builder
	for r := range t.Lines {
		fmt.Fprintf(&b, "%x-%x %d:%d", r.Address, r.End, r.File, r.Line)
		if !r.Stmt {
			b.WriteByte('?')
		}
		b.WriteByte(' ')
	}
	return strings.TrimSpace(b.String())
}

// special is the special opcode for an advance of addresses and lines.
func special(addr, line int) byte { return byte(line + 5 + 14*addr + 13) }

func TestLineOpcodes(t *testing.T) {
	at := setAddress(0x100)
	for name, c := range map[string]struct {
		sample lineSample
		rows   string
		err    string
	}{
		"special": {lineSample{program: join(at, []byte{special(0, 4), special(3, -1), 2, 2}, endSequence)}, "100-103 1:5 103-105 1:4", ""},
		"copy, file, stmt, line": {lineSample{program: join(at, []byte{1, 4, 2, 6, 3, 0x7f, 9, 4, 0, 1, 2, 1}, endSequence)},
			"100-104 1:1 104-105 2:0?", ""},
		"const_add_pc":          {lineSample{program: join(at, []byte{1, 8, 1, 2, 1}, endSequence)}, "100-111 1:1 111-112 1:1", ""},
		"instructions of 4":     {lineSample{minInst: 4, program: join(at, []byte{1, special(2, 1), 2, 1}, endSequence)}, "100-108 1:1 108-10c 1:2", ""},
		"op_index":              {lineSample{maxOps: 3, minInst: 16, program: join(at, []byte{1, special(2, 1), special(2, 1), 2, 5}, endSequence)}, "100-100 1:1 100-110 1:2 110-130 1:3", ""},
		"unknown opcodes":       {lineSample{lengths: []byte{0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1, 2}, program: join(at, []byte{13, 0x80, 1, 3, 1, 0, 4, 0x80, 1, 2, 3, 2, 1}, endSequence)}, "100-101 1:1", ""},
		"short opcode table":    {lineSample{lengths: []byte{0, 1, 1, 1, 1, 0, 0, 0, 1}, program: join(at, []byte{10 + 5, 2, 1}, endSequence)}, "100-101 1:1", ""},
		"opcode of other arity": {lineSample{lengths: []byte{0, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0, 1}, program: join(at, []byte{6, 9, 1, 2, 1}, endSequence)}, "100-101 1:1", ""},
		"defined file":          {lineSample{program: join(at, []byte{0, 6, 3, 'x', 0, 1, 0, 0, 4, 3, 1, 2, 1}, endSequence)}, "100-101 3:1", ""},
		"sequences sorted":      {lineSample{program: join(setAddress(0x200), []byte{1, 2, 1}, endSequence, at, []byte{1, 2, 1}, endSequence)}, "100-101 1:1 200-201 1:1", ""},
		"addresses backwards":   {lineSample{program: join(setAddress(0x104), []byte{1, special(0, 1)}, at, []byte{special(0, 1), 2, 4}, endSequence)}, "100-104 1:3 104-104 1:1 104-104 1:2", ""},
		"empty sequence":        {lineSample{program: join(at, []byte{1}, endSequence)}, "", ""},
		"tombstone":             {lineSample{program: join(setAddress(^uint64(0)), []byte{1, 2, 1}, endSequence, at, []byte{1, 2, 1}, endSequence)}, "100-101 1:1", ""},
		"thrown away":           {lineSample{program: join(setAddress(0), []byte{1, 2, 1}, endSequence, at, []byte{1, 2, 1}, endSequence)}, "100-101 1:1", ""},
		"no end":                {lineSample{program: join(at, []byte{1, special(4, 1)})}, "100-104 1:1 104-104 1:2", "its last sequence has no end"},
		"cut in an opcode":      {lineSample{program: join(at, []byte{1, 2, 1}, endSequence, at, []byte{1, special(1, 0), 2, 0x80})}, "100-101 1:1 100-101 1:1 101-101 1:1", "it ends within its program"},
		"wide address":          {lineSample{program: []byte{0, 10, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9}}, "", "more than 8 bytes"},
	} {
		for version := uint16(2); version <= 4; version++ {
			if c.sample.maxOps > 1 && version < 4 {
				continue
			}
			c.sample.version, c.sample.wide, c.sample.tables = version, version == 3, oldTables
			table, err := dwarf.ReadLines(dwarf.LineInput{Line: c.sample.bytes(), AddrSize: 8, LowPC: 0x100, CompDir: "/src", Name: "a.c"})
			require.NoError(t, err, name)
			assert.Equal(t, c.rows, rowText(table), "%s, version %d", name, version)
			if c.err == "" {
				assert.NoError(t, table.Err, name)
			} else {
				require.ErrorIs(t, table.Err, core.ErrInvalid, name)
				assert.ErrorContains(t, table.Err, c.err, name)
			}
		}
	}
}

// newTables has a name in each form that strings may have, and fields to pass over.
func newTables() []byte {
	dirs := join([]byte{1, 1, 0x1f, 2}, le(4, 1), le(4, 6)) // path line_strp; 2 directories
	format := []byte{4, 1, 0x1a, 2, 0x0b, 5, 0x1e, 0x81, 0x40, 0x09}
	var files []byte
	for i := range 2 {
		files = join(files, []byte{byte(i), byte(i)}, make([]byte, 16), []byte{3, 9, 9, 9})
	}
	return join(dirs, format, []byte{2}, files)
}

func TestLineFiles5(t *testing.T) {
	in := dwarf.LineInput{
		LineStr: []byte("\x00/src\x00inc\x00"), Str: []byte("\x00a.c\x00h.h\x00"), StrOffsetsBase: 8,
		StrOffsets: join(make([]byte, 8), le(4, 1), le(4, 5)), Name: "a.c",
	}
	in.Line = lineSample{version: 5, tables: newTables()}.bytes()
	paths, err := dwarf.ReadLineFiles(in)
	require.NoError(t, err)
	require.Equal(t, []string{"/src/a.c", "/src/inc/h.h"}, paths)
	files, err := dwarf.ReadLineHeader(in)
	require.NoError(t, err)
	assert.Equal(t, []string{"a.c", "inc/h.h", ""}, []string{files.Name(0), files.Name(1), files.Name(2)})
	assert.Equal(t, []int{1}, files.Match("inc/h.h"))
	assert.Nil(t, files.Match("c/h.h"))

	in.StrOffsets = in.StrOffsets[:14] // the last one is cut: no name, no guess
	paths, err = dwarf.ReadLineFiles(in)
	require.NoError(t, err)
	require.Equal(t, []string{"/src/a.c", ""}, paths)
}

// TestLineNameForms: one file whose name is of each form of a string.
func TestLineNameForms(t *testing.T) {
	for form, name := range map[byte][]byte{
		0x08: []byte("x.c\x00"), 0x1f: le(4, 1), 0x0e: le(4, 3), 0x1d: le(4, 5),
		0x25: {0}, 0x26: {0, 0}, 0x27: {0, 0, 0}, 0x28: {0, 0, 0, 0}, 0x1a: {0},
	} {
		in := dwarf.LineInput{
			LineStr: []byte("\x00x.c\x00"), Str: []byte("\x00\x00\x00x.c\x00"), AltStr: []byte("\x00\x00\x00\x00\x00x.c\x00"),
			StrOffsets: le(4, 3), CompDir: "/src",
			Line: lineSample{version: 5, tables: join([]byte{0, 0, 1, 1, form, 1}, name)}.bytes(),
		}
		paths, err := dwarf.ReadLineFiles(in)
		require.NoError(t, err, "form 0x%x", form)
		require.Equal(t, []string{"/src/x.c"}, paths, "form 0x%x", form)
	}
}

func TestLineHeaderErrors(t *testing.T) {
	good := lineSample{version: 4, tables: oldTables}.bytes()
	for name, line := range map[string][]byte{
		"is outside of .debug_line":  {},
		"version 0 is not one of":    make([]byte, 6),
		"version 9 is not one of":    lineSample{version: 9}.bytes(),
		"it ends within its header":  good[:12],
		"it ends within its tables":  lineSample{version: 4, tables: []byte("inc")}.bytes(),
		"fields of form 0x1":         lineSample{version: 5, tables: []byte{1, 1, 1, 1, 0, 0, 0}}.bytes(),
		"ends within its tables of ": lineSample{version: 5, tables: []byte{0, 0xff, 0xff, 0xff, 0xff, 1}}.bytes(),
	} {
		_, err := dwarf.ReadLines(dwarf.LineInput{Line: line})
		require.ErrorIs(t, err, core.ErrInvalid, name)
		assert.ErrorContains(t, err, name)
		_, err = dwarf.ReadLineFiles(dwarf.LineInput{Line: line})
		assert.ErrorIs(t, err, core.ErrInvalid, name)
	}
}

func TestMatchPath(t *testing.T) {
	for _, c := range []struct {
		file, pattern string
		want          bool
	}{
		{"/src/lib/jobs.c", "jobs.c", true}, {"/src/lib/jobs.c", "lib/jobs.c", true}, {"/src/lib/jobs.c", "/src/lib/jobs.c", true},
		{"/src/lib/jobs.c", "obs.c", false}, {"/src/lib/jobs.c", "/jobs.c", false}, {"/src/lib/jobs.c", "", false},
		{"jobs.c", "jobs.c", true}, {"jobs.c", "lib/jobs.c", false}, {"/src/jobs.c", "ib/jobs.c", false}, {"", "jobs.c", false},
	} {
		assert.Equal(t, c.want, dwarf.MatchPath(c.file, c.pattern), "%s means %s", c.pattern, c.file)
	}
}

func TestFindAndNearest(t *testing.T) {
	program := join(setAddress(0x100), []byte{special(0, 8), special(4, 5), 4, 2, special(4, 0), 4, 1, special(4, -5), 2, 4}, endSequence)
	table, err := dwarf.ReadLines(dwarf.LineInput{Line: lineSample{version: 4, tables: oldTables, program: program}.bytes(), CompDir: "/src", Name: "a.c"})
	require.NoError(t, err)
	require.Equal(t, "100-104 1:9 104-108 1:14 108-10c 2:14 10c-110 1:9", rowText(table))
	_, ok := table.Find(0xff)
	assert.False(t, ok)
	_, ok = table.Find(0x110)
	assert.False(t, ok)
	row, ok := table.Find(0x10b)
	assert.True(t, ok)
	assert.Equal(t, "/src/inc/h.h", table.File(row.File))
	files := table.Match("a.c")
	require.Equal(t, []int{1}, files)
	assert.Equal(t, []uint64{0x100, 0x10c}, table.Addresses(files, 9))
	line, ok := table.Nearest(files, 10)
	assert.True(t, ok)
	assert.Equal(t, 14, line)
	_, ok = table.Nearest(files, 15)
	assert.False(t, ok)
}
