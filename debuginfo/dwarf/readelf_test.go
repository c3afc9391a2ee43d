package dwarf

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

// compared counts what was found equal.
type compared struct {
	units, entries, attrs, strings, numbers, refs, blocks, addrs, lists int
	skipped                                                             map[string]int // what the other reader does not say, by form
	tags                                                                map[Tag]string
	names                                                               map[Attr]string
}

func newCompared() *compared {
	return &compared{skipped: map[string]int{}, tags: map[Tag]string{}, names: map[Attr]string{}}
}

func (c *compared) String() string {
	return fmt.Sprintf("%d units, %d entries, %d attributes (%d strings, %d numbers, %d references, %d blocks, %d addresses, %d lists); not compared: %v",
		c.units, c.entries, c.attrs, c.strings, c.numbers, c.refs, c.blocks, c.addrs, c.lists, c.skipped)
}

var (
	readelfEntry = regexp.MustCompile(`^ <([0-9a-f]+)><([0-9a-f]+)>: Abbrev Number: (\d+)(?: \((.*)\))?$`)
	readelfAttr  = regexp.MustCompile(`^    <([0-9a-f]+)>   (DW_AT\S*?|Unknown AT value: \w+)\s*: ?(.*)$`)
)

// readelfDump compares what readelf prints with what d has.
type readelfDump struct {
	t     *testing.T
	d     *Data
	c     *compared
	types bool // in .debug_types
	unit  *Unit
	entry Entry
	attrs []Value
	names []Attr
	last  uint64 // stop behind the unit of this offset, unless 0
	bad   int
}

func (x *readelfDump) fail(format string, args ...any) {
	if x.bad++; x.bad < 20 {
		x.t.Errorf(format, args...)
	}
}

// run reads until the text or the unit ends.
func (x *readelfDump) run(r io.Reader) {
	x.t.Helper()
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<26)
	for s.Scan() {
		line := s.Text()
		switch {
		case strings.HasPrefix(line, "Contents of the .debug_types") || strings.HasPrefix(line, "Contents of the .zdebug_types"):
			x.types = true
		case strings.HasPrefix(line, "Contents of the"):
			x.types = false
		}
		if m := readelfEntry.FindStringSubmatch(line); m != nil {
			if !x.header(m) {
				return
			}
		} else if m := readelfAttr.FindStringSubmatch(line); m != nil && x.entry.Unit != nil {
			x.attribute(m[2], m[3], line)
		}
	}
	require.NoError(x.t, s.Err())
}

func (x *readelfDump) header(m []string) bool {
	off, _ := strconv.ParseUint(m[2], 16, 64)
	if x.last != 0 && off >= x.last {
		return false
	}
	x.entry = Entry{}
	if m[3] == "0" {
		return true
	}
	units := x.d.Units
	if x.types {
		units = x.d.TypeUnits
	}
	u := unitAt(units, off)
	if u == nil {
		x.fail("no unit has 0x%x", off)
		return true
	}
	if u != x.unit {
		x.unit = u
		x.c.units++
	}
	e, ok := u.Entry(off)
	if !ok {
		x.fail("no entry at 0x%x", off)
		return true
	}
	if known, ok := x.c.tags[e.Tag]; ok && known != m[4] {
		x.fail("tag 0x%x is %s and %s", e.Tag, known, m[4])
	}
	x.c.tags[e.Tag] = m[4]
	x.c.entries++
	x.entry, x.attrs, x.names = e, x.attrs[:0], x.names[:0]
	for a, v := range e.Attrs() {
		x.attrs, x.names = append(x.attrs, v), append(x.names, a)
	}
	return true
}

func (x *readelfDump) attribute(name, text, line string) {
	if len(x.attrs) == 0 {
		x.fail("no attribute for %s", line)
		return
	}
	a, v := x.names[0], x.attrs[0]
	x.attrs, x.names = x.attrs[1:], x.names[1:]
	if known, ok := x.c.names[a]; ok && known != name {
		x.fail("attribute 0x%x is %s and %s", a, known, name)
	}
	x.c.names[a] = name
	x.c.attrs++
	if again, ok := x.entry.Value(a); !ok || again.Form != v.Form || again.num != v.num || again.text != v.text || len(again.bytes) != len(v.bytes) {
		x.fail("%s: Value gives %v, Attrs %v", line, again, v)
	}
	if want, got, ok := x.values(v, text); !ok {
		x.c.skipped[fmt.Sprintf("form 0x%x", uint16(v.Form))]++
	} else if want != got {
		x.fail("unit 0x%x %s: want %q, got %q, form 0x%x", x.entry.Unit.Offset, line, want, got, uint16(v.Form))
	}
}

// after is the text behind a mark.
func after(text, mark string) (string, bool) {
	_, rest, ok := strings.Cut(text, mark)
	return rest, ok
}

func (x *readelfDump) values(v Value, text string) (want, got string, ok bool) {
	switch v.Form {
	case FormString:
		x.c.strings++
		return text, v.String(), true
	case FormStrp, FormLineStrp:
		want, ok = after(text, "): ")
		got, _, _ = strings.Cut(v.String(), "\n") // the dump goes on in the next line
		x.c.strings++
		return want, got, ok
	case FormGNUStrpAlt:
		x.c.strings++
		assert.True(x.t, x.d.Alt == nil || v.String() != "")
		want, ok = after(text, "offset: ")
		return number(strings.TrimRight(want, ") ")), fmt.Sprint(v.num), ok
	case FormRef1, FormRef2, FormRef4, FormRef8, FormRefUdata, FormRefAddr, FormGNURefAlt:
		return x.reference(v, text)
	case FormRefSig8:
		want, ok = after(text, "signature: ")
		e, found := v.Entry()
		assert.True(x.t, !found || e.Unit.ID == v.num)
		x.c.refs++
		return want, fmt.Sprintf("0x%x", v.num), ok
	case FormAddr:
		x.c.addrs++
		addr, _ := v.Addr()
		return number(text), fmt.Sprint(addr), true
	case FormAddrx, FormAddrx1, FormAddrx2, FormAddrx3, FormAddrx4, FormGNUAddrIndex:
		addr, found := v.Addr()
		want, ok = after(text, "): ")
		x.c.addrs++
		return number(want), fmt.Sprint(addr), ok && found
	}
	if v.IsBlock() {
		x.c.blocks++
		_, rest, ok := strings.Cut(text, " byte block: ")
		rest, _, _ = strings.Cut(rest, "\t")
		return strings.TrimSpace(rest), strings.Trim(fmt.Sprintf("%x", bytesAsNumbers(v.Bytes())), "[]"), ok
	}
	switch v.Form {
	case FormData1, FormData2, FormData4, FormData8, FormUdata, FormFlag, FormFlagPresent, FormSecOffset:
		x.c.numbers++
		return number(text), fmt.Sprint(v.Uint()), true
	case FormSdata, FormImplicitConst:
		x.c.numbers++
		return number(text), fmt.Sprint(v.Int()), true
	}
	return "", "", false
}

// bytesAsNumbers is what prints without leading zeros.
func bytesAsNumbers(b []byte) []int {
	out := make([]int, len(b))
	for i := range b {
		out[i] = int(b[i])
	}
	return out
}

func (x *readelfDump) reference(v Value, text string) (want, got string, ok bool) {
	e, found := v.Entry()
	if v.Form == FormGNURefAlt {
		text, _ = after(text, "alt ")
		if x.d.Alt == nil {
			return "", "", false
		}
	}
	x.c.refs++
	return number(strings.Trim(text, "<>")), fmt.Sprint(e.Offset), found
}

// number is the first number of a text, decimal.
func number(text string) string {
	text, _, _ = strings.Cut(text, "\t")
	text, _, _ = strings.Cut(text, " ")
	text = strings.TrimSuffix(text, ">")
	if strings.HasPrefix(text, "-") {
		return text
	}
	n, err := strconv.ParseUint(text, 0, 64)
	if err != nil {
		return text
	}
	return fmt.Sprint(n)
}

// compareReadelf compares all entries of a file.
func compareReadelf(t *testing.T, c *compared, path string, d *Data) {
	t.Helper()
	before := c.entries
	readelf(t, &readelfDump{t: t, d: d, c: c}, path)
	walked := 0
	for _, units := range [][]*Unit{d.Units, d.TypeUnits} {
		for _, u := range units {
			if root, ok := u.Root(); ok {
				walked += count(root, 0)
			}
		}
	}
	assert.Equal(t, c.entries-before, walked, "entries found by walking %s", path)
}

func readelf(t *testing.T, x *readelfDump, path string, args ...string) {
	t.Helper()
	program := need.Command(t, "readelf", "apt-get install binutils")
	cmd := exec.Command(program, append([]string{"--debug-dump=info,no-follow-links"}, append(args, path)...)...)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	x.run(out)
	cmd.Process.Kill()
	cmd.Wait()
}

// count is how many entries there are in e, itself with them.
func count(e Entry, depth int) int {
	n := 1
	if depth < maxDepth {
		for c := range e.Children() {
			n += count(c, depth+1)
		}
	}
	return n
}
