package dwarf_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/debuginfo/dwarf"
	"github.com/stackfs/stackfs/tests/need"
)

// asGDB prints an address's place as gdb does, which looks in the units' ranges only.
func (l *lineFile) asGDB(t testing.TB, addr uint64) string {
	if table, has := l.unit(t, addr); has {
		if row, ok := table.Statement(addr); ok {
			return fmt.Sprintf("%s:%d", table.Name(row.File), row.Line)
		}
	}
	return "??:0"
}

// gdbScript runs a script of testdata in gdb, which reads a file of lines and writes one.
func gdbScript(t testing.TB, script, file string, in []string) []string {
	t.Helper()
	gdb := need.Command(t, "gdb", "apt-get install gdb")
	dir := t.TempDir()
	from, to := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	require.NoError(t, os.WriteFile(from, []byte(strings.Join(in, "\n")+"\n"), 0o600))
	run(t, "", "env", "ADDRESSES="+from, "PLACES="+to, gdb, "-nx", "-batch", "-iex", "set debuginfod enabled off", "-x", filepath.Join("testdata", script), file)
	out, err := os.ReadFile(to)
	require.NoError(t, err)
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

func compareGDB(t *testing.T, file string, l *lineFile, addrs []uint64) {
	t.Helper()
	in := make([]string, len(addrs))
	for i, a := range addrs {
		in[i] = fmt.Sprintf("%x", a)
	}
	out := gdbScript(t, "gdblines.py", file, in)
	require.Len(t, out, len(addrs))
	known, different := 0, 0
	for i, want := range out {
		if want != "??:0" {
			known++
		}
		if got := l.asGDB(t, addrs[i]); got != want {
			if different++; different <= 50 {
				t.Errorf("0x%x is %s, gdb has %s", addrs[i], got, want)
			}
		}
	}
	require.Zero(t, different)
	t.Logf("%d addresses compared with gdb, which has lines for %d", len(addrs), known)
}

// TestStatementLibc: every fourth byte of libc.
func TestStatementLibc(t *testing.T) {
	file := debugFileOf(t, libc, libcDebug)
	l := openLines(t, file)
	compareGDB(t, file, l, l.every(t, ".text", 4))
}

// lineOfFile are the numbers of a file and an address in it.
type lineOfFile struct {
	table *dwarf.LineTable
	files []int
	addr  uint64
}

// filesOf gives each file of each unit that has code, once.
func (l *lineFile) filesOf(t testing.TB) (all []lineOfFile) {
	for unit := range l.inputs {
		table := l.table(t, unit)
		at := map[string]uint64{}
		for row := range table.Lines {
			if _, has := l.unit(t, row.Address); has && row.End > row.Address {
				if s, ok := table.Statement(row.Address); ok {
					at[table.File(s.File)] = row.Address
				}
			}
		}
		for _, path := range slices.Sorted(maps.Keys(at)) {
			f := lineOfFile{table: table, addr: at[path]}
			for n, end := table.Numbers(); n < end; n++ {
				if table.File(n) == path {
					f.files = append(f.files, n)
				}
			}
			all = append(all, f)
		}
	}
	return all
}

// places prints what gdbaddresses.py does.
func (f lineOfFile) places(t testing.TB) (text string, lines int) {
	at := map[int][]uint64{}
	for r := range f.table.Statements {
		if slices.Contains(f.files, r.File) {
			at[r.Line] = append(at[r.Line], r.Address)
		}
	}
	text = f.table.Name(f.files[0]) + " "
	for n, line := range slices.Sorted(maps.Keys(at)) {
		if n%16 == 0 { // the lookups themselves, whose cost is a whole table's
			nearest, ok := f.table.Nearest(f.files, line)
			require.True(t, ok && nearest == line)
			at[line] = f.table.Addresses(f.files, line)
		}
		slices.Sort(at[line])
		sep := fmt.Sprintf("%d:", line)
		for _, a := range slices.Compact(at[line]) {
			text += fmt.Sprintf("%s%x", sep, a)
			sep = ","
		}
		text += " "
	}
	return text, len(at)
}

func compareAddresses(t *testing.T, file string, l *lineFile) {
	t.Helper()
	files := l.filesOf(t)
	in := make([]string, len(files))
	for i, f := range files {
		in[i] = fmt.Sprintf("%x", f.addr)
	}
	out := gdbScript(t, "gdbaddresses.py", file, in)
	require.Len(t, out, len(files))
	total, different := 0, 0
	for i, want := range out {
		got, lines := files[i].places(t)
		total += lines
		if got = strings.TrimSpace(got); got != strings.TrimSpace(want) {
			if different++; different <= 5 {
				assert.Equal(t, want, got, "0x%x", files[i].addr)
			}
		}
	}
	require.Zero(t, different)
	t.Logf("%d lines of %d files compared with gdb: where breakpoints go", total, len(files))
}

// TestAddressesLibc: every line of every file of libc that has code.
func TestAddressesLibc(t *testing.T) {
	file := debugFileOf(t, libc, libcDebug)
	compareAddresses(t, file, openLines(t, file))
}
