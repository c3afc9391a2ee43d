package tests

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

// truth is what gdb says of a thread; frames are [pc, name, is-signal-frame].
type truth struct {
	Frames    [][4]any          `json:"frames"`
	Registers map[string]string `json:"registers"`
}

// askGDB has gdb attach to a process and tell all of its threads. With a full
// program, the same with its symbols, gdb reads that in place of the stripped one.
func askGDB(t *testing.T, pid int, full string) map[string]truth {
	t.Helper()
	gdb := need.Command(t, "gdb", "apt-get install gdb")
	args := []string{
		"-nx", "-batch", "-iex", "set debuginfod enabled off", "-iex", "set auto-load off",
		"-iex", "set backtrace past-main on", "-iex", "set backtrace past-entry on", "-p", fmt.Sprint(pid), "-x", "testdata/truth.py",
	}
	if full != "" {
		args = append([]string{"-iex", "set exec-file-mismatch off", full}, args...)
	}
	out, err := exec.Command(gdb, args...).CombinedOutput()
	require.NoError(t, err, string(out))
	_, line, ok := strings.Cut(string(out), "TRUTH ")
	require.True(t, ok, string(out))
	var threads map[string]truth
	require.NoError(t, json.Unmarshal([]byte(strings.Split(line, "\n")[0]), &threads))
	return threads
}

// ourFrame is what backtrace.json says of a frame.
type ourFrame struct {
	PC       string `json:"pc"`
	Function string `json:"function"`
	Offset   uint64 `json:"offset"`
	Signal   bool   `json:"signal"`
	Inlined  bool   `json:"inlined"`
	Guess    bool   `json:"guess"`
	Reason   string `json:"reason"`
}

// ours is what the mount says of a thread.
type ours struct {
	frames    []ourFrame
	reason    string
	registers map[string]string
}

// readThreads reads every thread of a target in a mount, by a child process.
func readThreads(t *testing.T, target string) map[string]ours {
	t.Helper()
	out := map[string]ours{}
	text, code := shell(t, target, `cd $M/threads && for t in [0-9]*; do echo "T $t"; cat $t/backtrace.json $t/registers.json; done`)
	require.Zero(t, code, text)
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i := 0; i+2 < len(lines); i += 3 {
		o := ours{registers: map[string]string{}}
		require.NoError(t, json.Unmarshal([]byte(lines[i+1]), &o.frames), lines[i+1])
		require.NoError(t, json.Unmarshal([]byte(lines[i+2]), &o.registers), lines[i+2])
		if n := len(o.frames); n > 0 && o.frames[n-1].Reason != "" {
			o.reason = o.frames[n-1].Reason
			o.frames = o.frames[:n-1]
		}
		out[strings.TrimPrefix(lines[i], "T ")] = o
	}
	return out
}

// compareWithGDB stops a process, reads it by the mount, lets go, has gdb read the
// same stopped process, and compares everything.
func compareWithGDB(t *testing.T, dir string, pid int, full string) {
	t.Helper()
	require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
	waitStopped(t, pid)
	out, code := shell(t, dir, fmt.Sprintf("echo attach ptrace pid=%d name=t > $M/ctl || cat $M/error_log", pid))
	require.Zero(t, code, out)
	mine := readThreads(t, filepath.Join(dir, "t"))
	aliases := readAliases(t, filepath.Join(dir, "t"))
	out, code = shell(t, dir, "echo detach t > $M/ctl")
	require.Zero(t, code, out)
	theirs := askGDB(t, pid, full)
	require.NoError(t, syscall.Kill(pid, syscall.SIGCONT))
	require.Len(t, mine, len(theirs))
	frames, registers := 0, 0
	for tid, want := range theirs {
		got := mine[tid]
		if full != "" { // names are what the stripped program lacks
			want.Frames = slices.DeleteFunc(want.Frames, func(f [4]any) bool { return f[3] == true })
			got.frames = slices.DeleteFunc(got.frames, func(f ourFrame) bool { return f.Inlined })
			nameless(want.Frames, got.frames)
			want.Frames = withoutEnd(want.Frames, len(got.frames))
			want.Frames = want.Frames[:max(min(len(want.Frames), len(got.frames)), len(want.Frames)-1)]
		}
		frames += compareFrames(t, tid, want.Frames, got, aliases)
		registers += compareRegisters(t, tid, want.Registers, got.registers)
	}
	t.Logf("%d threads, %d frames, %d registers compared with gdb's", len(theirs), frames, registers)
}

func nameless(theirs [][4]any, mine []ourFrame) {
	for i := range theirs {
		if theirs[i][1] != nil {
			theirs[i][1] = "a function"
		}
	}
	for i := range mine {
		mine[i].Function = "a function"
	}
}

// compareFrames allows these differences:
//   - Go's assembly functions have the suffix .abi0 in the symbol table, which is
//     what we read, and not in DWARF, which is what gdb reads
//   - a function with several symbols at one address may have any of their names
//   - a stripped Go program has frame pointers and no CFI, so the thread's first
//     function (runtime.clone), which keeps no frame pointer, cannot be known
//   - gdb shows what a thread's first function returns to (0, or no code) as a
//     frame, we end there, with the reason if it is not a proper end
func compareFrames(t *testing.T, tid string, theirs [][4]any, got ours, aliases map[string]string) int {
	t.Helper()
	theirs = withoutEnd(theirs, len(got.frames))
	var a, b []string
	for i, f := range theirs {
		name, _ := f[1].(string)
		if f[2] == true {
			name = "<signal handler called>"
		}
		if i < len(got.frames) && name != got.frames[i].Function && aliases[name] != "" && aliases[name] == aliases[got.frames[i].Function] {
			name = got.frames[i].Function
		}
		a = append(a, fmt.Sprint(f[0], " ", name))
	}
	for _, f := range got.frames {
		b = append(b, f.PC+" "+strings.TrimSuffix(f.Function, ".abi0"))
	}
	assert.Equal(t, strings.Join(a, "\n"), strings.Join(b, "\n"), "thread %s, which ends: %q", tid, got.reason)
	return len(a)
}

// withoutEnd takes frames without a name off the end, down to n frames.
func withoutEnd(theirs [][4]any, n int) [][4]any {
	for len(theirs) > n && theirs[len(theirs)-1][1] == nil {
		theirs = theirs[:len(theirs)-1]
	}
	return theirs
}

// compareRegisters compares every raw register that gdb has; it keeps the upper
// parts of vectors as registers of their own.
func compareRegisters(t *testing.T, tid string, want, got map[string]string) int {
	t.Helper()
	n := 0
	for name, digits := range want {
		mine := strings.TrimPrefix(got[name], "0x")
		if base, ok := strings.CutSuffix(name, "h"); ok && (strings.HasPrefix(name, "ymm") || strings.HasPrefix(name, "zmm")) {
			whole := strings.TrimPrefix(got[base], "0x")
			mine = whole[:min(len(digits), len(whole))]
		}
		assert.Equal(t, digits, mine, "thread %s: %s", tid, name)
		n++
	}
	return n
}

// readAliases gives each symbol's address, to tell names of one place.
func readAliases(t *testing.T, target string) map[string]string {
	t.Helper()
	text, code := shell(t, target, "cat $M/symbols")
	require.Zero(t, code)
	out := map[string]string{}
	for line := range strings.Lines(text) {
		f := strings.SplitN(strings.TrimSpace(line), " ", 4)
		if len(f) == 4 {
			out[f[2]] = f[0]
		}
	}
	return out
}

// waitStopped waits until every thread of a process is in its stop.
func waitStopped(t *testing.T, pid int) {
	t.Helper()
	for range 500 {
		running := false
		tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
		require.NoError(t, err)
		for _, file := range tasks {
			text, _ := os.ReadFile(file)
			_, after, _ := strings.Cut(string(text), ") ")
			running = running || !strings.HasPrefix(after, "T")
		}
		if !running {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the process does not stop")
}

// TestAsGDB compares every frame and every register of real programs with gdb.
func TestAsGDB(t *testing.T) {
	dir, _ := mountLive(t)
	const samples = "../debuginfo/testdata/"
	fullGo := compile(t, "go", "./samples/gosleep")
	for _, c := range []struct {
		name string
		pid  func(t *testing.T) int
		full string
	}{
		{"bash at a prompt", bashAtPrompt, ""},
		{"python3", func(t *testing.T) int {
			return start(t, need.Command(t, "python3", "apt-get install python3"), "-c", "def f(n):\n  return f(n-1) if n else input()\nf(12)")
		}, ""},
		{"8 threads in C", func(t *testing.T) int {
			return start(t, compile(t, "gcc", "-O1", "-pthread", "samples/deep.c"), "8", "16")
		}, ""},
		{"8 threads in C, stripped", func(t *testing.T) int {
			return start(t, compile(t, "gcc", "-O2", "-fno-optimize-sibling-calls", "-s", "-pthread", "samples/deep.c"), "8", "16")
		}, ""},
		{"C++ in a catch block", func(t *testing.T) int { return start(t, compile(t, "g++", "-O1", samples+"catch.cc")) }, ""},
		{"C++ in a catch block, stripped", func(t *testing.T) int { return start(t, compile(t, "g++", "-O1", "-s", samples+"catch.cc")) }, ""},
		{"in a signal handler", func(t *testing.T) int { return start(t, compile(t, "gcc", "-O1", samples+"signal.c")) }, ""},
		{"in a signal handler on its own stack", func(t *testing.T) int { return start(t, compile(t, "gcc", "-O1", samples+"signal.c"), "x") }, ""},
		{"Go", func(t *testing.T) int { return start(t, compile(t, "go", "./samples/gosleep")) }, ""},
		// Without symbols gdb guesses Go's frames from the code, wrongly; with them it is right.
		{"Go, stripped", func(t *testing.T) int { return start(t, compile(t, "go", "-ldflags=-s -w", "./samples/gosleep")) }, fullGo},
	} {
		t.Run(c.name, func(t *testing.T) { compareWithGDB(t, dir, c.pid(t), c.full) })
	}
}

// bashAtPrompt is an interactive bash that waits on a terminal of its own.
func bashAtPrompt(t *testing.T) int {
	t.Helper()
	need.Command(t, "script", "apt-get install bsdutils")
	parent := start(t, "script", "-qec", "bash --norc -i", "/dev/null")
	out, err := exec.Command("pgrep", "-P", fmt.Sprint(parent)).Output()
	require.NoError(t, err)
	var pid int
	_, err = fmt.Sscan(string(out), &pid)
	require.NoError(t, err)
	return pid
}
