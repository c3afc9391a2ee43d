package tests

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

// A toldFrame is what gdb, or the mount, says of a frame. Args and Locals are pairs
// of name and value; nil if no debug info has any.
type toldFrame struct {
	PC       string      `json:"pc"`
	Function *string     `json:"function"`
	Signal   bool        `json:"signal"`
	Inlined  bool        `json:"inlined"`
	Guess    bool        `json:"guess"`
	File     *string     `json:"file"`
	Line     int         `json:"line"`
	Args     [][2]string `json:"args"`
	Locals   [][2]string `json:"locals"`
	Shown    [][2]string `json:"shown"`      // gdb: the arguments in the backtrace
	Text     string      `json:"line_shown"` // ours: the line of the backtrace
	Volatile []string    `json:"volatile"`   // variables that may be in registers which called functions may change
	Reason   string      `json:"reason"`
}

func (f toldFrame) function() string {
	switch {
	case f.Signal:
		return "<signal handler called>"
	case f.Function == nil:
		return "??"
	}
	return strings.TrimSuffix(*f.Function, ".abi0")
}

func (f toldFrame) place() string {
	if f.File == nil || f.Line == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d", *f.File, f.Line)
}

// toldVariable is a global variable: the unit's file, the name, whether it is static,
// and what gdb's print says.
type toldVariable struct {
	File, Name string
	Static     bool
	Text       string
}

// UnmarshalJSON reads a list of the four.
func (v *toldVariable) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &[]any{&v.File, &v.Name, &v.Static, &v.Text})
}

// path is the variable's name below variables/.
func (v toldVariable) path() string {
	name := v.Name
	if v.Static {
		name = v.File + "::" + name
	}
	return strings.ReplaceAll(name, "/", "%2F")
}

type told struct {
	Threads   map[string][]toldFrame `json:"threads"`
	Variables []toldVariable         `json:"variables"`
	TailCalls []string               `json:"tail_calls"`
}

type toldFiles struct {
	Threads   map[string][]toldFrame `json:"threads"`
	Variables []string               `json:"variables"`
}

// toldByGDB has gdb attach to a stopped process and tell of everything. Its settings
// are the defaults but for what is another program's (pretty-printers), entry values,
// which it would print beside arguments, and the limit of a value's size.
func toldByGDB(t *testing.T, pid int, language string, every int) (out told) {
	t.Helper()
	gdb := need.Command(t, "gdb", "apt-get install gdb")
	cmd := exec.Command(gdb, "-nx", "-batch", "-iex", "set auto-load off", "-iex", "set debuginfod enabled off", "-iex", "set print entry-values no",
		"-iex", "set max-value-size unlimited", "-iex", "set backtrace past-main on", "-iex", "set backtrace past-entry on",
		"-ex", "disable pretty-printer", "-ex", fmt.Sprintf("python LANGUAGE, VOLATILE, EVERY = %q, %s, %d", language, pythonTruth[language == "go"], every), "-p", fmt.Sprint(pid), "-x", "testdata/values.py")
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	b, err := cmd.CombinedOutput()
	require.NoError(t, err, string(b))
	_, line, ok := strings.Cut(string(b), "TRUTH ")
	require.True(t, ok, string(b))
	require.NoError(t, json.Unmarshal([]byte(strings.Split(line, "\n")[0]), &out))
	return out
}

// pythonTruth is Python's words. In Go functions preserve no register (abi-internal.md).
var pythonTruth = map[bool]string{true: "True", false: "False"}

// toldByMount reads the same from a target in a mount, by a child process.
func toldByMount(t *testing.T, target string, variables []toldVariable) (out toldFiles) {
	t.Helper()
	cmd := exec.Command(need.Command(t, "python3", "apt-get install python3"), "testdata/mounted.py", target)
	names := make([]string, len(variables))
	for i, v := range variables {
		names[i] = v.path()
	}
	cmd.Stdin = strings.NewReader(strings.Join(names, "\n"))
	cmd.Stderr = os.Stderr
	b, err := cmd.Output()
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &out))
	return out
}

// compareValues stops a process, has gdb tell all of it, then reads it by the mount.
func compareValues(t *testing.T, dir string, pid int, language string, every int) *comparison {
	t.Helper()
	require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
	waitStopped(t, pid)
	theirs := toldByGDB(t, pid, language, every)
	waitStopped(t, pid)
	out, code := shell(t, dir, fmt.Sprintf("echo attach ptrace pid=%d name=t > $M/ctl || cat $M/error_log", pid))
	require.Zero(t, code, out)
	mine := toldByMount(t, filepath.Join(dir, "t"), theirs.Variables)
	aliases := readAliases(t, filepath.Join(dir, "t"))
	out, code = shell(t, dir, "echo detach t > $M/ctl")
	require.Zero(t, code, out)
	require.NoError(t, syscall.Kill(pid, syscall.SIGCONT))
	c := &comparison{aliases: aliases, differences: map[string][]string{}, allowed: map[string]int{}}
	if n := len(theirs.TailCalls); n > 0 {
		c.allowed["frames that gdb reconstructs of functions which ended in a jump"] = n
	}
	require.Len(t, mine.Threads, len(theirs.Threads))
	for _, tid := range slices.Sorted(maps.Keys(theirs.Threads)) {
		c.stack(tid, theirs.Threads[tid], mine.Threads[tid])
	}
	for i, v := range theirs.Variables {
		c.variable(v, mine.Variables[i])
	}
	return c
}

// comparison counts what was compared, and what differs by class.
type comparison struct {
	aliases                                    map[string]string
	threads, frames, arguments, locals, global int
	differences                                map[string][]string
	allowed                                    map[string]int
}

func (c *comparison) differ(class, format string, args ...any) {
	c.differences[class] = append(c.differences[class], fmt.Sprintf(format, args...))
}

// report logs the counts and fails for each class of differences.
func (c *comparison) report(t *testing.T) {
	t.Helper()
	n := 0
	for class, list := range c.differences {
		n += len(list)
		for _, text := range list[:min(len(list), maxShown)] {
			assert.Fail(t, class, text)
		}
	}
	t.Logf("%d threads: %d frames, %d arguments, %d locals, %d globals compared with gdb's, %d differ", c.threads, c.frames, c.arguments, c.locals, c.global, n)
	for _, reason := range slices.Sorted(maps.Keys(c.allowed)) {
		t.Logf("allowed: %d %s", c.allowed[reason], reason)
	}
}

// maxShown is how many differences of a class are printed.
const maxShown = 40

func (c *comparison) stack(tid string, theirs, mine []toldFrame) {
	c.threads++
	if n := len(mine); n > 0 && mine[n-1].Reason != "" {
		mine = mine[:n-1]
	}
	for len(theirs) > len(mine) && theirs[len(theirs)-1].Function == nil {
		theirs = theirs[:len(theirs)-1] // gdb shows what a thread's first function returns to, we end there
	}
	if len(theirs) != len(mine) {
		c.differ("depth", "thread %s: gdb has %d frames, we %d", tid, len(theirs), len(mine))
	}
	for i := range min(len(theirs), len(mine)) {
		c.frame(fmt.Sprintf("thread %s #%d %s", tid, i, theirs[i].function()), theirs[i], mine[i])
	}
}

func (c *comparison) frame(where string, theirs, mine toldFrame) {
	c.frames++
	a, b := theirs.function(), mine.function()
	if strings.Contains(a, "::<lambda(") && strings.HasPrefix(a, b+"(") {
		c.note(true, "names of functions of lambdas, whose parameters gdb leaves in the name")
		a = b
	}
	if a != b && (c.aliases[a] == "" || c.aliases[a] != c.aliases[b]) {
		c.differ("function", "%s: ours %s", where, b)
	}
	if theirs.PC != mine.PC || theirs.Inlined != mine.Inlined {
		c.differ("pc", "%s: gdb %s %v, ours %s %v", where, theirs.PC, theirs.Inlined, mine.PC, mine.Inlined)
	}
	if theirs.place() != mine.place() {
		c.differ("line", "%s: gdb %s, ours %s", where, theirs.place(), mine.place())
	}
	if (theirs.Args == nil) != (mine.Args == nil) && !theirs.Signal {
		c.differ("info", "%s: gdb has debug info: %v, we %v", where, theirs.Args != nil, mine.Args != nil)
		return
	}
	c.arguments += len(theirs.Args)
	c.allow(&theirs, mine)
	if x, y := join(theirs.Args), join(mine.Args); x != y {
		c.differ("arguments", "%s:\n gdb %s\nours %s", where, x, y)
	}
	c.locals += len(theirs.Locals)
	if x, y := join(sorted(theirs.Locals)), join(sorted(mine.Locals)); x != y {
		c.differ("locals", "%s:\n gdb %s\nours %s", where, x, y)
	}
	want := make([]string, len(theirs.Shown))
	for i, a := range theirs.Shown {
		want[i] = a[0] + " = " + a[1]
	}
	if text := fmt.Sprintf("%s (%s)", b, strings.Join(want, ", ")); !strings.Contains(mine.Text, text) {
		c.differ("backtrace", "%s:\n gdb %s\nours %s", where, text, mine.Text)
	}
}

const (
	optimized   = "<optimized out>"
	unpreserved = "values of registers that the called function may have changed"
)

// labels are those of glibc, Lua and Python that are met.
var labels = []string{"out", "startfunc", "returning"}

// note counts an allowed difference.
func (c *comparison) note(found bool, reason string) {
	if found {
		c.allowed[reason]++
	}
}

// allow makes what gdb says of a frame's variables what we mean to say, where that is
// not the same:
//   - gdb takes registers that a called function may change for unchanged, we know
//     that they are not known (psABI x86-64, figure 3.4)
//   - gdb lists labels without an address as variables
//   - gdb cannot print a std::nullptr_t
//   - gdb takes the frame base of the wrong frame for what the caller of a function says
//     of a parameter that an inlined function has from it
func (c *comparison) allow(theirs *toldFrame, mine toldFrame) {
	theirs.Locals = slices.DeleteFunc(theirs.Locals, func(v [2]string) bool {
		label := v[1] == optimized && slices.Contains(labels, v[0]) && !slices.Contains(mine.Locals, v)
		c.note(label, "labels without an address, no variables")
		return label
	})
	for _, list := range [][2][][2]string{{theirs.Args, mine.Args}, {theirs.Locals, mine.Locals}, {theirs.Shown, mine.Args}} {
		for i, v := range list[0] {
			if i < len(list[1]) && list[1][i][0] == v[0] {
				list[0][i][1] = c.quirks(v[1], list[1][i][1])
			}
		}
	}
	for i, v := range theirs.Locals {
		if v[0] == "nothing" && (v[1] == "<incomplete type>" || strings.Contains(v[1], "(Attempt to dereference a generic pointer.)")) {
			c.note(true, "std::nullptr_t, which gdb cannot print")
			theirs.Locals[i][1] = "0"
		}
	}
	for i, a := range theirs.Args {
		if theirs.function() == "outer" && theirs.Inlined && a[0] == "why" && len(mine.Args) > i && mine.Args[i] != a && strings.HasSuffix(mine.Args[i][1], ` "second"`) {
			theirs.Args[i], theirs.Shown[i] = mine.Args[i], mine.Args[i]
			c.note(true, "entry values by the wrong frame base")
		}
		if i < len(mine.Args) && mine.Args[i] == [2]string{a[0], optimized} && a[1] != optimized && slices.Contains(theirs.Volatile, a[0]) {
			theirs.Args[i][1] = optimized
			if i < len(theirs.Shown) && theirs.Shown[i][1] != "..." {
				theirs.Shown[i][1] = optimized
			}
			c.note(true, unpreserved)
		}
	}
	for i, v := range theirs.Locals {
		if v[1] != optimized && slices.Contains(theirs.Volatile, v[0]) && !slices.Contains(mine.Locals, v) && slices.Contains(mine.Locals, [2]string{v[0], optimized}) {
			theirs.Locals[i][1] = optimized
			c.note(true, unpreserved)
		}
	}
}

// sorted is variables by name and value: gdb keeps those of a block in a hash table.
func sorted(pairs [][2]string) [][2]string {
	return slices.SortedFunc(slices.Values(pairs), func(a, b [2]string) int {
		return cmp.Or(strings.Compare(a[0], b[0]), strings.Compare(a[1], b[1]))
	})
}

// join is variables a line each, as gdb prints them.
func join(pairs [][2]string) string {
	var out strings.Builder
	for _, p := range pairs {
		fmt.Fprintf(&out, "\n  %s = %s", p[0], p[1])
	}
	return out.String()
}

// Symbols that gdb takes for names of other languages, and types that it prints otherwise.
var (
	adaName   = regexp.MustCompile(`(<[\w.]+)(?:\.\d+)+>`)
	tagWord   = regexp.MustCompile(`\b(struct|union|enum) `)
	ofD       = regexp.MustCompile(`([\w:/]+)\[(\w+)\]([^<>{}" ]*>)`)
	goFunc    = regexp.MustCompile(`\{func\(.*?\} 0x`)
	gdbGoFunc = regexp.MustCompile(`\{void \([^}]*(?:\{\}[^}]*)*\} 0x`)
	// libiberty loses a substitution in the name of a lambda's manager.
	wrongManager = regexp.MustCompile(`_M_manager\(std::_Any_data&, \w+::\{lambda\(int\)#1\} const&`)
	rightManager = regexp.MustCompile(`_M_manager\(std::_Any_data&, std::_Function_handler<int \(int\), \w+::\{lambda\(int\)#1\}> const&`)
)

// quirks undoes what gdb does to names and types:
//   - symbols NAME.N of static variables in functions are taken for Ada's
//   - Go's symbols PACKAGE.NAME are taken for D's
//   - the results of Go's functions are shown among their parameters
//   - C's types are printed by the rules of the frame's language, we do by their own
func (c *comparison) quirks(theirs, mine string) string {
	if theirs == mine {
		return theirs
	}
	if adaName.ReplaceAllString(mine, "$1>") == theirs {
		c.note(true, "symbols NAME.N, which gdb takes for names of Ada")
		return mine
	}
	if text := ofD.ReplaceAllString(theirs, "$1.$2$3"); text != theirs {
		c.note(true, "symbols of Go, which gdb takes for names of D")
		theirs = text
	}
	if gdbGoFunc.ReplaceAllString(theirs, "{func} 0x") == goFunc.ReplaceAllString(adaName.ReplaceAllString(mine, "$1>"), "{func} 0x") {
		c.note(theirs != mine, "types of Go functions, whose results gdb shows as parameters")
		return mine
	}
	if tagWord.ReplaceAllString(mine, "") == theirs {
		c.note(true, "types of C in C++, which have their struct here as in frames of C")
		return mine
	}
	return theirs
}

var history = regexp.MustCompile(`^\$\d+ = `)

func (c *comparison) variable(v toldVariable, mine string) {
	c.global++
	theirs := history.ReplaceAllString(v.Text, "")
	if theirs = c.quirks(theirs, mine); theirs == mine {
		return
	}
	if v.Name == "__dso_handle" {
		c.note(true, "__dso_handle, which every object has")
		return
	}
	if cut := wrongManager.ReplaceAllString(theirs, ""); cut != theirs && cut == rightManager.ReplaceAllString(mine, "") {
		c.note(true, "names of lambdas, which gdb demangles wrongly")
		return
	}
	if strings.HasPrefix(theirs, "ERROR ") && strings.HasPrefix(mine, "ERROR ") {
		return
	}
	if theirs != mine {
		c.differ("globals", "%s:\n gdb %s\nours %s", v.path(), theirs, mine)
	}
}

// TestValuesAsGDB compares every argument, local and global of real programs with gdb.
func TestValuesAsGDB(t *testing.T) {
	dir, _ := mountLive(t)
	for _, c := range []struct {
		name, language string
		every          int // of how many static variables one is compared: python has 20 000
		pid            func(t *testing.T) int
	}{
		{"C -O0", "c", 1, func(t *testing.T) int {
			return start(t, compile(t, "gcc", "-g", "-O0", "-pthread", "samples/values.c"), "8")
		}},
		{"C -O2", "c", 1, func(t *testing.T) int {
			return start(t, compile(t, "gcc", "-g", "-O2", "-pthread", "samples/values.c"), "8")
		}},
		{"C++", "c++", 1, func(t *testing.T) int {
			return start(t, compile(t, "g++", "-g", "-O0", "-std=c++17", "samples/values.cc"))
		}},
		{"C++ -O2", "c++", 1, func(t *testing.T) int {
			return start(t, compile(t, "g++", "-g", "-O2", "-std=c++17", "samples/values.cc"))
		}},
		{"Go", "go", 1, func(t *testing.T) int { return start(t, compile(t, "go", "./samples/govalues")) }},
		{"bash at a prompt", "c", 1, bashAtPrompt},
		{"Lua called back from C", "c", 1, luaInCallback},
	} {
		t.Run(c.name, func(t *testing.T) { compareValues(t, dir, c.pid(t), c.language, c.every).report(t) })
	}
}

// luaInCallback is a script that a C program runs: in a sort, which calls Lua, which
// calls C, which calls Lua.
func luaInCallback(t *testing.T) int {
	t.Helper()
	const library = "/usr/lib/x86_64-linux-gnu/liblua5.4.so.0"
	needDebugFile(t, library, "apt-get install liblua5.4-0 liblua5.4-0-dbg")
	return start(t, compile(t, "gcc", "-g", "-O1", "samples/luahost.c", library), `
		local function f(n) if n > 0 then return 1 + f(n - 1) end
			table.sort({3, 1, 2}, function(a, b) wait(function() f(0) end) return a < b end) return 0 end
		coroutine.wrap(function() f(5) end)()`)
}

var buildID = regexp.MustCompile(`Build ID: ([0-9a-f]{2})([0-9a-f]+)`)

// needDebugFile makes sure that there is debug info for a file of the system.
func needDebugFile(t *testing.T, path, get string) {
	t.Helper()
	need.File(t, path, get)
	notes, err := exec.Command(need.Command(t, "readelf", "apt-get install binutils"), "-n", path).Output()
	require.NoError(t, err)
	id := buildID.FindSubmatch(notes)
	require.NotNil(t, id, "%s has no build id", path)
	need.File(t, fmt.Sprintf("/usr/lib/debug/.build-id/%s/%s.debug", id[1], id[2]), get)
}
