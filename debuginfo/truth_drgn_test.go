package debuginfo

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/debuginfo/dwarf"
	"github.com/stackfs/stackfs/tests/need"
)

// truthEvery is which names of a large file are compared: one in so many, or all where
// STACKFS_TRUTH=all.
func truthEvery(n int) int {
	if os.Getenv("STACKFS_TRUTH") == "all" {
		return 1
	}
	return n
}

// truthKinds are what drgn is asked for.
var truthKinds = map[dwarf.Kind]string{
	dwarf.KindFunction: "function", dwarf.KindVariable: "variable", dwarf.KindStruct: "struct", dwarf.KindUnion: "union",
	dwarf.KindClass: "class", dwarf.KindEnum: "enum", dwarf.KindTypedef: "typedef", dwarf.KindBase: "base",
}

// TestNamesAsDrgn compares every function, variable and type that has a name with drgn:
// addresses, sizes, members with their offsets, parameters.
func TestNamesAsDrgn(t *testing.T) {
	python := need.Command(t, "/usr/bin/python3", "apt-get install python3")
	if exec.Command(python, "-c", "import drgn").Run() != nil {
		need.Missing(t, "drgn", "apt-get install python3-drgn")
	}
	lua, err := filepath.EvalSymlinks("/usr/lib/x86_64-linux-gnu/liblua5.4.so.0")
	if err != nil {
		need.Missing(t, "liblua5.4", "apt-get install liblua5.4-0 liblua5.4-0-dbg")
	}
	for _, f := range []struct {
		name, path string
		every      int
	}{
		{"libc", libc(t), 1}, {"python", "/usr/bin/python3.11", 1}, {"lua", lua, 1}, {"vmlinux", need.VmlinuxIfAny(), 10},
	} {
		t.Run(f.name, func(t *testing.T) {
			if f.name == "vmlinux" {
				f.path = need.Vmlinux(t)
			}
			need.File(t, f.path, "apt-get install libc6-dbg python3.11-dbg")
			namesAsDrgn(t, python, f.path, truthEvery(f.every))
		})
	}
}

// question is what drgn is asked, and what it may answer by our reading.
type question struct {
	kind       dwarf.Kind
	name, file string
	answers    []string
	alt        bool // it is in the file that dwz made
}

func (q *question) String() string {
	return truthKinds[q.kind] + "\t" + q.name + "\t" + q.path()
}

func namesAsDrgn(t *testing.T, python, file string, every int) {
	p, err := NewLibrary(nil).File(file, ProgramOptions{NoCache: true})
	require.NoError(t, err)
	questions := truthQuestions(t, p, every)
	var input strings.Builder
	for _, q := range questions {
		input.WriteString(q.String() + "\n")
	}
	cmd := exec.Command(python, "testdata/truth.py", file)
	cmd.Stdin, cmd.Stderr = strings.NewReader(input.String()), os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	lines := strings.Split(string(bytes.TrimSuffix(out, []byte("\n"))), "\n")
	require.Len(t, lines, len(questions))
	c := newTally(t, p, file)
	for i, q := range questions {
		c.compare(q, lines[i])
	}
	c.report(t)
	runtime.KeepAlive(p) // names are in its mapped files
}

// truthQuestions asks about what is defined, each name of each source file once.
func truthQuestions(t *testing.T, p *Program, every int) (out []*question) {
	var same []*question // of one name
	n := 0
	for i := range p.EachItem(t.Context(), AllItems, nil) {
		if len(same) > 0 && same[0].name != i.Name {
			out = append(out, settled(same)...)
			same = nil
			n++
		}
		if n%every != 0 || truthKinds[i.kind] == "" || i.IsDeclaration() || i.IsVariable() && isDeclared(i.entry) {
			continue
		}
		file := truthFile(i)
		same = append(same, &question{i.kind, i.Name, file, []string{truthAnswer(i)}, i.entry.Unit.Data != i.info.data})
	}
	return append(out, settled(same)...)
}

// path is the end of the file's path that does not lead up from the unit's directory.
func (q *question) path() string {
	file := strings.TrimPrefix(q.file, "/")
	for strings.HasPrefix(file, "../") {
		file = file[3:]
	}
	return file
}

// settled leaves one question for each file: drgn takes any whose path ends in it.
func settled(same []*question) (out []*question) {
	asked := map[string]bool{}
	for _, q := range same {
		if asked[q.String()] {
			continue
		}
		asked[q.String()] = true
		all := &question{q.kind, q.name, q.file, nil, q.alt}
		for _, other := range same {
			if other.kind == q.kind && (q.file == "" || dwarf.MatchPath(other.file, q.path())) {
				all.answers = append(all.answers, other.answers...)
			}
		}
		out = append(out, all)
	}
	return out
}

// truthFile is where an item is declared; empty for what is everywhere the same.
func truthFile(i Item) string {
	file, _ := i.Declared()
	if file = path.Clean(file); file == "." || i.kind == dwarf.KindBase {
		return ""
	}
	return file
}

func truthAnswer(i Item) string {
	addr := "- "
	if a, ok := i.Addr(); ok {
		addr = fmt.Sprintf("%x ", a)
	}
	switch {
	case i.IsFunction():
		return addr + truthFunction(i.Type(), true)
	case i.IsVariable():
		return addr + truthTerm(i.Type())
	}
	return truthDefinition(i.Type())
}

// drgnSilent is what drgn 0.0.22 does not answer, by what it says, and why.
var drgnSilent = map[string]string{
	"unknown DWARF type tag 0x3b":          "functions of assembler files return DW_TAG_unspecified_type, which it does not know",
	"unknown DWARF expression opcode 0x9b": "it does not know DW_OP_form_tls_address",
	"unknown DWARF expression opcode 0xe0": "it does not know DW_OP_GNU_push_tls_address",
	"not 32 or 64 bits are not yet":        "it has no values of such floats",
	"unknown DW_AT_const_value form":       "it knows no constants that are strings",
	"could not find 'ssizetype'":           "it has no names for types of its own making",
	"could not find '_Float":               "it has no names for types of its own making",
	"could not find '__int128'":            "it parses no such type",
	"cannot combine 'unsigned' with":       "it parses no unsigned __int128",
}

// drgnDiffers is where drgn 0.0.22 does not say what we say, and why.
var drgnDiffers = map[string]string{
	"lookup_function":     "a line of a file that is included many times declares several: it tells any, we one of each size",
	"coll_seq":            "strcoll_l.c is a unit and is included in wcscoll_l.c: it tells either, and so may we",
	"do_compare":          "strcoll_l.c is a unit and is included in wcscoll_l.c: it tells either, and so may we",
	"get_next_seq":        "strcoll_l.c is a unit and is included in wcscoll_l.c: it tells either, and so may we",
	"find_idx":            "strcoll_l.c is a unit and is included in wcscoll_l.c: it tells either, and so may we",
	"find_position":       "strcoll_l.c is a unit and is included in wcscoll_l.c: it tells either, and so may we",
	"parser_data":         "a line of a file that is included many times declares several: it tells any, we one of each size",
	"acpi_s2idle_setup":   "a weak function that another one has replaced: drgn reads no DW_AT_ranges, and no symbol is left",
	"ftrace_replace_code": "a weak function that another one has replaced: drgn reads no DW_AT_ranges, and no symbol is left",
	"linux_banner":        "it takes a unit's declaration of unknown length for the definition of known length",
}

// tally counts what was compared.
type tally struct {
	symbols  map[uint64]bool // where symbols begin, as nm has it
	compared map[string]int
	silent   map[string]int // what drgn says nothing about, by reason
	differ   []string
}

func newTally(t *testing.T, p *Program, file string) *tally {
	c := &tally{symbols: map[uint64]bool{}, compared: map[string]int{}, silent: map[string]int{}}
	if debug := p.Objects()[0].Debug; debug != "" {
		file = debug
	}
	for s := range nmSymbols(t, file) {
		addr, err := strconv.ParseUint(s[:16], 16, 64)
		require.NoError(t, err)
		c.symbols[addr] = true
	}
	return c
}

func (c *tally) compare(q *question, answer string) {
	word := truthKinds[q.kind]
	if said, ok := strings.CutPrefix(answer, "? "); ok {
		for part, reason := range drgnSilent {
			if strings.Contains(said, part) {
				c.silent[word+": "+reason]++
				return
			}
		}
		if q.alt {
			c.silent[word+": it has no names of the supplementary file"]++
			return
		}
	}
	c.compared[word]++
	if slices.Contains(q.answers, answer) || slices.ContainsFunc(q.answers, func(a string) bool { return c.isAbsent(q, a, answer) }) {
		return
	}
	if reason := drgnDiffers[q.name]; reason != "" {
		c.silent[word+" "+q.name+": "+reason]++
		return
	}
	c.differ = append(c.differ, fmt.Sprintf("%s\n drgn: %s\n here: %s", q, answer, strings.Join(q.answers, "\n       ")))
}

// isAbsent says whether an answer differs in the address only, which drgn does not find
// where the code is in an instance of an inline function: there a symbol has to begin.
func (c *tally) isAbsent(q *question, here, drgn string) bool {
	rest, absent := strings.CutPrefix(drgn, "- ")
	addr, same := strings.CutSuffix(here, " "+rest)
	n, err := strconv.ParseUint(addr, 16, 64)
	if !absent || !same || err != nil || !c.symbols[n] {
		return false
	}
	c.compared[truthKinds[q.kind]+" (address by nm)"]++
	return true
}

func (c *tally) report(t *testing.T) {
	t.Log("compared:", c.compared)
	for _, reason := range slices.Sorted(maps.Keys(c.silent)) {
		t.Logf("%d not told by drgn: %s", c.silent[reason], reason)
	}
	for _, d := range c.differ[:min(len(c.differ), 20)] {
		t.Error(d)
	}
	require.Zero(t, len(c.differ), "differences")
}
