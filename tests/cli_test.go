package tests

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/inferior"
	"github.com/stackfs/stackfs/tests/need"
)

// builtProgram is stackfs, compiled once a test run; ordinary users may run it.
var builtProgram = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "stackfs-cli-*")
	if err != nil {
		return "", err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", err
	}
	path := filepath.Join(dir, "stackfs")
	out, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, "../cmd/stackfs").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

func program(t testing.TB) string {
	t.Helper()
	need.FUSE(t)
	path, err := builtProgram()
	require.NoError(t, err)
	return path
}

// A user runs commands, as whoever the prefix makes of it.
type user struct {
	home   string
	prefix []string
}

// root is the user of this test, with a home of its own.
func root(t testing.TB) user { return user{home: t.TempDir()} }

// nobody is an ordinary user.
func nobody(t testing.TB) user {
	t.Helper()
	need.Root(t)
	setpriv := need.Command(t, "setpriv", "apt-get install util-linux")
	openFuse(t)
	home, err := os.MkdirTemp("", "stackfs-nobody-*")
	require.NoError(t, err)
	t.Cleanup(func() {
		if !isMounted(t, filepath.Join(home, "mnt")) {
			os.RemoveAll(home)
		}
	})
	require.NoError(t, os.Chown(home, 65534, 65534))
	return user{home, []string{setpriv, "--reuid=65534", "--regid=65534", "--clear-groups", "--"}}
}

// openFuse lets everybody open /dev/fuse while the test runs, as udev does on a
// usual machine.
func openFuse(t testing.TB) {
	t.Helper()
	const name = "/dev/fuse"
	info, err := os.Stat(name)
	require.NoError(t, err)
	if info.Mode().Perm()&0o006 == 0o006 {
		return
	}
	require.NoError(t, os.Chmod(name, 0o666))
	t.Cleanup(func() { os.Chmod(name, info.Mode().Perm()) })
}

func (u user) command(ctx context.Context, args ...string) *exec.Cmd {
	args = append(u.prefix[:len(u.prefix):len(u.prefix)], args...)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "HOME="+u.home, "XDG_STATE_HOME="+filepath.Join(u.home, ".local"), "LC_ALL=C")
	cmd.Dir = u.home
	cmd.WaitDelay = time.Second
	return cmd
}

// do runs a command to its end, within the limit.
func (u user) do(t testing.TB, args ...string) (out string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := u.command(ctx, args...)
	b, err := cmd.CombinedOutput()
	require.NoError(t, ctx.Err(), "%v took too long: %s", args, b)
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(b), cmd.ProcessState.ExitCode()
}

// must is do for what has to work.
func (u user) must(t testing.TB, args ...string) string {
	t.Helper()
	out, code := u.do(t, args...)
	require.Zero(t, code, "%v: %s", args, out)
	return out
}

// A mounted is a stackfs in the background.
type mounted struct {
	user
	dir string
	pid int
}

var mountedLine = regexp.MustCompile(`^mounted at (.*) \(pid (\d+), log (.*)\)\n$`)

// mount mounts in the background with targets; it is taken away with the test.
func (u user) mount(t testing.TB, specs ...string) *mounted {
	t.Helper()
	dir := filepath.Join(u.home, "mnt")
	args := []string{program(t), "mount", "--log", filepath.Join(u.home, "log")}
	for _, s := range specs {
		args = append(args, "--attach", s)
	}
	out := u.must(t, append(args, dir)...)
	m := mountedLine.FindStringSubmatch(out)
	require.NotNil(t, m, out)
	require.Equal(t, dir, m[1])
	pid, err := strconv.Atoi(m[2])
	require.NoError(t, err)
	t.Cleanup(func() {
		if isMounted(t, dir) {
			u.must(t, program(t), "umount", dir)
		}
		eventually(t, "the server ends", func() bool { return !alive(pid) })
	})
	return &mounted{u, dir, pid}
}

// field is the value of a key of a status file.
func (m *mounted) field(t testing.TB, file, key string) string {
	t.Helper()
	for line := range strings.Lines(m.must(t, "cat", filepath.Join(m.dir, file))) {
		if value, ok := strings.CutPrefix(line, key+":\t"); ok {
			return strings.TrimSpace(value)
		}
	}
	t.Fatalf("%s has no %s", file, key)
	return ""
}

// isMounted looks into the list of mounts, which touches none.
func isMounted(t testing.TB, dir string) bool {
	t.Helper()
	list, err := os.ReadFile("/proc/self/mounts")
	require.NoError(t, err)
	return bytes.Contains(list, []byte(" "+dir+" fuse.stackfs "))
}

// alive says whether a process runs; a zombie does not.
func alive(pid int) bool {
	state := procField(pid, "State")
	return state != "" && state[0] != 'Z' && state[0] != 'X'
}

// procField is a field of /proc/PID/status; "" once the process is gone.
func procField(pid int, key string) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, key+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// eventually waits for up to 5 s.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	within(t, 5*time.Second, what, ok)
}

func within(t testing.TB, d time.Duration, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(d); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not in %s: %s", d, what)
		}
	}
}

// A counter is the sample count, which tells by a file that it runs.
type counter struct {
	pid  int
	file string
}

// startCounter starts it as a user; args are files that it maps as code.
func (u user) startCounter(t testing.TB, args ...string) counter {
	t.Helper()
	path := inferior.Build(t, "count")
	readable := filepath.Join(u.home, "count")
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(readable, b, 0o755))
	file := filepath.Join(u.home, "count.bin")
	cmd := u.command(context.Background(), append([]string{readable, file}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	ready := make([]byte, 6)
	_, err = io.ReadFull(out, ready)
	require.NoError(t, err)
	require.Equal(t, "ready\n", string(ready))
	return counter{cmd.Process.Pid, file}
}

func (c counter) count(t testing.TB) uint64 {
	t.Helper()
	b, err := os.ReadFile(c.file)
	require.NoError(t, err)
	return binary.LittleEndian.Uint64(b)
}

// runsUntraced checks that within a second the program counts on and nobody traces it.
func (c counter) runsUntraced(t testing.TB) {
	t.Helper()
	within(t, time.Second, "nobody traces the program", func() bool { return procField(c.pid, "TracerPid") == "0" })
	n := c.count(t)
	within(t, time.Second, "the program counts", func() bool { return c.count(t) > n+5 })
	require.Empty(t, tracedThreads(c.pid))
}

func tracedThreads(pid int) (out []string) {
	names, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err == nil && !bytes.Contains(text, []byte("TracerPid:\t0\n")) {
			out = append(out, name)
		}
	}
	return out
}

func (c counter) spec() string { return fmt.Sprintf("ptrace pid=%d name=count", c.pid) }

func kill(t testing.TB, pid int, sig syscall.Signal) {
	t.Helper()
	require.NoError(t, syscall.Kill(pid, sig))
}
