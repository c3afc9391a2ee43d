package debuginfo

import (
	"fmt"
	"testing"

	"github.com/stackfs/stackfs/tests/need"
	"github.com/stretchr/testify/require"
)

// sameRule compares what two rows say of one thing.
func sameRule(a *row, x rule, b *row, y rule) bool {
	if x.kind == y.kind && (x.kind == ruleExpression || x.kind == ruleValExpression) {
		return string(a.expression(x)) == string(b.expression(y))
	}
	return x == y || x.kind == ruleSame && y.kind == ruleUnspecified
}

// orcDifference says why ORC and call frame information of one place may differ.
func orcDifference(o, d *row) string {
	switch {
	case o.cfa.kind == ruleCFA && d.cfa.kind == ruleCFA && o.cfa.reg == columnSP && d.cfa.reg == columnSP:
		return "pushes in inline assembly"
	case o.cfa.kind == ruleCFA && d.cfa.kind == ruleCFA && o.cfa.reg == columnSP && (d.cfa.reg == 10 || d.cfa.reg == 13):
		return "stack about to be realigned, by rsp and by the register that keeps it"
	case o.cfa.kind == ruleExpression && d.cfa.kind == ruleCFA && d.cfa.reg == columnSP:
		return "inline assembly on another stack"
	}
	return ""
}

// TestORCAsDebugFrame compares the two kinds of unwinding information that a kernel
// has of the same code, at the first and last byte of each ORC entry's range in each
// FDE, and what is made of both.
func TestORCAsDebugFrame(t *testing.T) {
	img := openImage(t, need.Vmlinux(t))
	frames := img.frames()
	o := frames.orc
	require.NotNil(t, o)
	same, onlyCFI, n := 0, 0, 0
	differing, example := map[string]int{}, map[string]string{}
	compare := func(pc uint64) {
		d := frames.row(pc)
		entry, _ := o.find(pc)
		a, both := entry.row(), rowOf(pc, frames)
		switch {
		case a == nil:
			onlyCFI++
			require.Equal(t, d, both)
			return
		case sameRule(a, a.cfa, d, d.cfa):
			same++
		default:
			why := orcDifference(a, d)
			require.NotEmpty(t, why, "%x: %v, %v", pc, a.cfa, d.cfa)
			differing[why]++
			sym, _ := img.symbols().find(pc)
			example[why] = fmt.Sprintf("%x in %s", pc, img.symbols().name(sym))
		}
		ok := sameRule(a, a.cfa, both, both.cfa) && sameRule(a, a.regs[columnRA], d, d.regs[columnRA]) && sameRule(a, a.regs[columnFP], d, d.regs[columnFP])
		for n := range d.regs {
			ok = ok && sameRule(d, d.regs[n], both, both.regs[n])
		}
		if !ok { // an assertion for each would take most of the time
			require.Fail(t, "rows differ", "%x: %v, %v, %v", pc, *a, *d, *both)
		}
	}
	index := frames.sections[0].index()
	for _, e := range index {
		end := e.begin + uint64(e.size)
		for n < o.len() && o.at(o.nth(n)) < e.begin {
			n++
		}
		for i := n; i < o.len() && o.at(o.nth(i)) < end; i++ {
			last := end
			if i+1 < o.len() {
				last = min(end, o.at(o.nth(i+1)))
			}
			if last > o.at(o.nth(i)) { // else another for the same address follows
				compare(o.at(o.nth(i)))
				compare(last - 1)
			}
		}
	}
	t.Logf("%d FDEs, %d ORC entries: %d places equal, at %d ORC says nothing", len(index), o.len(), same, onlyCFI)
	for why, n := range differing {
		t.Logf("%d places: %s (%s)", n, why, example[why])
	}
	require.NotZero(t, same)
}
