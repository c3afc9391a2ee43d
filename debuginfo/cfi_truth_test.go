package debuginfo

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

// cfiNames is readelf's names of the columns.
var cfiNames = []string{"rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "ra"}

// readelfRow writes a row as readelf --debug-dump=frames-interp does, columns as given.
func readelfRow(r *row, names []string) string {
	cfa := "exp"
	if r.cfa.kind == ruleCFA {
		cfa = fmt.Sprintf("%s%+d", cfiNames[r.cfa.reg], r.cfa.value)
	}
	out := []string{cfa}
	for _, name := range names {
		u := r.regs[slices.Index(cfiNames, name)]
		cell := map[ruleKind]string{ruleUnspecified: "u", ruleUndefined: "u", ruleSame: "s", ruleExpression: "exp", ruleValExpression: "vexp"}[u.kind]
		switch u.kind {
		case ruleOffset:
			cell = fmt.Sprintf("c%+d", u.value)
		case ruleValOffset:
			cell = fmt.Sprintf("v%+d", u.value)
		case ruleRegister:
			cell = fmt.Sprintf("r%d (%s)", u.reg, cfiNames[u.reg])
		}
		out = append(out, cell)
	}
	return strings.Join(out, " ")
}

// TestRowsAsReadelf compares every row of every FDE. readelf writes "u" for a
// register that nothing is said about where another row of the FDE does, and for
// one that is undefined.
func TestRowsAsReadelf(t *testing.T) {
	readelf := need.Command(t, "readelf", "apt-get install binutils")
	files := []string{libc(t), build(t, "gcc", "deep.c", "-static"), build(t, "g++", "catch.cc"), need.Command(t, "bash", "apt-get install bash"), buildGo(t)}
	files = append(files, cfiForms(t)...)
	if os.Getenv("STACKFS_FULL") != "" {
		more, err := filepath.Glob("/usr/lib/x86_64-linux-gnu/lib*.so.*.*")
		require.NoError(t, err)
		files = append(files, more[:min(len(more), 400)]...)
	}
	total := 0
	for _, path := range files {
		b, err := exec.Command(readelf, "-wNF", path).Output()
		require.NoError(t, err)
		frames := openImage(t, path).frames()
		require.Empty(t, frames.errs)
		require.NotEmpty(t, frames.sections)
		var names []string
		fdes, rows := 0, 0
		inFDE, end := false, uint64(0)
		for line := range strings.Lines(string(b)) {
			fields := strings.Fields(line)
			switch {
			case strings.Contains(line, " CIE "), strings.Contains(line, " FDE "):
				inFDE = strings.Contains(line, " FDE ")
				fdes += int(truth(inFDE))
				names, end = nil, fdeEnd(line)
			case len(fields) > 1 && fields[0] == "LOC":
				names = fields[2:]
				if slices.ContainsFunc(names, func(n string) bool { return !slices.Contains(cfiNames, n) }) {
					inFDE = false // vector registers, which we do not keep
				}
			case inFDE && len(fields) > 1 && len(fields[0]) == 16:
				pc, err := strconv.ParseUint(fields[0], 16, 64)
				require.NoError(t, err)
				if pc >= end { // instructions go on to describe what the FDE does not cover
					continue
				}
				rows++
				require.Equal(t, strings.Join(fields[1:], " "), oneRow(t, frames, pc, names), "%s at %x", path, pc)
			}
		}
		t.Logf("%s: %d rows of %d FDEs equal to readelf's", path, rows, fdes)
		total += rows
	}
	t.Logf("%d rows in %d files", total, len(files))
	require.NotZero(t, total)
}

// fdeEnd is b of "pc=a..b".
func fdeEnd(line string) uint64 {
	_, end, _ := strings.Cut(strings.TrimSpace(line), "..")
	v, _ := strconv.ParseUint(end, 16, 64)
	return v
}

func oneRow(t *testing.T, frames *frameTable, pc uint64, names []string) string {
	for _, s := range frames.sections {
		if f, ok := s.covering(pc); ok {
			r, err := f.row(pc)
			require.NoError(t, err)
			return readelfRow(r, names)
		}
	}
	return "no FDE"
}
