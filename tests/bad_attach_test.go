package tests

import (
	"errors"
	"fmt"
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

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/fs"
	"github.com/stackfs/stackfs/tests/need"
)

// A refusal is a line to the root's ctl that makes no target.
type refusal struct {
	line   string
	errno  string // as the shell prints it
	marked string // what the caret line stands under
	reason string // a part of the sentence
}

// refused checks the errno, the error_log, and that nothing is left.
func (l *live) refused(r refusal) {
	l.t.Helper()
	before := l.ok("ls $M")
	l.fails(r.errno, "echo %q > $M/ctl", r.line)
	entry := strings.Split(l.lastError("$M/error_log"), "\n")
	require.GreaterOrEqual(l.t, len(entry), 4, "%s: %q", r.line, entry)
	assert.Equal(l.t, "  "+r.line, entry[1])
	start := strings.Index(entry[2], "^")
	require.Positive(l.t, start, entry[2])
	assert.Equal(l.t, r.marked, entry[1][start:start+strings.Count(entry[2], "^")], r.line)
	assert.Contains(l.t, strings.Join(entry[3:], "\n"), r.reason, r.line)
	assert.Equal(l.t, before, l.ok("ls $M"), "%s: a directory is left", r.line)
	eventually(l.t, "no keeper is left by "+r.line, func() bool { return len(keepers()) == 0 })
}

func pidSpec(pid int) (line, word string) {
	word = fmt.Sprintf("pid=%d", pid)
	return "attach ptrace " + word, word
}

// TestAttachRefusals: what cannot be a target, or does not parse.
func TestAttachRefusals(t *testing.T) {
	l := newLive(t)
	for _, r := range []refusal{
		{"attach ptrace pid=4194999", "No such file or directory", "pid=4194999", "no such process"},
		{"attach ptrace pid=2", "Operation not permitted", "pid=2", "is a thread of the kernel"},
		{"attach ptrace pid=garbage", "Invalid argument", "pid=garbage", "want the number of a process"},
		{"attach ptrace pid=-1", "Invalid argument", "pid=-1", "want the number of a process"},
		{"attach ptrace pid=0", "Invalid argument", "pid=0", "want the number of a process"},
		{"attach ptrace pid=99999999999999999999", "Invalid argument", "pid=99999999999999999999", "want the number of a process"},
		{"attach ptrace pid=", "Invalid argument", "pid=", "want the number of a process"},
		{"attach ptrace", "Invalid argument", "attach ptrace", "want the number of a process"},
		{"attach ptrace 1234", "Invalid argument", "1234", "as in: attach ptrace pid=1234"},
		{"attach ptrace pdi=1234", "Invalid argument", "pdi=1234", "did you mean pid?"},
		{"attach ptrace pid=4194999 colour=red", "Invalid argument", "colour=red", `takes no "colour"`},
		{"attach ptrce pid=1", "Invalid argument", "ptrce", `no driver "ptrce"`},
		{"attach", "Invalid argument", "attach", "needs a driver"},
		{"atach ptrace pid=1", "Invalid argument", "atach", "did you mean attach?"},
		{"attach ptrace pid=4194999 name=a/b", "Invalid argument", "name=a/b", "cannot be a target's name"},
		{"attach ptrace pid=4194999 name=..", "Invalid argument", "name=..", "cannot be a target's name"},
		{"attach ptrace pid=4194999 name=ctl", "File exists", "name=ctl", "is taken"},
		{"attach ptrace pid=4194999 name=README", "File exists", "name=README", "is taken"},
		{"attach ptrace pid=4194999 follow=both", "Operation not supported", "follow=both", "attach to the child by its pid"},
		{"attach ptrace pid=4194999 follow=x", "Invalid argument", "follow=x", "want parent"},
		{"attach ptrace pid=4194999 -- ls", "Invalid argument", "ls", "launch"},
		{"launch ls", "Invalid argument", "ls", "as in: launch"},
		{"launch", "Invalid argument", "launch", "no program"},
		{"launch --", "Invalid argument", "launch --", "no program"},
		{"launch env=X -- /bin/true", "Invalid argument", "env=X", "want env=NAME=VALUE"},
		{"launch -- /no/such/program", "No such file or directory", "/no/such/program", "no such file or directory"},
		{"launch -- /etc/passwd", "Permission denied", "/etc/passwd", "permission denied"},
		{"launch -- /etc", "Permission denied", "/etc", "permission denied"},
		{"launch cwd=/no/such/dir -- /bin/true", "No such file or directory", "cwd=/no/such/dir", "/no/such/dir"},
		{"detach nobody", "No such file or directory", "nobody", `no target "nobody"`},
		{"detach", "Invalid argument", "detach", "takes one name"},
	} {
		l.refused(r)
	}
}

// TestAttachToProcessesThatCannotBe: zombie, traced ones, ourselves, threads.
func TestAttachToProcessesThatCannotBe(t *testing.T) {
	l := newLive(t)
	refused := func(pid int, errno, reason string) {
		t.Helper()
		line, word := pidSpec(pid)
		l.refused(refusal{line, errno, word, reason})
	}
	zombie := exec.Command("true")
	require.NoError(t, zombie.Start())
	eventually(t, "it is a zombie", func() bool { return strings.HasPrefix(procField(zombie.Process.Pid, "State"), "Z") })
	refused(zombie.Process.Pid, "No such process", "it has ended")
	require.NoError(t, zombie.Wait())
	refused(os.Getpid(), "Invalid argument", "stackfs itself")
	c := l.counter()
	for _, tid := range threadIDs(t, c.pid) {
		if tid != c.pid {
			refused(tid, "Invalid argument", fmt.Sprintf("it is a thread of process %d", c.pid))
		}
	}
	for _, tracer := range [][]string{
		{need.Command(t, "gdb", "apt-get install gdb"), "-nx", "-batch", "-ex", "shell sleep 60", "-p", strconv.Itoa(c.pid)},
		{need.Command(t, "strace", "apt-get install strace"), "-f", "-o", os.DevNull, "-p", strconv.Itoa(c.pid)},
	} {
		name := filepath.Base(tracer[0])
		end := traceBy(t, c.pid, tracer)
		refused(c.pid, "Device or resource busy", "("+name+")")
		end()
	}
	l.attach(c.pid, "")
	keeper := keepers()[0]
	for pid, errno := range map[int]string{c.pid: "Device or resource busy", keeper: "Invalid argument"} {
		line, _ := pidSpec(pid)
		l.fails(errno, "echo %s > $M/ctl", line)
	}
	assert.Contains(t, l.errorLog(), "it is traced by process")
	l.detach()
	c.runsUntraced(t)
}

// traceBy starts another tracer and waits until it traces; end ends it.
func traceBy(t *testing.T, pid int, command []string) (end func()) {
	t.Helper()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.SysProcAttr = newGroup()
	require.NoError(t, cmd.Start())
	end = func() {
		killGroup(cmd.Process.Pid, "-KILL")
		cmd.Wait()
		within(t, limit, "the tracer is gone", func() bool { return procField(pid, "TracerPid") == "0" })
	}
	t.Cleanup(func() { killGroup(cmd.Process.Pid, "-KILL") })
	within(t, limit, command[0]+" traces", func() bool { return len(tracedThreads(pid)) == len(threadIDs(t, pid)) })
	return end
}

func threadIDs(t testing.TB, pid int) (out []int) {
	t.Helper()
	names, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
	require.NoError(t, err)
	for _, name := range names {
		n, err := strconv.Atoi(filepath.Base(name))
		require.NoError(t, err)
		out = append(out, n)
	}
	return out
}

// TestAttachToAnothersProcess: an ordinary user, mounted by fusermount3.
func TestAttachToAnothersProcess(t *testing.T) {
	u := nobody(t)
	other := root(t).startCounter(t)
	m := u.mount(t)
	out, code := m.do(t, "bash", "-c", fmt.Sprintf("echo attach ptrace pid=%d > %s/ctl", other.pid, m.dir))
	assert.NotZero(t, code)
	assert.Contains(t, out, "Operation not permitted")
	text := m.must(t, "cat", filepath.Join(m.dir, "error_log"))
	line, word := pidSpec(other.pid)
	assert.Contains(t, text, "  "+line+"\n  "+strings.Repeat(" ", len(line)-len(word))+strings.Repeat("^", len(word))+"\n")
	assert.Contains(t, text, "needs the same user or CAP_SYS_PTRACE")
	assert.NotContains(t, m.must(t, "ls", m.dir), "count")
	eventually(t, "no keeper is left", func() bool { return len(children(m.pid)) == 0 })
	other.runsUntraced(t)
}

// TestAttachToDyingProcesses: short-lived processes, hundreds of them, end at any
// moment of an attach.
func TestAttachToDyingProcesses(t *testing.T) {
	l := newLive(t)
	const rounds, workers = 240, 4
	results := make(chan string, rounds)
	for w := range workers {
		go func() {
			for i := range rounds / workers {
				results <- l.attachDying(fmt.Sprintf("d%d.%d", w, i), time.Duration(i%30)*time.Millisecond)
			}
		}()
	}
	counts := map[string]int{}
	for range rounds {
		select {
		case r := <-results:
			counts[r]++
		case <-time.After(limit):
			t.Fatal("an attach hangs")
		}
	}
	t.Log(counts)
	assert.Empty(t, counts["other"])
	assert.Positive(t, counts["gone"])
	assert.Equal(t, "", strings.TrimSpace(l.ok("cd $M; ls -d d[0-9]* 2>/dev/null || true")))
}

// attachDying attaches to a process that lives for about as long as an attach
// takes, reads it, and detaches. It says what came of it.
func (l *live) attachDying(name string, life time.Duration) string {
	cmd := exec.Command("sleep", fmt.Sprint(life.Seconds()))
	if cmd.Start() != nil {
		return "other"
	}
	defer cmd.Wait()
	_, err := l.m.Attach(l.t.Context(), fmt.Sprintf("attach ptrace pid=%d name=%s", cmd.Process.Pid, name))
	switch {
	case errors.Is(err, core.ErrGone), errors.Is(err, core.ErrNotFound):
		return "gone"
	case err != nil:
		l.t.Log(err)
		return "other"
	}
	n, err := l.m.Root().Lookup(l.t.Context(), name)
	for _, part := range []string{"threads", fmt.Sprint(cmd.Process.Pid), "backtrace"} {
		if err == nil {
			n, err = n.Lookup(l.t.Context(), part)
		}
	}
	if err == nil {
		_, err = n.Open(l.t.Context(), true, false)
	}
	detached := l.m.Detach(name)
	switch errno := fs.Errno(err); {
	case detached != nil:
		l.t.Log(detached)
		return "other"
	case err == nil:
		return "read"
	case errno == syscall.ESRCH, errno == syscall.ENOENT, errno == syscall.EIO:
		return "died while it was read"
	}
	l.t.Log(err)
	return "other"
}
