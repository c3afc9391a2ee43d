package dwarf

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

// symbolized is the functions that llvm-symbolizer finds at addresses, the innermost first.
func symbolized(t *testing.T, path string, addrs []uint64) map[uint64]string {
	t.Helper()
	program := need.Command(t, "llvm-symbolizer", "apt-get install llvm")
	var in strings.Builder
	for _, a := range addrs {
		fmt.Fprintf(&in, "0x%x\n", a)
	}
	cmd := exec.Command(program, "--functions=short", "--inlines", "--no-demangle", "--output-style=GNU", "-a", "-e", path)
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.Output()
	require.NoError(t, err)
	found := map[uint64]string{}
	var addr uint64
	name := false
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "0x") {
			_, err := fmt.Sscanf(line, "0x%x", &addr)
			require.NoError(t, err)
			name = true
			continue
		}
		if name && line != "" {
			found[addr] += line + " "
		}
		name = !name
	}
	return found
}

// chainNames is the chain as symbolized has it.
func chainNames(chain []Entry) (names string) {
	for i := len(chain) - 1; i >= 0; i-- {
		if e := chain[i]; e.Tag == TagSubprogram || e.Tag == TagInlinedSubroutine {
			names += e.Name() + " "
		}
	}
	return names
}

// within are up to n random addresses in the ranges of units.
func within(d *Data, n int) []uint64 {
	spans := d.rootRanges()
	rnd := rand.New(rand.NewPCG(1, 2))
	var out []uint64
	seen := map[uint64]bool{}
	for range n {
		s := spans[rnd.IntN(len(spans))]
		if a := s.Low + rnd.Uint64N(s.High-s.Low); !seen[a] {
			seen[a] = true
			out = append(out, a)
		}
	}
	return out
}

// compareFunctions compares the chains at random addresses.
func compareFunctions(t *testing.T, path string, d *Data, n int) {
	t.Helper()
	addrs := within(d, n)
	want := symbolized(t, path, addrs)
	same, inlined, none, bad := 0, 0, 0, 0
	for _, a := range addrs {
		u := d.UnitFor(a)
		require.NotNil(t, u, "0x%x", a)
		chain := u.FunctionAt(a)
		if len(chain) == 0 && strings.HasPrefix(want[a], "??") {
			none++
			continue
		}
		got := chainNames(chain)
		if want[a] != got {
			if bad++; bad < 8 {
				t.Errorf("0x%x: want %q, got %q", a, want[a], got)
			}
			continue
		}
		same++
		if strings.Count(got, " ") > 1 {
			inlined++
		}
	}
	t.Logf("%s: %d addresses compared, %d inlined, %d in no function, %d differ", filepath.Base(path), same, inlined, none, bad)
}

func TestFunctions(t *testing.T) {
	for _, name := range []string{"libc6-dbg", "python3.11-dbg"} {
		largest, size := "", int64(0)
		for _, path := range debugFiles(t, name) {
			if info, err := os.Stat(path); err == nil && info.Size() > size {
				largest, size = path, info.Size()
			}
		}
		compareFunctions(t, largest, openAlt(t, largest), 10_000)
	}
	for _, flags := range []string{"g++ -O0", "g++ -O2", "clang -xc++ -lstdc++ -O2", "g++ -O2 -gsplit-dwarf -gdwarf-4", "g++ -O2 -gsplit-dwarf"} {
		path := compile(t, "shapes.cpp", strings.Fields(flags)...)
		compareFunctions(t, path, openSplit(t, path), 3000)
	}
}

func TestKernelFunctions(t *testing.T) {
	path := need.Vmlinux(t)
	compareFunctions(t, path, open(t, path), 10_000)
}

// TestNested finds functions inside of others, by many at a time.
func TestNested(t *testing.T) {
	path := compile(t, "shapes.c", "gcc", "-O0")
	d := open(t, path)
	var nested, block Entry
	var walk func(e Entry)
	walk = func(e Entry) {
		switch {
		case e.Tag == TagSubprogram && e.Name() == "here":
			nested = e
		case e.Tag == TagLexicalBlock && e.Has(AttrLowPC):
			block = e
		}
		for c := range e.Children() {
			walk(c)
		}
	}
	root, _ := d.Units[0].Root()
	walk(root)
	ranges, err := nested.Ranges()
	require.NoError(t, err)
	require.Len(t, ranges, 1)
	inner, err := block.Ranges()
	require.NoError(t, err)
	require.NotEmpty(t, inner)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			u := d.UnitFor(ranges[0].Low)
			chain := u.FunctionAt(ranges[0].Low + 4)
			if assert.Len(t, chain, 1) {
				assert.True(t, chain[0].Same(nested))
			}
			chain = u.FunctionAt(inner[0].Low)
			assert.True(t, chain[len(chain)-1].Same(block))
			assert.Nil(t, u.FunctionAt(0))
		})
	}
	all.Wait()
	assert.Nil(t, d.UnitFor(0))
	assert.Nil(t, d.UnitFor(1<<60))
}

// TestAranges looks for all units' addresses with no .debug_aranges, with one that
// leaves units out, and with one that lies.
func TestAranges(t *testing.T) {
	path := compile(t, "shapes.cpp second.cpp", "g++", "-O2")
	s := sections(t, path, "")
	require.NotEmpty(t, s.Aranges)
	right := open(t, path)
	addrs := within(right, 1000)
	lie := append([]byte{}, s.Aranges...)
	for i := 16; i+16 <= len(lie); i += 8 { // all begin at 0
		lie[i], lie[i+1], lie[i+2] = 0, 0, 0
	}
	for name, aranges := range map[string][]byte{"none": nil, "half": s.Aranges[:len(s.Aranges)/2], "lie": lie, "short": s.Aranges[:7]} {
		s.Aranges = aranges
		d, err := New(s)
		require.NoError(t, err)
		for _, a := range addrs {
			u := d.UnitFor(a)
			require.NotNil(t, u, "%s: 0x%x", name, a)
			require.Equal(t, right.UnitFor(a).Offset, u.Offset, name)
		}
	}
	t.Logf("%d addresses in 4 ways", len(addrs))
}

// TestGoBinary compares a Go program's entries and functions.
func TestGoBinary(t *testing.T) {
	program := need.Command(t, "go", "https://go.dev/dl")
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte("package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(len(fmt.Sprint(1))) }\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module small\n\ngo 1.24\n"), 0o600))
	cmd := exec.Command(program, "build", "-o", "small", ".")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	path := filepath.Join(dir, "small")
	d, c, l := open(t, path), newCompared(), newCompared()
	compareReadelf(t, c, path, d)
	t.Log("readelf:", c)
	compareLLVM(t, l, path, d)
	t.Log("llvm-dwarfdump:", l)
	compareFunctions(t, path, d, 5000)
}
