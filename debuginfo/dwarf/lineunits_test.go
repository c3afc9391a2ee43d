package dwarf_test

import (
	"cmp"
	stddwarf "debug/dwarf"
	"debug/elf"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/debuginfo/dwarf"
	"github.com/stackfs/stackfs/tests/need"
)

// lineFile is the line tables of one ELF file; its units are told by the standard
// library, so that nothing of this package but the tables is put to the test.
type lineFile struct {
	inputs []dwarf.LineInput
	ranges []unitRange // ascending
	tables []*dwarf.LineTable
	elf    *elf.File
}

type unitRange struct {
	low, high uint64
	unit      int
}

const attrStrOffsetsBase = stddwarf.Attr(0x72)

func openLines(t testing.TB, path string) *lineFile {
	t.Helper()
	l, all := openSections(t, path)
	d, err := l.elf.DWARF()
	require.NoError(t, err, path)
	for r := d.Reader(); ; r.SkipChildren() {
		e, err := r.Next()
		require.NoError(t, err)
		if e == nil {
			break
		}
		if e.Tag == stddwarf.TagCompileUnit || e.Tag == stddwarf.TagSkeletonUnit {
			l.add(t, all, d, e)
		}
	}
	slices.SortFunc(l.ranges, func(a, b unitRange) int { return cmp.Compare(a.low, b.low) })
	return l
}

// openAlone opens a file of one unit, whose ranges are those of its table: for what
// the standard library cannot read.
func openAlone(t testing.TB, path, dir, name string) *lineFile {
	t.Helper()
	l, in := openSections(t, path)
	in.CompDir, in.Name = dir, name
	l.inputs, l.tables = []dwarf.LineInput{in}, []*dwarf.LineTable{nil}
	for low, high := range l.table(t, 0).Sequences {
		l.ranges = append(l.ranges, unitRange{low, high, 0})
	}
	return l
}

func openSections(t testing.TB, path string) (*lineFile, dwarf.LineInput) {
	t.Helper()
	f, err := elf.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	section := func(name string) []byte {
		for _, s := range f.Sections {
			if s.Name == "."+name || s.Name == ".z"+name {
				data, err := s.Data()
				require.NoError(t, err)
				return data
			}
		}
		return nil
	}
	in := dwarf.LineInput{
		Line: section("debug_line"), LineStr: section("debug_line_str"), Str: section("debug_str"),
		StrOffsets: section("debug_str_offsets"), AddrSize: 8,
	}
	if f.Class == elf.ELFCLASS32 {
		in.AddrSize = 4
	}
	return &lineFile{elf: f}, in
}

func (l *lineFile) add(t testing.TB, in dwarf.LineInput, d *stddwarf.Data, e *stddwarf.Entry) {
	offset, ok := e.Val(stddwarf.AttrStmtList).(int64)
	if !ok {
		return
	}
	in.Offset = uint64(offset)
	in.Name, _ = e.Val(stddwarf.AttrName).(string)
	in.CompDir, _ = e.Val(stddwarf.AttrCompDir).(string)
	if e.Tag == stddwarf.TagSkeletonUnit { // its name is in another file
		files, err := dwarf.ReadLineHeader(in)
		require.NoError(t, err)
		in.Name = files.Base(0)
	}
	base, _ := e.Val(attrStrOffsetsBase).(int64)
	in.StrOffsetsBase = uint64(base)
	ranges, err := d.Ranges(e)
	require.NoError(t, err)
	for _, r := range ranges {
		if r[0] == 0 || r[0] >= r[1] {
			continue // what the linker threw away
		}
		l.ranges = append(l.ranges, unitRange{r[0], r[1], len(l.inputs)})
		if in.LowPC == 0 || r[0] < in.LowPC {
			in.LowPC = r[0]
		}
	}
	l.inputs = append(l.inputs, in)
	l.tables = append(l.tables, nil)
}

// table decodes a unit's table once.
func (l *lineFile) table(t testing.TB, unit int) *dwarf.LineTable {
	if l.tables[unit] == nil {
		table, err := dwarf.ReadLines(l.inputs[unit])
		require.NoError(t, err, l.inputs[unit].Name)
		require.NoError(t, table.Err, l.inputs[unit].Name)
		l.tables[unit] = table
	}
	return l.tables[unit]
}

// unit finds the table of the unit that has the address or is the last one before it:
// padding between two functions belongs to no unit (has is false), but to a sequence.
func (l *lineFile) unit(t testing.TB, addr uint64) (table *dwarf.LineTable, has bool) {
	n := sort.Search(len(l.ranges), func(i int) bool { return l.ranges[i].low > addr })
	if n == 0 {
		return nil, false
	}
	return l.table(t, l.ranges[n-1].unit), addr < l.ranges[n-1].high
}

// run gives a program's output, which is given input.
func run(t testing.TB, input, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stdin = strings.NewReader(input)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s %q: %s", name, args, stderr.String())
	return string(out)
}

// debugFileOf finds the separate debug file of an ELF file by its build id.
func debugFileOf(t testing.TB, path, get string) string {
	t.Helper()
	f, err := elf.Open(path)
	require.NoError(t, err)
	defer f.Close()
	note, err := f.Section(".note.gnu.build-id").Data()
	require.NoError(t, err)
	id := fmt.Sprintf("%x", note[16:])
	debug := filepath.Join("/usr/lib/debug/.build-id", id[:2], id[2:]+".debug")
	need.File(t, debug, get)
	return debug
}

const (
	libc      = "/lib/x86_64-linux-gnu/libc.so.6"
	libcDebug = "apt-get install libc6-dbg"
)

// every gives the addresses of a section in steps.
func (l *lineFile) every(t testing.TB, section string, step uint64) (addrs []uint64) {
	s := l.elf.Section(section)
	require.NotNil(t, s, section)
	for a := s.Addr; a < s.Addr+s.Size; a += step {
		addrs = append(addrs, a)
	}
	return addrs
}
