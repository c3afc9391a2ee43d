package values

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ianlancetaylor/demangle"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
	"github.com/stackfs/stackfs/tests/need"
)

// processMemory is /proc/PID/mem of a stopped child.
type processMemory struct{ *os.File }

func (m processMemory) ReadMemory(_ context.Context, p []byte, addr uint64) (int, error) {
	if int64(addr) < 0 {
		return 0, &core.FaultError{Addr: addr}
	}
	n, err := m.ReadAt(p, int64(addr))
	if n < len(p) {
		return n, &core.FaultError{Addr: addr + uint64(n), Err: err}
	}
	return n, nil
}

// inferior is a sample program that has stopped itself, with an Env over it.
type inferior struct {
	*sample
	pid  int
	path string
	env  *Env
}

// startSample compiles testdata/NAME, starts it and waits until it stops itself.
func startSample(t *testing.T, name string, flags ...string) *inferior {
	path := filepath.Join(t.TempDir(), "sample")
	lang := types.C
	command := need.Command(t, "gcc", "apt-get install gcc")
	args := []string{"-g", "-O0", "-w", "-no-pie", "-fno-pie", "-o", path, name}
	switch filepath.Ext(name) {
	case ".cc":
		lang, command = types.CPlus, need.Command(t, "g++", "apt-get install g++")
	case ".go":
		lang, command = types.Go, need.Command(t, "go", "https://go.dev/dl")
		args = []string{"build", "-gcflags=-N -l", "-o", path, name}
	}
	build := exec.Command(command, append(args, flags...)...)
	build.Dir = "testdata"
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	cmd := exec.Command(path)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	stopped := func() bool {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", cmd.Process.Pid))
		return err == nil && bytes.Contains(b, []byte(") T "))
	}
	require.Eventually(t, stopped, 20*time.Second, 5*time.Millisecond)
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", cmd.Process.Pid))
	require.NoError(t, err)
	t.Cleanup(func() { mem.Close() })
	i := &inferior{sample: openSample(t, path, lang), pid: cmd.Process.Pid, path: path}
	i.env = &Env{Scope: i, Types: i, Memory: processMemory{mem}, Language: lang, Symbolize: i.symbol(i.function)}
	i.env.Member = i.place(i.env)
	return i
}

// function is a symbol as gdb prints it: demangled, main of C++ as well.
func (i *inferior) function(symbol string) string {
	if i.lang == types.CPlus && symbol == "main" {
		return "main()"
	}
	return demangle.Filter(symbol)
}

type answer struct{ Text, Top, Inner, Scalars string }

// ask has gdb evaluate expressions in the stopped program.
func (i *inferior) ask(t *testing.T, expressions []string) []answer {
	gdb := need.Command(t, "gdb", "apt-get install gdb")
	list := filepath.Join(t.TempDir(), "expressions")
	require.NoError(t, os.WriteFile(list, []byte(strings.Join(expressions, "\n")), 0o600))
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	language := map[types.Lang]string{types.C: "c", types.CPlus: "c++", types.Go: "go"}[i.lang]
	cmd := exec.CommandContext(ctx, gdb, "-nx", "-batch", "-iex", "set auto-load off", "-iex", "set debuginfod enabled off", "-p", fmt.Sprint(i.pid), "-ex", "frame function main", "-ex", "set language "+language, "-x", "testdata/gdb.py", i.path)
	cmd.Env = append(os.Environ(), "EXPRESSIONS="+list, "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	var answers []answer
	for s := bufio.NewScanner(bytes.NewReader(out)); s.Scan(); {
		if line, ok := strings.CutPrefix(s.Text(), "@@"); ok {
			var a answer
			require.NoError(t, json.Unmarshal([]byte(line), &a))
			answers = append(answers, a)
		}
	}
	require.NotEmpty(t, answers, string(out))
	return answers
}

// compare evaluates and prints what gdb was asked, and counts. Differences are
// allowed by name only.
func (i *inferior) compare(t *testing.T, answers []answer, allowed map[string]string) {
	ctx := context.Background()
	n, differ, refused := 0, 0, 0
	for _, a := range answers {
		v, err := Evaluate(ctx, i.env, a.Text)
		got := answer{Text: a.Text}
		if err == nil {
			got.Top, err = Format(ctx, i.env, v, Top)
		}
		if strings.HasPrefix(a.Top, "ERROR ") {
			n++
			if refused++; err == nil && allowed[a.Text] == "" {
				differ++
				t.Errorf("%s\n gdb %s\nours %s", a.Text, a.Top, got.Top)
			}
			continue
		}
		if err == nil {
			got.Inner, err = Format(ctx, i.env, v, Inner)
			require.NoError(t, err)
			got.Scalars, err = Format(ctx, i.env, v, Scalars)
			require.NoError(t, err)
		}
		n += 3
		if allowed[a.Text] != "" {
			continue
		}
		if err != nil || got != a {
			differ++
			t.Errorf("%s\n gdb %q\nours %q %v", a.Text, a, got, err)
		}
	}
	t.Logf("compared with gdb: %d texts of %d expressions (%d refused by both), %d differ, %d allowed", n, len(answers), refused, differ, len(allowed))
}

// expressions reads a table of testdata.
func expressions(t *testing.T, name string) []string {
	b, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	var out []string
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSuffix(line, "\n"); line != "" && !strings.HasPrefix(line, "# ") {
			out = append(out, line)
		}
	}
	return out
}

func TestGlobalsC(t *testing.T) {
	i := startSample(t, "globals.c")
	i.compare(t, i.ask(t, i.names), map[string]string{
		"ca_inc": "gdb loses the character before an incomplete sequence",
		"ic":     "gdb 13 does not know complex integers",
	})
}

func TestGlobalsCPlusPlus(t *testing.T) {
	i := startSample(t, "globals.cc")
	i.compare(t, i.ask(t, i.names), map[string]string{
		"pm_virt": "which virtual function has which slot is not among what a type tells",
	})
}

// TestGlobalsGo compares Go's globals, those of its runtime among them, but for the
// symbols of addresses, which gdb 13 writes as if they were of D, and the types of
// functions, which it writes as if they were of C. What is over its max-value-size
// gdb does not print; of text that ends inside of a character it loses one.
func TestGlobalsGo(t *testing.T) {
	i := startSample(t, filepath.Join("golang", "main.go"))
	i.env.Symbolize = nil
	var names []string
	for _, name := range i.names {
		if !strings.ContainsAny(name, "'~") {
			names = append(names, "'"+name+"'")
		}
	}
	answers := i.ask(t, names)
	symbol := regexp.MustCompile(` <[^<>]*(?:<[^<>]*>)?[^<>]*>`)
	function := regexp.MustCompile(`\{(?:void \(|func\()[^{}]*\} 0x`)
	strip := func(s string) string {
		s = function.ReplaceAllString(s, "{func} 0x")
		return symbol.ReplaceAllStringFunc(s, func(m string) string {
			if strings.HasPrefix(m, " <repeats") || strings.HasPrefix(m, " <error") {
				return m
			}
			return ""
		})
	}
	i.compareInner(t, answers, strip, map[string]string{
		"'runtime.mheap_'":          "over gdb's max-value-size",
		"'runtime.cgroupScratch'":   "over gdb's max-value-size",
		"'runtime.aeskeysched'":     "random bytes, which may end inside of a character",
		"'runtime.finalizer1'":      "text that ends inside of a character",
		"'runtime.firstmoduledata'": "text that ends inside of a character",
	})
}

func TestExpressionsC(t *testing.T) {
	i := startSample(t, "globals.c")
	i.compare(t, i.ask(t, expressions(t, "expressions.c.txt")), map[string]string{
		"(_Bool)d_tenth": "gdb drops the fraction first; C does not (C11, 6.3.1.2)",
		"-bits.b":        "a bit field narrower than int is an int (C11, 6.3.1.1); gdb takes the declared type",
		"~bits.b":        "as -bits.b",
		"bits.b<bits.c":  "as -bits.b",
		"~color":         "an integer in C; gdb keeps the enum",
	})
}

func TestExpressionsCPlusPlus(t *testing.T) {
	i := startSample(t, "globals.cc")
	i.compare(t, i.ask(t, expressions(t, "expressions.cc.txt")), map[string]string{
		"ptr+1":         "the demangler has other words for _ZGR4rref_",
		"(char&)plain":  "gdb refuses a reference to another type",
		"base.*pm_func": "functions of objects are not values here",
	})
}

// TestAssignC assigns in one process, gdb in another.
func TestAssignC(t *testing.T) {
	i, other := startSample(t, "globals.c"), startSample(t, "globals.c")
	mem, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", i.pid), os.O_RDWR, 0)
	require.NoError(t, err)
	defer mem.Close()
	i.env.WriteMemory = func(_ context.Context, p []byte, addr uint64) error {
		_, err := mem.WriteAt(p, int64(addr))
		return err
	}
	lines := expressions(t, "assign.c.txt")
	answers := other.ask(t, lines)
	require.Len(t, answers, len(lines))
	ctx := context.Background()
	for n, line := range lines {
		left, right, _ := strings.Cut(line, " := ")
		err := Assign(ctx, i.env, left, right)
		require.NoError(t, err, line)
		v, err := Evaluate(ctx, i.env, left)
		require.NoError(t, err, line)
		got, err := Format(ctx, i.env, v, Top)
		require.NoError(t, err, line)
		if got != answers[n].Top {
			t.Errorf("%s\n gdb %s\nours %s", line, answers[n].Top, got)
		}
	}
	i.compare(t, other.ask(t, i.names), map[string]string{"ca_inc": "as in TestGlobalsC", "ic": "as in TestGlobalsC"})
	t.Logf("compared with gdb: %d assignments", len(lines))
}

// beforeIncomplete is the character that gdb loses before an incomplete one.
var beforeIncomplete = regexp.MustCompile(`(\\[0-7]{3}|\\.|.)", <incomplete`)

// compareInner is compare without the form that print has.
func (i *inferior) compareInner(t *testing.T, answers []answer, strip func(string) string, allowed map[string]string) {
	ctx := context.Background()
	differ, incomplete := 0, 0
	for _, a := range answers {
		v, err := Evaluate(ctx, i.env, a.Text)
		require.NoError(t, err, a.Text)
		inner, err := Format(ctx, i.env, v, Inner)
		require.NoError(t, err, a.Text)
		scalars, err := Format(ctx, i.env, v, Scalars)
		require.NoError(t, err, a.Text)
		if lost := beforeIncomplete.ReplaceAllString(inner, `", <incomplete`); lost == a.Inner {
			inner = lost // random bytes, such as a seed, may end in this way
			incomplete++
		}
		if allowed[a.Text] == "" && (strip(inner) != strip(a.Inner) || strip(scalars) != strip(a.Scalars)) {
			differ++
			t.Errorf("%s\n gdb %q\nours %q\n gdb %q\nours %q", a.Text, a.Inner, inner, a.Scalars, scalars)
		}
	}
	t.Logf("compared with gdb: %d texts of %d expressions, %d differ, %d allowed, in %d gdb loses a character",
		2*len(answers), len(answers), differ, len(allowed), incomplete)
}

// TestListsOfSample follows the lists of globals.c.
func TestListsOfSample(t *testing.T) {
	i := startSample(t, "globals.c")
	for text, want := range map[string]string{
		"list(head, struct item, link)":                    "{0x%x <item1>, 0x%x <item2>, 0x%x <item3>}",
		"list(&head, struct item, link)[2]->name":          "third",
		"list(empty_head, struct item, link)":              "{}",
		"list(hhead, struct hitem, node)":                  "{0x%x <h1>, 0x%x <h2>}",
		"list(hhead, struct hitem, node)[1]->v":            "2",
		"container_of(head.prev, struct item, link)->name": "third",
	} {
		v, err := Evaluate(context.Background(), i.env, text)
		require.NoError(t, err, text)
		got, err := Format(context.Background(), i.env, v, Inner)
		require.NoError(t, err, text)
		if n := strings.Count(want, "0x%x"); n > 0 {
			got = regexp.MustCompile(`0x[0-9a-f]+`).ReplaceAllString(got, "0x%x")
			require.Equal(t, want, got, text)
			continue
		}
		require.Contains(t, got, want, text)
	}
}
