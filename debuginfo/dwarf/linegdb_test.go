package dwarf_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
	t.Setenv("ADDRESSES", from)
	t.Setenv("PLACES", to)
	run(t, "", gdb, "-nx", "-batch", "-iex", "set debuginfod enabled off", "-x", filepath.Join("testdata", script), file)
	out, err := os.ReadFile(to)
	require.NoError(t, err)
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

func compareGDB(t *testing.T, file string, addrs []uint64) {
	t.Helper()
	l := openLines(t, file)
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
				assert.Equal(t, want, got, "0x%x", addrs[i])
			}
		}
	}
	require.Zero(t, different)
	t.Logf("%d addresses compared with gdb, which has lines for %d", len(addrs), known)
}

// TestStatementLibc: every fourth byte of libc.
func TestStatementLibc(t *testing.T) {
	file := debugFileOf(t, libc, libcDebug)
	compareGDB(t, file, openLines(t, file).every(t, ".text", 4))
}
