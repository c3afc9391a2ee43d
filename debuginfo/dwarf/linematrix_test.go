package dwarf_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/debuginfo/dwarf"
	"github.com/stackfs/stackfs/tests/need"
)

// lineForms are compilers' command lines. Sources are those of testdata.
func lineForms() (forms []string) {
	for _, version := range []int{2, 3, 4, 5} {
		for _, level := range []string{"-O0", "-O2"} {
			forms = append(forms, fmt.Sprintf("gcc -gdwarf-%d %s lines.c", version, level), fmt.Sprintf("clang -gdwarf-%d %s lines.c", version, level))
		}
		forms = append(forms, fmt.Sprintf("gcc -Wa,-gdwarf-%d lines.s", version))
	}
	return append(forms,
		"gcc -g -O1 lines.c", "gcc -g -O3 lines.c", "clang -g -O1 lines.c", "clang -g -O3 lines.c", "gcc -g -Os lines.c",
		"g++ -g -O0 lines.cc", "g++ -g -O2 lines.cc", "clang++ -g -O2 lines.cc", "clang++ -gdwarf-4 -O0 lines.cc",
		"gcc -g -gz=zlib -O2 lines.c", "gcc -g -gz=zlib-gnu -O2 lines.c", "gcc -g3 -O2 lines.c", "gcc -g1 -O2 lines.c",
		"gcc -g -gno-as-loc-support -O2 lines.c", "gcc -g -gno-as-locview-support -O2 lines.c", "gcc -gdwarf-4 -gno-as-loc-support -gno-variable-location-views -O2 lines.c",
		"gcc -g -O2 -ffunction-sections -Wl,--gc-sections lines.c", "clang -g -O2 -ffunction-sections -Wl,--gc-sections lines.c",
		"gcc -g -O2 -flto lines.c", "gcc -g -O2 -gsplit-dwarf lines.c", "gcc -g -O2 -fdebug-types-section lines.c", "gcc -g -O2 -gstatement-frontiers -fPIC -shared lines.c",
		"gcc -m32 -g -O2 lines.c", "gcc -m32 -gdwarf-2 -O0 lines.c", "clang -m32 -g -O2 lines.c",
		"clang -gdwarf-5 -gdwarf64 -O2 lines.c", "clang -gdwarf-4 -gdwarf64 -O2 lines.c", "clang -gdwarf-3 -gdwarf64 -O0 lines.c",
		"clang -g -gembed-source -O2 lines.c", "clang -gline-tables-only -O2 lines.c",
		"go build",
	)
}

// buildForm builds one form and gives the path of what it made.
func buildForm(t *testing.T, form string) string {
	t.Helper()
	words := strings.Fields(form)
	name := need.Command(t, words[0], "apt-get install gcc g++ gcc-multilib clang golang")
	out := filepath.Join(t.TempDir(), "lines")
	if strings.HasPrefix(form, "clang") {
		words = append(words, "-gdwarf-aranges")
	}
	cmd := exec.Command(name, append(words[1:], "-o", out)...)
	cmd.Dir = "testdata"
	if words[0] == "go" {
		cmd.Dir = filepath.Join("..", "..", "tests", "samples", "gosleep")
	}
	cmd.Env = append(os.Environ(), "PWD=") // or else compilers take the directory from there
	text, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s: %s", form, text)
	return out
}

// TestLineForms: all rows as llvm-dwarfdump has them, the file and line of every byte
// of code as eu-addr2line and gdb do, where breakpoints go as gdb has it.
func TestLineForms(t *testing.T) {
	for _, form := range lineForms() {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			checkForm(t, form, buildForm(t, form))
		})
	}
}

func checkForm(t *testing.T, form, file string) {
	var l *lineFile
	if strings.Contains(form, "-gdwarf-5 -gdwarf64") {
		dir, err := filepath.Abs("testdata")
		require.NoError(t, err)
		l = openAlone(t, file, dir, "lines.c")
	} else {
		l = openLines(t, file)
	}
	compareRows(t, file, l)
	step := uint64(1)
	if form == "go build" {
		step = 7
	}
	addrs := l.every(t, ".text", step)
	if form != "go build" && !strings.Contains(form, "-gline-tables-only") { // without .debug_aranges eu-addr2line finds no unit
		compareEU(t, file, l, addrs)
	}
	compareGDB(t, file, l, addrs)
	if form != "go build" { // whose files are a thousand
		compareAddresses(t, file, l)
	}
}

// compareRows compares each row of each table with llvm-dwarfdump's.
func compareRows(t *testing.T, file string, l *lineFile) {
	t.Helper()
	want := dumpedRows(t, file)
	total := 0
	for unit := range l.inputs {
		table := l.table(t, unit)
		got := printRows(table)
		sequences, ok := want[l.inputs[unit].Offset]
		require.True(t, ok, "llvm-dwarfdump has no table at 0x%x", l.inputs[unit].Offset)
		dumped := joinSequences(sequences, l.inputs[unit].LowPC)
		if !slices.Equal(dumped, got) {
			assert.Equal(t, strings.Join(dumped, "\n"), strings.Join(got, "\n"), l.inputs[unit].Name)
		}
		total += len(got)
	}
	t.Logf("%d rows of %d tables compared with llvm-dwarfdump", total, len(l.inputs))
}

// printRows prints rows as dumpedRows does.
func printRows(t *dwarf.LineTable) (rows []string) {
	for row := range t.Lines {
		text := fmt.Sprintf("%#x %d:%d", row.Address, row.File, row.Line)
		for _, f := range []struct {
			set  bool
			name string
		}{{row.Stmt, "is_stmt"}, {row.Block, "basic_block"}, {row.PrologueEnd, "prologue_end"}, {row.EpilogueBegin, "epilogue_begin"}} {
			if f.set {
				text += " " + f.name
			}
		}
		if rows = append(rows, text); row.Last {
			rows = append(rows, fmt.Sprintf("%#x end", row.End))
		}
	}
	return rows
}

// sequence is what llvm-dwarfdump prints of one.
type sequence struct {
	start, end uint64
	rows       []string
}

// joinSequences puts them in order, without those that are empty or thrown away.
func joinSequences(list []sequence, low uint64) (rows []string) {
	slices.SortStableFunc(list, func(a, b sequence) int { return int(min(1, max(-1, int64(a.start-b.start)))) })
	for _, s := range list {
		if s.start != s.end && (s.start != 0 || low == 0) {
			rows = append(rows, s.rows...)
		}
	}
	return rows
}

var (
	dumpedTable = regexp.MustCompile(`^debug_line\[0x([0-9a-f]+)\]`)
	dumpedRow   = regexp.MustCompile(`^0x([0-9a-f]+) +(\d+) +\d+ +(\d+) +\d+ +\d+ *(.*)$`)
)

// dumpedRows is llvm-dwarfdump's sequences by the offset of their table.
func dumpedRows(t *testing.T, file string) map[uint64][]sequence {
	t.Helper()
	dump := need.Command(t, "llvm-dwarfdump", "apt-get install llvm")
	tables := map[uint64][]sequence{}
	var offset uint64
	var s sequence
	for line := range strings.Lines(run(t, "", dump, "--debug-line", file)) {
		if m := dumpedTable.FindStringSubmatch(line); m != nil {
			offset, _ = strconv.ParseUint(m[1], 16, 64)
			tables[offset] = nil
		}
		m := dumpedRow.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		addr, _ := strconv.ParseUint(m[1], 16, 64)
		if len(s.rows) == 0 {
			s.start = addr
		}
		if strings.Contains(m[4], "end_sequence") {
			s.end, s.rows = addr, append(s.rows, fmt.Sprintf("%#x end", addr))
			tables[offset], s = append(tables[offset], s), sequence{}
			continue
		}
		s.rows = append(s.rows, strings.TrimSpace(fmt.Sprintf("%#x %s:%s %s", addr, m[3], m[2], strings.Join(strings.Fields(m[4]), " "))))
	}
	return tables
}
