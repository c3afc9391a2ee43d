package tests

import (
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/inferior"
)

// TestStoppedStaysStopped: a target in a group-stop is read and let go as it was.
func TestStoppedStaysStopped(t *testing.T) {
	l := newLive(t)
	c := l.counter()
	kill(t, c.pid, syscall.SIGSTOP)
	waitStopped(t, c.pid)
	n := c.count(t)
	for range 3 {
		l.attach(c.pid, "")
		assert.Equal(t, "stopped", l.field("status", "state"))
		assert.Equal(t, "signal SIGSTOP", l.field("status", "reason"))
		l.ok("cat $T/threads/%d/backtrace $T/threads/%d/registers $T/threads/*/stack >/dev/null", c.pid, c.pid)
		l.detach()
		waitStopped(t, c.pid)
	}
	assert.Equal(t, n, c.count(t))
	kill(t, c.pid, syscall.SIGCONT)
	c.runsUntraced(t)
	l.attach(c.pid, "")
	kill(t, c.pid, syscall.SIGSTOP)
	l.ok("echo wait stopped > $T/ctl")
	l.ok("echo stop > $T/ctl; echo cont > $T/ctl")
	c.counting(t)
	l.detach()
}

// TestControl: stop, cont, wait, signal, kill by a shell.
func TestControl(t *testing.T) {
	l := newLive(t)
	c := l.counter()
	l.attach(c.pid, "")
	l.ok("echo wait stopped > $T/ctl & sleep 0.2; echo stop > $T/ctl; wait $!")
	n := c.count(t)
	assert.Equal(t, "stopped", l.field("status", "state"))
	assert.Equal(t, "request", l.field("status", "reason"))
	assert.Equal(t, n, c.count(t))
	l.ok("echo stop > $T/ctl") // again
	l.ok("printf 'cont\nstop\ncont\n' > $T/ctl")
	c.counting(t)
	l.ok("cd $T/threads; for t in [0-9]*; do echo stop > $t/ctl; done")
	n = c.count(t)
	l.ok("cd $T/threads; for t in [0-9]*; do echo cont > $t/ctl; done")
	eventually(t, "it counts", func() bool { return c.count(t) > n })
	assert.Equal(t, "running", l.field("status", "state"))
	l.ok("echo wait exited > $T/ctl & sleep 0.2; echo kill > $T/ctl; wait $!")
	assert.Equal(t, "exited", l.field("status", "state"))
	assert.Equal(t, "signal SIGKILL", l.field("status", "reason"))
	l.fails("No such process", "echo cont > $T/ctl")
	l.ok("echo wait exited > $T/ctl") // it has
	l.fails("No such process", "timeout 5 bash -c 'echo wait stopped > '$T/ctl")
	l.detach()
}

// TestWaitIsInterrupted: Ctrl-C of a wait returns at once and leaves all as it was.
func TestWaitIsInterrupted(t *testing.T) {
	l := newLive(t)
	c := l.counter()
	l.attach(c.pid, "")
	for _, state := range []string{"stopped", "exited"} {
		for _, how := range []string{"-INT", "-KILL"} {
			cmd := exec.Command("bash", "-c", "echo wait "+state+" > "+l.dir+"/t/ctl")
			cmd.SysProcAttr = newGroup()
			require.NoError(t, cmd.Start())
			time.Sleep(300 * time.Millisecond)
			start := time.Now()
			require.NoError(t, killGroup(cmd.Process.Pid, how))
			_ = cmd.Wait()
			require.Less(t, time.Since(start), 4*time.Second, how)
		}
	}
	assert.Equal(t, "running", l.field("status", "state"))
	c.counting(t)
	l.detach()
	c.runsUntraced(t)
}

// TestSignalsAreSeenOnce: through stops, reads and detaching.
func TestSignalsAreSeenOnce(t *testing.T) {
	l := newLive(t)
	p := inferior.Start(t, inferior.Build(t, "handlers"))
	p.Line("ready")
	l.attach(p.PID, "")
	signals := []syscall.Signal{syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGTRAP, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGALRM}
	for _, sig := range signals {
		name := strings.TrimPrefix(sigName(sig), "SIG")
		l.ok("echo signal %s > $T/ctl", name)
		assert.Equal(t, fmt.Sprint(int(sig)), p.Line("got "))
		l.ok("echo stop > $T/ctl; echo signal %s %d > $T/ctl; cat $T/threads/%d/backtrace >/dev/null; echo cont > $T/ctl", name, p.PID, p.PID)
		assert.Equal(t, fmt.Sprint(int(sig)), p.Line("got "))
	}
	l.ok("echo signal USR1 > $T/ctl; cat $T/threads/%d/backtrace > /dev/null; echo detach > $T/ctl", p.PID)
	assert.Equal(t, "10", p.Line("got "))
	kill(t, p.PID, syscall.SIGUSR2)
	assert.Equal(t, "12", p.Line("got "), "no other signal came before")
}

func sigName(s syscall.Signal) string {
	return map[syscall.Signal]string{
		syscall.SIGUSR1: "SIGUSR1", syscall.SIGUSR2: "SIGUSR2", syscall.SIGTRAP: "SIGTRAP", syscall.SIGINT: "SIGINT",
		syscall.SIGTERM: "SIGTERM", syscall.SIGHUP: "SIGHUP", syscall.SIGALRM: "SIGALRM",
	}[s]
}
