package debuginfo

import (
	"fmt"
	"os/exec"
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
	for _, path := range []string{libc(t), build(t, "gcc", "deep.c", "-static"), build(t, "g++", "catch.cc"), need.Command(t, "bash", "apt-get install bash"), buildGo(t)} {
		b, err := exec.Command(readelf, "-wNF", path).Output()
		require.NoError(t, err)
		frames := openImage(t, path).frames()
		require.Empty(t, frames.errs)
		require.NotEmpty(t, frames.sections)
		var names []string
		fdes, rows := 0, 0
		inFDE := false
		for line := range strings.Lines(string(b)) {
			fields := strings.Fields(line)
			switch {
			case strings.Contains(line, " CIE "), strings.Contains(line, " FDE "):
				inFDE = strings.Contains(line, " FDE ")
				fdes += int(truth(inFDE))
				names = nil
			case len(fields) > 1 && fields[0] == "LOC":
				names = fields[2:]
			case inFDE && len(fields) > 1 && len(fields[0]) == 16:
				pc, err := strconv.ParseUint(fields[0], 16, 64)
				require.NoError(t, err)
				rows++
				require.Equal(t, strings.Join(fields[1:], " "), oneRow(t, frames, pc, names), "%s at %x", path, pc)
			}
		}
		t.Logf("%s: %d rows of %d FDEs equal to readelf's", path, rows, fdes)
		require.NotZero(t, rows)
	}
}

func oneRow(t *testing.T, frames *frameTable, pc uint64, names []string) string {
	for _, s := range frames.sections {
		if f, ok := s.covering(pc); ok {
			r, err := s.row(f, pc)
			require.NoError(t, err)
			return readelfRow(r, names)
		}
	}
	return "no FDE"
}
