package dwarf

import (
	"bufio"
	"io"
	"math"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

var (
	llvmEntry = regexp.MustCompile(`^0x([0-9a-f]+): +(DW_TAG_\w+|NULL)`)
	llvmAttr  = regexp.MustCompile(`^ +(DW_AT_\w+) \[(DW_FORM_\w+)\]\t(.*)$`)
	llvmRange = regexp.MustCompile(`^ +\[0x([0-9a-f]+), 0x([0-9a-f]+)\)(?:: +(\w+))?`)
	llvmSplit = regexp.MustCompile(`^ +DW_LLE_startx_length +\(0x([0-9a-f]+), 0x([0-9a-f]+)\): (\w+)`)
	llvmElse  = regexp.MustCompile(`^ +<default>: +(\w+)`)
)

// llvmDump compares the lists, indexed strings and indexed addresses that
// llvm-dwarfdump prints with what d has. It goes by entry and number of attribute.
type llvmDump struct {
	t         *testing.T
	d         *Data
	c         *compared
	ops       map[byte]string
	types     bool
	addresses bool // the file has them; a .dwo has not

	entry Entry
	names []Attr
	attrs []Value
	at    int // the attribute that was seen last
	want  []Location
	wants []string // first operations
	bad   int
}

func (x *llvmDump) fail(format string, args ...any) {
	if x.bad++; x.bad < 20 {
		x.t.Errorf(format, args...)
	}
}

func (x *llvmDump) run(r io.Reader) {
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<26)
	for s.Scan() {
		x.line(s.Text())
	}
	x.list()
	require.NoError(x.t, s.Err())
}

func (x *llvmDump) line(line string) {
	if strings.Contains(line, ".debug_types") && strings.HasSuffix(line, "contents:") {
		x.types = true
	}
	if m := llvmEntry.FindStringSubmatch(line); m != nil {
		x.list()
		off, _ := strconv.ParseUint(m[1], 16, 64)
		x.begin(off, m[2])
	} else if m := llvmAttr.FindStringSubmatch(line); m != nil {
		x.list()
		x.attribute(m[1], m[3])
	} else if m := llvmRange.FindStringSubmatch(line); m != nil {
		low, _ := strconv.ParseUint(m[1], 16, 64)
		high, _ := strconv.ParseUint(m[2], 16, 64)
		if low < high {
			x.want, x.wants = append(x.want, Location{Low: low, High: high}), append(x.wants, m[3])
		}
	} else if m := llvmSplit.FindStringSubmatch(line); m != nil {
		index, _ := strconv.ParseUint(m[1], 16, 64)
		length, _ := strconv.ParseUint(m[2], 16, 64)
		low, ok := x.entry.Unit.IndexedAddr(index)
		require.True(x.t, ok)
		if length > 0 {
			x.want, x.wants = append(x.want, Location{Low: low, High: low + length}), append(x.wants, m[3])
		}
	} else if m := llvmElse.FindStringSubmatch(line); m != nil {
		x.want, x.wants = append(x.want, Location{High: math.MaxUint64}), append(x.wants, m[1])
	}
}

func (x *llvmDump) begin(off uint64, tag string) {
	x.names, x.attrs, x.at, x.entry = nil, nil, -1, Entry{}
	if tag == "NULL" {
		return
	}
	units := x.d.Units
	if x.types {
		units = x.d.TypeUnits
	}
	u := unitAt(units, off)
	if u == nil {
		x.fail("no unit has 0x%x", off)
		return
	}
	e, ok := u.Entry(off)
	if !ok {
		x.fail("no entry at 0x%x", off)
		return
	}
	x.c.entries++
	x.entry = e
	for a, v := range e.Attrs() {
		x.names, x.attrs = append(x.names, a), append(x.attrs, v)
	}
}

func (x *llvmDump) attribute(name, text string) {
	if x.at++; x.at >= len(x.attrs) {
		x.fail("0x%x has no attribute for %s", x.entry.Offset, name)
		return
	}
	a, v := x.names[x.at], x.attrs[x.at]
	if known, ok := x.c.names[a]; ok && known != name {
		x.fail("attribute 0x%x is %s and %s", a, known, name)
	}
	x.c.names[a] = name
	x.c.attrs++
	_, quoted, isString := strings.Cut(text, `"`)
	quoted, _, whole := strings.Cut(quoted, `")`)
	_, addr, indexed := strings.Cut(text, "address = 0x")
	switch {
	case v.String() != "" && isString && whole && !strings.Contains(quoted, `\`):
		if x.c.strings++; v.String() != quoted {
			x.fail("0x%x %s: want %q, got %q", x.entry.Offset, name, quoted, v.String())
		}
	case v.isAddr() && indexed && x.addresses:
		got, _ := v.Addr()
		want, _ := strconv.ParseUint(strings.TrimRight(addr, ")"), 16, 64)
		if x.c.addrs++; got != want {
			x.fail("0x%x %s: want 0x%x, got 0x%x", x.entry.Offset, name, want, got)
		}
	}
}

// list compares the list that was read with that of the attribute seen last.
func (x *llvmDump) list() {
	want, ops := x.want, x.wants
	x.want, x.wants = nil, nil
	if x.at < 0 || x.at >= len(x.attrs) || !x.addresses && (len(want) == 0 || x.names[x.at] == AttrRanges) {
		return
	}
	v := x.attrs[x.at]
	var got []Location
	var err error
	if x.names[x.at] == AttrRanges {
		var ranges []Range
		ranges, err = x.entry.Ranges()
		for _, r := range ranges {
			got = append(got, Location{Low: r.Low, High: r.High})
		}
	} else if len(want) > 0 {
		got, err = v.Locations()
	}
	if len(want) == 0 && len(got) == 0 {
		return
	}
	x.c.lists++
	if err != nil || len(want) != len(got) {
		x.fail("0x%x attribute 0x%x: %d in list, want %d; %v", x.entry.Offset, x.names[x.at], len(got), len(want), err)
		return
	}
	for i := range want {
		if want[i].Low != got[i].Low || want[i].High != got[i].High {
			x.fail("0x%x attribute 0x%x, %d: want 0x%x-0x%x, got 0x%x-0x%x", x.entry.Offset, x.names[x.at], i, want[i].Low, want[i].High, got[i].Low, got[i].High)
		}
		if op := ops[i]; op != "" && len(got[i].Expr) > 0 {
			if known, ok := x.ops[got[i].Expr[0]]; ok && known != op {
				x.fail("0x%x: operation 0x%x is %s and %s", x.entry.Offset, got[i].Expr[0], known, op)
			}
			x.ops[got[i].Expr[0]] = op
		}
	}
}

// compareLLVM compares all entries of a file.
func compareLLVM(t *testing.T, c *compared, path string, d *Data) {
	t.Helper()
	program := need.Command(t, "llvm-dwarfdump", "apt-get install llvm")
	args := []string{"-v", "--debug-info", "--debug-types", path}
	x := &llvmDump{t: t, d: d, c: c, ops: map[byte]string{}, addresses: !d.split, at: -1}
	cmd := exec.Command(program, args...)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	x.run(out)
	cmd.Process.Kill()
	cmd.Wait()
}
