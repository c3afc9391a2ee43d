package tests

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/inferior"
)

// startCounting starts a sample that counts in a file as count.c does.
func (l *live) startCounting(sample string) (counter, *inferior.Process) {
	l.t.Helper()
	file := filepath.Join(l.t.TempDir(), "count.bin")
	p := inferior.Start(l.t, inferior.Build(l.t, sample), file)
	p.Line("ready")
	return counter{p.PID, file}, p
}

// readLoop reads files again and again until no target is there, and prints what
// is wrong: a command that hangs, an unexpected errno, contents that cannot be.
const readLoop = `while [ -e $T/status ]; do
  for f in $T/threads/*/backtrace $T/threads/*/registers $T/status; do
    out=$(timeout -s KILL 15 cat "$f" 2>&1) || case "$?:$out" in
      137:*) echo "hangs: $f";;
      *"No such file"*|*"No such process"*|*"Input/output error"*) ;;
      *) echo "$f: $out";;
    esac
    case "$f:$out" in
      *"cat: "*|*/backtrace:"#0  0x"*|*/registers:"rax:"*|*/status:"name:"*) ;;
      *) echo "wrong: $f: $out";;
    esac
  done
  timeout -s KILL 15 dd if=$T/mem of=/dev/null bs=4096 skip=$((0x%x/4096)) count=1 2>/dev/null
  [ $? = 137 ] && echo "mem hangs"
done; echo done`

// TestDeathDuringReads: kill -9 while four readers read everything.
func TestDeathDuringReads(t *testing.T) {
	l := newLive(t)
	for round := range 2 {
		c := l.counter()
		l.attach(c.pid, "")
		outs := make(chan string, 4)
		for range cap(outs) {
			go func() {
				out, _ := l.sh(readLoop, 0x400000)
				outs <- out
			}()
		}
		time.Sleep(time.Duration(200+round*130) * time.Millisecond)
		kill(t, c.pid, syscall.SIGKILL)
		eventually(t, "status says so", func() bool { return l.field("status", "state") == "exited" })
		assert.Equal(t, "signal SIGKILL", l.field("status", "reason"))
		l.fails("No such process", "cat $T/maps")
		l.fails("No such process", "dd if=$T/mem bs=1 count=1 skip=4096")
		l.fails("No such process", "echo stop > $T/ctl")
		assert.Contains(t, l.lastError("$T/error_log"), "has ended (signal SIGKILL)")
		assert.Contains(t, l.ok("timeout 10 tail -n 1 $T/events"), "state: exit signal SIGKILL\n")
		l.detach()
		for range cap(outs) {
			select {
			case out := <-outs:
				assert.Equal(t, "done\n", out)
			case <-time.After(limit):
				t.Fatal("a reader hangs")
			}
		}
	}
}

// TestExecsWhileRead: a program that executes itself again and again.
func TestExecsWhileRead(t *testing.T) {
	l := newLive(t)
	c, _ := l.startCounting("execloop")
	l.attach(c.pid, "")
	out := l.ok(`end=$((SECONDS+4)); n=0
while [ $SECONDS -lt $end ]; do
  for f in status maps symbols threads/%d/backtrace threads/%d/registers threads/%d/waiting_on objects/execloop/build_id functions/main; do
    out=$(timeout -s KILL 15 cat $T/$f 2>&1) && n=$((n+1)) || case "$?:$out" in
      137:*) echo "hangs: $f";;
      *"No such file"*|*"No such process"*|*"Input/output error"*) ;;
      *) echo "$f: $out";;
    esac
  done
done; [ $n -gt 20 ] || echo "only $n reads"`, c.pid, c.pid, c.pid)
	assert.Empty(t, out)
	assert.Equal(t, "running", l.field("status", "state"))
	c.counting(t)
	assert.Contains(t, l.ok("cat $T/log"), "state: exec")
	l.detach()
	c.runsUntraced(t)
}

// TestStateD: a parent that waits for its vfork child does not stop, whatever asks.
func TestStateD(t *testing.T) {
	l := newLive(t)
	p := inferior.Start(t, inferior.Build(t, "vforks"))
	p.Line("ready")
	_, err := p.In.Write([]byte("go\n"))
	require.NoError(t, err)
	child := p.Int("child ")
	require.Contains(t, procField(p.PID, "State"), "D")
	l.attach(p.PID, "")
	l.ok("echo 500 > $T/options/timeout")
	start := time.Now()
	assert.Equal(t, "running", l.field("status", "state"))
	assert.Equal(t, "blocked", l.field(fmt.Sprintf("threads/%d/status", p.PID), "state"))
	assert.Contains(t, l.ok("cat $T/maps"), "vforks")
	assert.Contains(t, l.ok("cat $T/threads/%d/waiting_on", p.PID), "vfork")
	assert.Contains(t, l.ok("cat $T/symbols"), " main [vforks]")
	assert.Less(t, time.Since(start), 3*time.Second)
	for _, file := range []string{"backtrace", "registers", "stack"} {
		l.fails("Connection timed out", "cat $T/threads/%d/%s", p.PID, file)
	}
	l.fails("Connection timed out", "echo stop > $T/ctl")
	assert.Contains(t, l.lastError("$T/error_log"), "options/timeout")
	require.True(t, alive(child), "the child still sleeps")
	l.detach()
	assert.Equal(t, "0", procField(p.PID, "TracerPid"))
	kill(t, child, syscall.SIGKILL)
	p.Line("on")
}

// TestStateDPasses: what could not stop in time is not stopped later.
func TestStateDPasses(t *testing.T) {
	l := newLive(t)
	p := inferior.Start(t, inferior.Build(t, "vforks"))
	p.Line("ready")
	l.attach(p.PID, "")
	_, err := p.In.Write([]byte("go\n"))
	require.NoError(t, err)
	child := p.Int("child ")
	l.ok("echo 300 > $T/options/timeout")
	l.fails("Connection timed out", "echo stop > $T/ctl")
	l.fails("Connection timed out", "cat $T/threads/%d/backtrace", p.PID)
	kill(t, child, syscall.SIGKILL)
	p.Line("on")
	assert.Equal(t, "running", l.field("status", "state"))
	l.ok("echo 5000 > $T/options/timeout")
	assert.Regexp(t, regexp.MustCompile(`in main \(\)`), l.ok("cat $T/threads/%d/backtrace", p.PID))
	l.detach()
}

// TestThreadChurn: threads are born and die while find and grep walk the target.
func TestThreadChurn(t *testing.T) {
	l := newLive(t)
	c, _ := l.startCounting("births")
	l.attach(c.pid, "")
	l.ok("echo 2000 > $T/options/timeout")
	for range 3 {
		out, _ := l.sh("timeout -s KILL 18 find $T/threads $T/objects -type f 2>&1 | grep '^find' | grep -v 'No such file\\|No such process'; echo ${PIPESTATUS[0]}")
		assert.NotContains(t, out, "137", "find hangs")
		assert.NotContains(t, out, "find:")
		out, _ = l.sh("timeout -s KILL 18 grep -r --exclude=mem --exclude='events*' nothing_like_it $T/threads $T/status $T/maps 2>&1 >/dev/null | grep -v 'No such file\\|No such process\\|Input/output\\|No data'; echo ${PIPESTATUS[0]}")
		assert.NotContains(t, out, "137", "grep hangs")
		assert.Empty(t, strings.TrimRight(out, "012\n"))
		c.counting(t)
	}
	assert.Contains(t, l.ok("head -n 100 $T/log"), "state: thread")
	l.detach()
	c.runsUntraced(t)
}
