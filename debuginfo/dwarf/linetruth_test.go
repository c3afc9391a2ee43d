package dwarf_test

import (
	"fmt"
	"math/rand/v2"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/debuginfo/dwarf"
	"github.com/stackfs/stackfs/tests/need"
)

// asEU prints an address's place as eu-addr2line does, but for the path, which is cleaned.
func (l *lineFile) asEU(t testing.TB, addr uint64) string {
	if table, _ := l.unit(t, addr); table != nil {
		if row, ok := table.Find(addr); ok {
			return fmt.Sprintf("%s:%d", table.File(row.File), row.Line)
		}
	}
	return "??:0"
}

// euAddr2line asks eu-addr2line for all addresses in one run.
func euAddr2line(t testing.TB, file string, addrs []uint64) []string {
	t.Helper()
	eu := need.Command(t, "eu-addr2line", "apt-get install elfutils")
	var in strings.Builder
	for _, a := range addrs {
		fmt.Fprintf(&in, "0x%x\n", a)
	}
	out := strings.Split(strings.TrimSuffix(run(t, in.String(), eu, "-e", file), "\n"), "\n")
	require.Len(t, out, len(addrs))
	for i, line := range out {
		// FILE:LINE:COLUMN; a column of 0 is left out.
		parts := strings.Split(line, ":")
		out[i] = path.Clean(parts[0]) + ":" + parts[1]
	}
	return out
}

// emptyEnd is what eu-addr2line says of an address between two sequences if the
// earlier one ends with a row that covers nothing: that row. (It sorts the sequence's
// end before rows at the same address, so that they go on for ever.) gdb and
// addr2line say nothing there.
func (l *lineFile) emptyEnd(t testing.TB, addr uint64) string {
	table, _ := l.unit(t, addr)
	if table == nil {
		return ""
	}
	var last dwarf.Row
	for row := range table.Lines {
		if row.End <= addr && row.End >= last.End {
			last = row
		}
	}
	if last.Address != last.End {
		return ""
	}
	return fmt.Sprintf("%s:%d", table.File(last.File), last.Line)
}

func compareEU(t *testing.T, file string, l *lineFile, addrs []uint64) {
	t.Helper()
	known, padding, different := 0, 0, 0
	for i, want := range euAddr2line(t, file, addrs) {
		got := l.asEU(t, addrs[i])
		if want != "??:0" {
			known++
		}
		switch {
		case got == want:
		case got == "??:0" && l.emptyEnd(t, addrs[i]) == want:
			padding++
		default:
			if different++; different <= 50 {
				t.Errorf("0x%x is %s, eu-addr2line has %s", addrs[i], got, want)
			}
		}
	}
	require.Zero(t, different)
	t.Logf("%d addresses compared with eu-addr2line, which has lines for %d; %d are padding behind an empty last row, which is none's", len(addrs), known, padding)
}

// TestFindLibc: every fourth byte of libc.
func TestFindLibc(t *testing.T) {
	file := debugFileOf(t, libc, libcDebug)
	l := openLines(t, file)
	compareEU(t, file, l, l.every(t, ".text", 4))
}

// TestFindVmlinux: 200 000 addresses of a kernel.
func TestFindVmlinux(t *testing.T) {
	file := need.Vmlinux(t)
	l := openLines(t, file)
	text := l.elf.Section(".text")
	random := rand.New(rand.NewPCG(1, 2))
	addrs := make([]uint64, 200_000)
	for i := range addrs {
		addrs[i] = text.Addr + random.Uint64N(text.Size)
	}
	compareEU(t, file, l, addrs)
}
