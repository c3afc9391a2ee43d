package tests

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

func TestMountGoesToTheBackgroundAndComesBackByUmount(t *testing.T) {
	u := root(t)
	c := u.startCounter(t)
	m := u.mount(t, c.spec())
	assert.Equal(t, "running", m.field(t, "count/status", "state"))
	keeper, err := strconv.Atoi(m.field(t, "count/status", "keeper"))
	require.NoError(t, err)
	assert.True(t, alive(keeper))
	for _, pid := range []int{m.pid, keeper} {
		cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
		require.NoError(t, err)
		assert.Equal(t, "/", cwd)
		sid, _, errno := syscall.Syscall(syscall.SYS_GETSID, uintptr(pid), 0, 0)
		assert.Zero(t, errno)
		assert.Equal(t, pid, int(sid), "a session of its own")
	}
	for fd, want := range []string{os.DevNull, os.DevNull, filepath.Join(u.home, "log")} {
		got, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", m.pid, fd))
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	for _, fd := range descriptors(t, keeper) {
		assert.NotContains(t, fd, "/dev/fuse")
		assert.NotContains(t, fd, "/log")
	}
	assert.Empty(t, m.must(t, program(t), "umount", m.dir))
	c.runsUntraced(t)
	assert.False(t, isMounted(t, m.dir))
	eventually(t, "server and keeper end", func() bool { return !alive(m.pid) && !alive(keeper) })
	assert.DirExists(t, m.dir)
}

// descriptors lists what a process has open.
func descriptors(t testing.TB, pid int) (out []string) {
	t.Helper()
	names, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	require.NoError(t, err)
	for _, name := range names {
		if link, err := os.Readlink(name); err == nil {
			out = append(out, link)
		}
	}
	return out
}

// TestTheShellsDescriptorsAreLetGo: a lock or pipe of the shell is not kept.
func TestTheShellsDescriptorsAreLetGo(t *testing.T) {
	u := root(t)
	c := u.startCounter(t)
	dir := filepath.Join(u.home, "mnt")
	out := u.must(t, "bash", "-c", "exec 9>lock; exec "+program(t)+" mount --log log --attach '"+c.spec()+"' mnt")
	pid, err := strconv.Atoi(mountedLine.FindStringSubmatch(out)[2])
	require.NoError(t, err)
	keeper, err := strconv.Atoi((&mounted{u, dir, pid}).field(t, "count/status", "keeper"))
	require.NoError(t, err)
	assert.FileExists(t, filepath.Join(u.home, "log"), "a relative name is the user's")
	for _, p := range []int{pid, keeper} {
		assert.NotContains(t, descriptors(t, p), filepath.Join(u.home, "lock"))
	}
	u.must(t, program(t), "umount", dir)
	eventually(t, "the server ends", func() bool { return !alive(pid) })
}

// TestKeeperOfAnotherCommand: sudo may stand between server and keeper.
func TestKeeperOfAnotherCommand(t *testing.T) {
	need.Root(t)
	u := root(t)
	c := u.startCounter(t)
	wrapper := filepath.Join(u.home, "wrapper")
	require.NoError(t, os.WriteFile(wrapper, []byte("#!/bin/sh\necho \"$@\" > "+u.home+"/args\nexec \"$@\"\n"), 0o755))
	dir := filepath.Join(u.home, "mnt")
	u.must(t, program(t), "mount", "--log", "log", "--keeper", wrapper+" '"+program(t)+"' keeper", "--attach", c.spec(), dir)
	m := &mounted{u, dir, 0}
	assert.Equal(t, "running", m.field(t, "count/status", "state"))
	args, err := os.ReadFile(filepath.Join(u.home, "args"))
	require.NoError(t, err)
	assert.Equal(t, program(t)+" keeper\n", string(args))
	u.must(t, program(t), "umount", dir)
	c.runsUntraced(t)
}

// foreground starts a mount in the foreground and waits until its target is there.
func (u user) foreground(t testing.TB, spec string, env ...string) (cmd *exec.Cmd, dir string) {
	t.Helper()
	dir = filepath.Join(u.home, "mnt")
	cmd = u.command(context.Background(), program(t), "mount", "--foreground", "--attach", spec, dir)
	cmd.Env = append(cmd.Env, env...)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if isMounted(t, dir) {
			u.must(t, program(t), "umount", dir)
		}
	})
	eventually(t, "the target is there", func() bool {
		_, code := u.do(t, "test", "-e", filepath.Join(dir, "count/status"))
		return code == 0
	})
	return cmd, dir
}

// TestEveryEndLetsTheTargetRunOn: signals, and unmounting by every tool there is.
func TestEveryEndLetsTheTargetRunOn(t *testing.T) {
	stackfs := program(t)
	signalled := func(sig syscall.Signal) func(testing.TB, user, int, string) {
		return func(t testing.TB, _ user, pid int, _ string) { kill(t, pid, sig) }
	}
	by := func(words ...string) func(testing.TB, user, int, string) {
		return func(t testing.TB, u user, _ int, dir string) { u.must(t, append(words, dir)...) }
	}
	ends := map[string]func(testing.TB, user, int, string){
		"SIGTERM": signalled(syscall.SIGTERM), "SIGINT": signalled(syscall.SIGINT), "SIGHUP": signalled(syscall.SIGHUP),
		"stackfs umount": by(stackfs, "umount"), "fusermount3": by("fusermount3", "-u"), "lazily": by("fusermount3", "-u", "-z"),
	}
	if os.Getuid() == 0 {
		ends["umount"] = by("umount")
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			u := root(t)
			c := u.startCounter(t)
			cmd, dir := u.foreground(t, c.spec())
			u.must(t, "cat", filepath.Join(dir, "count/threads", strconv.Itoa(c.pid), "backtrace"))
			end(t, u, cmd.Process.Pid, dir)
			done := make(chan error, 1)
			go func() { done <- cmd.Wait() }()
			select {
			case err := <-done:
				assert.NoError(t, err, "the end is clean")
			case <-time.After(5 * time.Second):
				t.Fatal("the server does not end")
			}
			assert.False(t, isMounted(t, dir))
			c.runsUntraced(t)
		})
	}
}

func TestAStoppedTargetRunsAfterTheEnd(t *testing.T) {
	u := root(t)
	c := u.startCounter(t)
	m := u.mount(t, c.spec())
	m.must(t, program(t), "ctl", filepath.Join(m.dir, "count"), "stop")
	assert.Equal(t, "stopped", m.field(t, "count/status", "state"))
	kill(t, m.pid, syscall.SIGTERM)
	c.runsUntraced(t)
	eventually(t, "the mount goes", func() bool { return !isMounted(t, m.dir) })
}

func TestUmountWhileSomebodyStandsInIt(t *testing.T) {
	u := root(t)
	c := u.startCounter(t)
	m := u.mount(t, c.spec())
	inside := exec.Command("sleep", "60")
	inside.Dir = filepath.Join(m.dir, "count/threads")
	require.NoError(t, inside.Start())
	t.Cleanup(func() { inside.Process.Kill(); inside.Wait() })
	m.must(t, program(t), "umount", m.dir)
	c.runsUntraced(t)
	assert.False(t, isMounted(t, m.dir))
	inside.Process.Kill()
	eventually(t, "the server ends with its last user", func() bool { return !alive(m.pid) })
}

// TestKillOfTheServer: ls fails within a second and the target runs; the next
// mount at the same place takes the dead one away.
func TestKillOfTheServer(t *testing.T) {
	u := root(t)
	c := u.startCounter(t)
	m := u.mount(t, c.spec())
	reader := u.command(context.Background(), "cat", filepath.Join(m.dir, "count/events"))
	require.NoError(t, reader.Start()) // somebody waits in a read meanwhile
	kill(t, m.pid, syscall.SIGKILL)
	start := time.Now()
	out, code := u.do(t, "ls", m.dir)
	assert.NotZero(t, code, out)
	assert.Less(t, time.Since(start), 4*time.Second)
	c.runsUntraced(t)
	assert.Error(t, reader.Wait())
	again := u.mount(t, c.spec())
	assert.Equal(t, "running", again.field(t, "count/status", "state"))
	assert.NotEqual(t, m.pid, again.pid)
}

func TestUmountOfADeadMount(t *testing.T) {
	u := root(t)
	m := u.mount(t)
	kill(t, m.pid, syscall.SIGKILL)
	eventually(t, "the server is gone", func() bool { return !alive(m.pid) })
	m.must(t, program(t), "umount", m.dir)
	assert.False(t, isMounted(t, m.dir))
}

func TestKillOfTheKeeper(t *testing.T) {
	u := root(t)
	c := u.startCounter(t)
	m := u.mount(t, c.spec())
	keeper, err := strconv.Atoi(m.field(t, "count/status", "keeper"))
	require.NoError(t, err)
	kill(t, keeper, syscall.SIGKILL)
	c.runsUntraced(t)
	within(t, time.Second, "status says so", func() bool { return m.field(t, "count/status", "keeper") == "lost" })
	assert.Equal(t, "gone", m.field(t, "count/status", "state"))
	assert.Contains(t, m.must(t, "tail", "-n", "1", filepath.Join(m.dir, "count/events")), "state: lost keeper\n")
	for _, file := range []string{"maps", "symbols", "threads/" + strconv.Itoa(c.pid) + "/registers"} {
		out, code := m.do(t, "cat", filepath.Join(m.dir, "count", file))
		assert.NotZero(t, code, "%s", file)
		assert.Contains(t, out, "No such process", "%s", file)
	}
	m.must(t, program(t), "ctl", m.dir, "detach", "count")
	m.must(t, program(t), "ctl", m.dir, "attach", "ptrace", fmt.Sprintf("pid=%d", c.pid), "name=count")
	assert.Equal(t, "running", m.field(t, "count/status", "state"))
}

// TestOrdinaryUser mounts by fusermount3 and attaches to a program of the user;
// root is not let in, and root's programs are not to be had.
func TestOrdinaryUser(t *testing.T) {
	u := nobody(t)
	c := u.startCounter(t)
	m := u.mount(t, c.spec())
	assert.Equal(t, "65534", strings.Fields(procField(m.pid, "Uid"))[0])
	assert.Contains(t, m.must(t, "cat", filepath.Join(m.dir, "count/threads", strconv.Itoa(c.pid), "backtrace")), " in main (")
	out, code := root(t).do(t, "ls", m.dir)
	assert.NotZero(t, code)
	assert.Contains(t, out, "Permission denied")
	other := root(t).startCounter(t)
	out, code = m.do(t, program(t), "ctl", m.dir, "attach", "ptrace", fmt.Sprintf("pid=%d", other.pid))
	assert.NotZero(t, code)
	assert.Contains(t, out, "not permitted")
	m.must(t, program(t), "umount", m.dir)
	c.runsUntraced(t)
}

func TestTwoMountsOfOneTarget(t *testing.T) {
	a, b := root(t), root(t)
	c := a.startCounter(t)
	first := a.mount(t, c.spec())
	second := b.mount(t)
	out, code := second.do(t, program(t), "ctl", second.dir, "attach ptrace pid="+strconv.Itoa(c.pid))
	assert.NotZero(t, code)
	assert.Contains(t, out, "busy")
	assert.Equal(t, "running", first.field(t, "count/status", "state"))
	first.must(t, program(t), "ctl", first.dir, "detach count")
	second.must(t, program(t), "ctl", second.dir, "attach ptrace name=count pid="+strconv.Itoa(c.pid))
	assert.Equal(t, "running", second.field(t, "count/status", "state"))
}

func TestSystemdIsToldWhenTheMountIsThere(t *testing.T) {
	u := root(t)
	c := u.startCounter(t)
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(u.home, "notify"), Net: "unixgram"})
	require.NoError(t, err)
	defer socket.Close()
	u.foreground(t, c.spec(), "NOTIFY_SOCKET="+filepath.Join(u.home, "notify"))
	require.NoError(t, socket.SetReadDeadline(time.Now().Add(limit)))
	text := make([]byte, 100)
	n, err := socket.Read(text)
	require.NoError(t, err)
	assert.Equal(t, "READY=1", string(text[:n]))
}

// TestMountErrors: each is one sentence that says what to do, with nothing left behind.
func TestMountErrors(t *testing.T) {
	u := root(t)
	file := filepath.Join(u.home, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	missing := filepath.Join(u.home, "none")
	m := u.mount(t)
	for _, c := range []struct {
		name, want string
		args       []string
	}{
		{"no mount point", "MOUNTPOINT is missing", nil},
		{"a file", "it is no directory; name one", []string{file}},
		{"no parent", "mkdir -p " + missing + " makes it", []string{missing + "/a"}},
		{"the root", "that would hide everything", []string{"/"}},
		{"mounted already", "a stackfs is mounted there already", []string{m.dir}},
		{"no such process", "no such process", []string{"--attach", "ptrace pid=4194999", missing}},
		{"no such driver", "there is no driver", []string{"--attach", "ptrac pid=1", missing}},
		{"an open quote", "quote", []string{"--attach", "'ptrace", missing}},
		{"no such program", "no such file", []string{"--attach", "launch -- ./nothing", missing}},
		{"a keeper that is none", "--keeper", []string{"--keeper", "/bin/false", "--attach", "ptrace pid=1", missing}},
		{"no such flag", "stackfs mount --help", []string{"--atach", "x", missing}},
		{"no log", "--log", []string{"--log", file + "/log", missing}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, code := u.do(t, append([]string{program(t), "mount"}, c.args...)...)
			assert.Equal(t, 1, code)
			assert.Contains(t, out, c.want)
			assert.Equal(t, 1, strings.Count(out, "stackfs: "), out)
			assert.NoDirExists(t, missing)
			assert.False(t, isMounted(t, missing))
		})
	}
}

func TestMountErrorsOfAnOrdinaryUser(t *testing.T) {
	u := nobody(t)
	theirs := root(t).home
	require.NoError(t, os.Chmod(filepath.Dir(theirs), 0o755))
	require.NoError(t, os.Chmod(theirs, 0o755))
	out, code := u.do(t, program(t), "mount", theirs)
	assert.Equal(t, 1, code)
	assert.Contains(t, out, "you may not write there")
	out, code = u.do(t, program(t), "mount", theirs+"/new")
	assert.Equal(t, 1, code)
	assert.Contains(t, out, "permission denied")
	if text, err := os.ReadFile("/etc/fuse.conf"); err == nil && !strings.Contains("\n"+string(text), "\nuser_allow_other") {
		out, code = u.do(t, program(t), "mount", "--allow-other", filepath.Join(u.home, "mnt"))
		assert.Equal(t, 1, code)
		assert.Contains(t, out, "user_allow_other")
	}
}

// TestRelativeLaunch: a program is looked for where the user is.
func TestRelativeLaunch(t *testing.T) {
	u := root(t)
	script := "#!/bin/sh\npwd\nexec sleep 30\n"
	require.NoError(t, os.WriteFile(filepath.Join(u.home, "prog"), []byte(script), 0o755))
	m := u.mount(t, "launch name=p -- ./prog")
	defer u.do(t, program(t), "ctl", filepath.Join(m.dir, "p"), "kill")
	eventually(t, "it prints where it is", func() bool {
		out, _ := m.do(t, "cat", filepath.Join(m.dir, "p/io/stdout"))
		return strings.TrimSpace(out) == u.home
	})
}

func TestSmallEnough(t *testing.T) {
	need.Command(t, "find", "apt-get install findutils")
	u := root(t)
	c := u.startCounter(t)
	m := u.mount(t, c.spec())
	keeper, err := strconv.Atoi(m.field(t, "count/status", "keeper"))
	require.NoError(t, err)
	m.must(t, "sh", "-c", "find "+m.dir+"/count \\( -name functions -o -name variables -o -name types \\) -prune -o -type f ! -name mem ! -name 'events*' ! -name ctl -exec cat {} + >/dev/null 2>&1 || true")
	var total int
	for _, pid := range []int{m.pid, keeper} {
		kib, err := strconv.Atoi(strings.Fields(procField(pid, "VmRSS"))[0])
		require.NoError(t, err)
		total += kib
	}
	t.Logf("server and keeper: %d KiB", total)
	assert.Less(t, total, 100<<10)
}
