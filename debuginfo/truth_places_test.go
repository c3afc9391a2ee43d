package debuginfo

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

// TestPlacesAsAddr2line compares random addresses with eu-addr2line: the functions that
// they are in, inlined ones too, with files and lines.
func TestPlacesAsAddr2line(t *testing.T) {
	lua, err := filepath.EvalSymlinks("/usr/lib/x86_64-linux-gnu/liblua5.4.so.0")
	if err != nil {
		need.Missing(t, "liblua5.4", "apt-get install liblua5.4-0 liblua5.4-0-dbg")
	}
	for name, file := range map[string]string{"libc": libc(t), "python": "/usr/bin/python3.11", "lua": lua, "vmlinux": ""} {
		t.Run(name, func(t *testing.T) {
			if name == "vmlinux" {
				file = need.Vmlinux(t)
			}
			need.File(t, file, "apt-get install libc6-dbg python3.11-dbg")
			placesAsAddr2line(t, file, 10_000/truthEvery(5))
		})
	}
}

// Where eu-addr2line says something else, which it does of parts of functions that lie
// apart, llvm-symbolizer has to agree with us.
func placesAsAddr2line(t *testing.T, file string, count int) {
	p, err := NewLibrary(nil).File(file, ProgramOptions{NoCache: true})
	require.NoError(t, err)
	addrs := functionAddresses(p, count)
	want := addr2line(t, file, addrs)
	require.Len(t, want, len(addrs))
	equal, calls := 0, 0
	var unsure []uint64
	for i, addr := range addrs {
		got := placeText(p, addr)
		if slices.Equal(anyOuter(got), anyOuter(want[i])) {
			equal, calls = equal+1, calls+len(got)
		} else {
			unsure = append(unsure, addr)
		}
	}
	agreed, differ := 0, 0
	for i, other := range askSymbolizer(t, p, file, unsure) {
		got := placeText(p, unsure[i])
		if slices.EqualFunc(got, other, isSamePlace) {
			agreed++
		} else if differ++; differ < 12 {
			t.Errorf("%x\n llvm-symbolizer: %q\n here:            %q", unsure[i], other, got)
		}
	}
	t.Logf("%d addresses with %d calls as eu-addr2line has them, %d others as llvm-symbolizer has them", equal, calls, agreed)
	require.Zero(t, differ, "differences")
}

// isSamePlace compares calls; llvm-symbolizer has no names of supplementary files, and
// of functions that gcc has cloned (f.isra.0) those of the source.
func isSamePlace(here, llvm string) bool {
	function, place, _ := strings.Cut(here, " ")
	source, _, _ := strings.Cut(function, ".")
	return here == llvm || source+" "+place == llvm || "?? "+place == llvm
}

// anyOuter leaves out the name of the outermost function, which eu-addr2line takes from
// the symbol table.
func anyOuter(calls []string) []string {
	out := slices.Clone(calls)
	if n := len(out) - 1; n >= 0 {
		_, out[n], _ = strings.Cut(out[n], " ")
	}
	return out
}

// askSymbolizer gives what llvm-symbolizer says of addresses.
func askSymbolizer(t *testing.T, p *Program, file string, addrs []uint64) [][]string {
	if debug := p.Objects()[0].Debug; debug != "" {
		file = debug
	}
	if len(addrs) == 0 {
		return nil
	}
	var in strings.Builder
	for _, a := range addrs {
		fmt.Fprintf(&in, "0x%x\n", a)
	}
	cmd := exec.Command(need.Command(t, "llvm-symbolizer", "apt-get install llvm"), "--inlines", "--functions=short", "--obj="+file)
	cmd.Stdin = strings.NewReader(in.String())
	text, err := cmd.Output()
	require.NoError(t, err)
	var out [][]string
	for _, block := range strings.Split(strings.TrimSuffix(string(text), "\n\n"), "\n\n") {
		lines := strings.Split(block, "\n")
		var calls []string
		for i := 0; i+1 < len(lines); i += 2 {
			calls = append(calls, lines[i]+" "+fileLine(lines[i+1]))
		}
		out = append(out, calls)
	}
	require.Len(t, out, len(addrs))
	return out
}

// fileLine is the last component of a path, with the line and without the column.
func fileLine(place string) string {
	parts := strings.Split(path.Base(place), ":")
	return strings.Join(parts[:min(len(parts), 2)], ":")
}

// functionAddresses are addresses in functions that have symbols.
func functionAddresses(p *Program, count int) []uint64 {
	random := rand.New(rand.NewPCG(1, 2))
	var functions []ProgramSymbol
	for _, s := range p.Symbols() {
		if strings.IndexByte("tTwW", s.Symbol.Kind) >= 0 && s.Symbol.Size > 0 {
			functions = append(functions, s)
		}
	}
	out := make([]uint64, count)
	for i := range out {
		s := functions[random.IntN(len(functions))]
		out[i] = s.Addr + random.Uint64N(s.Symbol.Size)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// placeText is "function file:line" of each call, the innermost first: that with the line
// that the table has, be it a statement or not. Only the last component of files is
// compared: the rest is in the tests of line tables.
func placeText(p *Program, addr uint64) []string {
	_, info, ok := p.infoAt(addr)
	if !ok || info.data.UnitFor(addr) == nil {
		return []string{"?? ??:0"}
	}
	at := "??:0"
	if table := info.lineTable(info.data.UnitFor(addr)); table != nil {
		if row, ok := table.Find(addr); ok {
			at = fmt.Sprintf("%s:%d", path.Base(table.Name(row.File)), row.Line)
		}
	}
	out := []string{"?? " + at} // of a function that debug info does not have
	for i, c := range p.CallsAt(addr) {
		if i > 0 {
			out = append(out, "")
			at = fmt.Sprintf("%s:%d", path.Base(c.File), c.Line)
		}
		out[i] = c.Function + " " + at
	}
	return out
}

// addr2line gives the same as eu-addr2line has it.
func addr2line(t *testing.T, file string, addrs []uint64) [][]string {
	program := need.Command(t, "eu-addr2line", "apt-get install elfutils")
	var in strings.Builder
	for _, a := range addrs {
		fmt.Fprintf(&in, "0x%x\n", a)
	}
	cmd := exec.Command(program, "-a", "-f", "-i", "-e", file)
	cmd.Stdin = strings.NewReader(in.String())
	text, err := cmd.Output()
	var exit *exec.ExitError // where it has no symbol for one of the addresses
	require.True(t, err == nil || errors.As(err, &exit), err)
	var out [][]string
	lines := bufio.NewScanner(strings.NewReader(string(text)))
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "0x") {
			out = append(out, nil)
			continue
		}
		function, _, _ := strings.Cut(lines.Text(), " inlined at ")
		require.True(t, lines.Scan())
		place, _, _ := strings.Cut(lines.Text(), " ")
		last := len(out) - 1
		out[last] = append(out[last], function+" "+fileLine(place))
	}
	return out
}
