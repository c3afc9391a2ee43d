package debuginfo

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/tests/need"
)

// liveTarget is a process as a target: regions and memory from /proc, registers
// from a snapshot by ptrace.
type liveTarget struct {
	pid int
	mem *os.File
}

func openLive(t testing.TB, pid int) *liveTarget {
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	require.NoError(t, err)
	t.Cleanup(func() { mem.Close() })
	return &liveTarget{pid, mem}
}

func (l *liveTarget) Info(context.Context) (core.Info, error) {
	return core.Info{PID: l.pid, Arch: core.AMD64}, nil
}
func (l *liveTarget) Space() core.Space                              { return l }
func (l *liveTarget) Threads(context.Context) ([]core.Thread, error) { return nil, nil }
func (l *liveTarget) Hold(context.Context, ...int) (func(), error)   { return func() {}, nil }
func (l *liveTarget) Close() error                                   { return nil }

func (l *liveTarget) ReadMemory(_ context.Context, p []byte, addr uint64) (int, error) {
	n, err := syscall.Pread(int(l.mem.Fd()), p, int64(addr))
	n = max(n, 0)
	if n < len(p) {
		return n, &core.FaultError{Addr: addr + uint64(n), Err: err}
	}
	return n, nil
}

func (l *liveTarget) Regions(context.Context) ([]core.Region, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", l.pid))
	if err != nil {
		return nil, err
	}
	var out []core.Region
	for line := range strings.Lines(string(b)) {
		var r core.Region
		var perm string
		n, _ := fmt.Sscanf(line, "%x-%x %s %x %s %d", &r.Start, &r.End, &perm, &r.Offset, &r.Dev, &r.Inode)
		if n != 6 {
			return nil, fmt.Errorf("parsing %q", line)
		}
		r.Perm, _ = core.ParsePerm(perm)
		if len(line) > 73 {
			r.Path = strings.TrimSuffix(line[73:], "\n")
		}
		out = append(out, r)
	}
	return out, nil
}

func (l *liveTarget) OpenImage(_ context.Context, r core.Region) (core.File, error) {
	return openHost(fmt.Sprintf("/proc/%d/map_files/%x-%x", l.pid, r.Start, r.End))
}

// snapshotThreads takes the registers of all threads of a process by ptrace.
func snapshotThreads(t testing.TB, pid int) map[int]core.Registers {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	out := map[int]core.Registers{}
	for _, tid := range tids(t, pid) {
		require.NoError(t, syscall.PtraceAttach(tid))
		var ws syscall.WaitStatus
		_, err := syscall.Wait4(tid, &ws, syscall.WALL, nil)
		require.NoError(t, err)
		var u syscall.PtraceRegs
		require.NoError(t, syscall.PtraceGetRegs(tid, &u))
		out[tid] = registersOf(u)
		require.NoError(t, syscall.PtraceDetach(tid))
	}
	return out
}

func tids(t testing.TB, pid int) []int {
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	require.NoError(t, err)
	var out []int
	for _, e := range entries {
		n, _ := strconv.Atoi(e.Name())
		out = append(out, n)
	}
	return out
}

func registersOf(u syscall.PtraceRegs) core.Registers {
	r := core.NewRegisters(core.AMD64)
	for name, v := range map[string]uint64{"rax": u.Rax, "rbx": u.Rbx, "rcx": u.Rcx, "rdx": u.Rdx, "rsi": u.Rsi, "rdi": u.Rdi,
		"rbp": u.Rbp, "rsp": u.Rsp, "r8": u.R8, "r9": u.R9, "r10": u.R10, "r11": u.R11, "r12": u.R12, "r13": u.R13,
		"r14": u.R14, "r15": u.R15, "rip": u.Rip, "eflags": u.Eflags, "fs_base": u.Fs_base, "gs_base": u.Gs_base} {
		i, _ := core.AMD64.Index(name)
		r.SetUint(i, v)
	}
	return r
}

// startReady starts a program and waits until it has printed ready.
func startReady(t testing.TB, path string, args ...string) (pid int) {
	return startReadyCommand(t, exec.Command(path, args...))
}

func startReadyCommand(t testing.TB, cmd *exec.Cmd) (pid int) {
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); in.Close(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "ready\n", line)
	waitBlocked(t, cmd.Process.Pid)
	return cmd.Process.Pid
}

// waitBlocked waits until every thread sleeps.
func waitBlocked(t testing.TB, pid int) {
	for range 1000 {
		busy := slices.ContainsFunc(tids(t, pid), func(tid int) bool {
			b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/syscall", pid, tid))
			return strings.HasPrefix(string(b), "running")
		})
		if !busy {
			return
		}
		syscall.Nanosleep(&syscall.Timespec{Nsec: 5e6}, nil)
	}
	t.Fatal("the program does not come to rest")
}

// build compiles a file of testdata.
func build(t testing.TB, compiler, source string, flags ...string) string {
	need.Command(t, compiler, "apt-get install build-essential")
	out := filepath.Join(t.TempDir(), strings.TrimSuffix(source, filepath.Ext(source)))
	cmd := exec.Command(compiler, append([]string{"-o", out, filepath.Join("testdata", source), "-w"}, flags...)...)
	b, err := cmd.CombinedOutput()
	require.NoError(t, err, string(b))
	return out
}

func buildGo(t testing.TB, flags ...string) string {
	dir := t.TempDir()
	b, err := os.ReadFile("testdata/gowait/main.go.txt")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), b, 0o600))
	cmd := exec.Command("go", append(append([]string{"build"}, flags...), "-o", "gowait", "main.go")...)
	cmd.Dir = dir
	b, err = cmd.CombinedOutput()
	require.NoError(t, err, string(b))
	return filepath.Join(dir, "gowait")
}
