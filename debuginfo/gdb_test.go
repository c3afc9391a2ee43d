package debuginfo

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

// gdbFrame is PC and function of one frame as gdb sees them.
type gdbFrame struct {
	pc       string
	function string
}

var (
	gdbThread = regexp.MustCompile(`^Thread \d+ .*(?:LWP|process) (\d+)`)
	gdbLine   = regexp.MustCompile(`^#\d+ +(?:(0x[0-9a-f]+) in )?(.*?)(?: \(.*\))?(?: from .*| at .*)?$`)
)

// gdbBacktraces asks gdb for the stacks of all threads, without debug files and
// going on beyond main.
func gdbBacktraces(t testing.TB, pid int) map[string][]gdbFrame {
	gdb := need.Command(t, "gdb", "apt-get install gdb")
	cmd := exec.Command(gdb, "-nx", "-batch", "-iex", "set debug-file-directory "+noDebug, "-iex", "set auto-load off",
		"-iex", "set width 0", "-iex", "set backtrace past-main on", "-iex", "set backtrace past-entry on", "-iex", "set print address on",
		"-p", fmt.Sprint(pid), "-ex", "thread apply all bt")
	b, err := cmd.CombinedOutput()
	require.NoError(t, err, string(b))
	out := map[string][]gdbFrame{}
	tid := ""
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		if m := gdbThread.FindStringSubmatch(line); m != nil {
			tid = m[1]
		} else if strings.HasPrefix(line, "#") && tid != "" {
			m := gdbLine.FindStringSubmatch(line)
			require.NotNil(t, m, line)
			out[tid] = addGDBFrame(out[tid], gdbFrame{m[1], strings.TrimSuffix(m[2], " ()")})
		}
	}
	return out
}

// addGDBFrame folds inlined functions, which gdb shows as frames without an
// address, into the one that they are inlined in; the first frame and signal
// frames have no address either.
func addGDBFrame(frames []gdbFrame, f gdbFrame) []gdbFrame {
	n := len(frames)
	if n > 0 && f.pc == "" && f.function != signalFunction {
		if frames[n-1].function != signalFunction {
			frames[n-1].function = f.function
			return frames
		}
	}
	return append(frames, f)
}

// noDebug is a debug root where nothing is found.
const noDebug = "/nonexistent"

// ourBacktraces unwinds all threads with a library that finds no debug files.
func ourBacktraces(t testing.TB, pid int) (map[string][]Frame, map[string]string) {
	ctx := context.Background()
	target := openLive(t, pid)
	p, err := NewLibrary([]string{noDebug}).Program(ctx, target, ProgramOptions{})
	require.NoError(t, err)
	frames, reasons := map[string][]Frame{}, map[string]string{}
	for tid, regs := range snapshotThreads(t, pid) {
		frames[fmt.Sprint(tid)], reasons[fmt.Sprint(tid)] = p.Unwind(ctx, target, regs, 1000)
	}
	return frames, reasons
}

func compareWithGDB(t *testing.T, pid int) {
	want := gdbBacktraces(t, pid)
	got, reasons := ourBacktraces(t, pid)
	require.NotEmpty(t, want)
	n := 0
	for tid, theirs := range want {
		// gdb shows a return address that is not code as a frame, and goes on from there by guessing; for us it is the reason.
		if n := len(got[tid]); strings.HasSuffix(reasons[tid], "is not code") && len(theirs) > n && theirs[n].function == "??" {
			theirs = theirs[:n]
		}
		var a, b []string
		for _, f := range theirs {
			if f.pc == "" && f.function != signalFunction {
				f.pc = fmt.Sprintf("0x%016x", got[tid][0].PC)
			}
			if f.function == signalFunction {
				f.pc = ""
			}
			if f.pc == "0x0000000000000000" { // the end of a Go system stack, which we do not show
				continue
			}
			a = append(a, f.pc+" "+f.function)
		}
		for _, f := range got[tid] {
			name, pc := strings.TrimSuffix(f.Function, ".abi0"), fmt.Sprintf("0x%016x", f.PC)
			if name == "" {
				name = "??"
			}
			if f.Signal {
				pc = ""
			}
			b = append(b, pc+" "+name)
		}
		require.Equal(t, strings.Join(a, "\n"), strings.Join(b, "\n"), "thread %s, reason %q", tid, reasons[tid])
		n += len(a)
	}
	t.Logf("%d threads, %d frames equal to gdb's, reasons %v", len(want), n, reasons)
}

func TestBacktraceAsGDB(t *testing.T) {
	need.Root(t)
	for _, c := range []struct {
		name, compiler, source string
		flags                  []string
		args                   []string
	}{
		{"deep", "gcc", "deep.c", []string{"-O0"}, nil},
		{"optimised", "gcc", "deep.c", []string{"-O2", "-fomit-frame-pointer", "-fno-optimize-sibling-calls"}, nil},
		{"stripped", "gcc", "deep.c", []string{"-O2", "-s", "-fomit-frame-pointer"}, nil},
		{"stripped with frame pointers", "gcc", "deep.c", []string{"-O2", "-s", "-fno-omit-frame-pointer"}, nil},
		{"static", "gcc", "deep.c", []string{"-O1", "-static"}, nil},
		{"debug_frame", "gcc", "deep.c", []string{"-O1", "-g", "-gz=zlib"}, nil},
		{"signal", "gcc", "signal.c", []string{"-O1"}, nil},
		{"signal on its own stack", "gcc", "signal.c", []string{"-O1"}, []string{"x"}},
		{"catch", "g++", "catch.cc", []string{"-O1"}, nil},
		{"no call frame information", "gcc", "deep.c", []string{"-O0", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables"}, nil},
		{"catch, stripped", "g++", "catch.cc", []string{"-O2", "-s"}, nil},
		{"threads", "gcc", "threads.c", []string{"-O1"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			pid := startReady(t, build(t, c.compiler, c.source, c.flags...), c.args...)
			compareWithGDB(t, pid)
		})
	}
}

func TestBacktracePython(t *testing.T) {
	need.Root(t)
	python := need.Command(t, "python3", "apt-get install python3")
	pid := startReady(t, python, "-c", "import sys,os\ndef f(n):\n  return f(n-1) if n else os.read(0,1)\nprint('ready',flush=True)\nf(10)")
	compareWithGDB(t, pid)
}

func TestBacktraceGo(t *testing.T) {
	need.Root(t)
	compareWithGDB(t, startReady(t, buildGo(t)))
}

// TestBacktraceGoStripped has no symbols and no call frame information; gdb loses
// its way there, so the test asks for the recursion that the program is in.
func TestBacktraceGoStripped(t *testing.T) {
	need.Root(t)
	frames, reasons := ourBacktraces(t, startReady(t, buildGo(t, "-ldflags=-s -w")))
	best := 0
	for tid, stack := range frames {
		t.Log(tid, len(stack), reasons[tid])
		same := map[uint64]int{}
		for _, f := range stack {
			require.True(t, f.N == 0 || f.Guess)
			same[f.PC]++
			best = max(best, same[f.PC])
		}
	}
	require.Equal(t, 5, best)
}

// TestBacktraceByFramePointer has neither symbols nor call frame information in
// the program; gdb ends after two frames there.
func TestBacktraceByFramePointer(t *testing.T) {
	need.Root(t)
	exe := build(t, "gcc", "deep.c", "-O1", "-fno-omit-frame-pointer", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables", "-s")
	pid := startReady(t, exe)
	frames, reasons := ourBacktraces(t, pid)
	stack := frames[fmt.Sprint(pid)]
	require.Empty(t, reasons[fmt.Sprint(pid)])
	require.GreaterOrEqual(t, len(stack), 23)
	guesses := 0
	for _, f := range stack {
		if f.Guess {
			guesses++
		}
	}
	require.GreaterOrEqual(t, guesses, 19)
	require.Equal(t, "__libc_start_main", stack[len(stack)-2].Function)
}
