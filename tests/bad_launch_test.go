package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// launch makes the target t of a program.
func (l *live) launch(words string) {
	l.t.Helper()
	file := filepath.Join(l.t.TempDir(), "line")
	require.NoError(l.t, os.WriteFile(file, []byte("launch name=t "+words+"\n"), 0o600))
	l.ok("cat %s > $M/ctl", file)
}

// exits waits for the end of a launched program and gives what it printed.
func (l *live) exits(reason string) (out string) {
	l.t.Helper()
	l.ok("echo wait exited > $T/ctl")
	assert.Equal(l.t, reason, l.field("status", "reason"))
	out = l.ok("cat $T/io/stdout")
	l.detach()
	return out
}

// TestLaunchWords: arguments, environment and directory reach the program as written.
func TestLaunchWords(t *testing.T) {
	l := newLive(t)
	const show = `/bin/sh -c 'for a; do printf "<%s>" "$a"; done; printf "%s|%s|" "$A" "$B"; pwd'`
	for words, want := range map[string]string{
		`-- ` + show + ` x a 'b c' "d \"e\"" f\ g '' h"i"'j'`:         `<a><b c><d "e"><f g><><hij>||/`,
		`env=A=1 env='B=two words' -- ` + show + ` x`:                 `1|two words|/`,
		`cwd=/usr env=A= -- ` + show + ` x '$HOME' '*'`:               `<$HOME><*>||/usr`,
		`-- ` + show + ` x --attach -- stop name=z 'é日本' '#' ';' '|'`: `<--attach><--><stop><name=z><é日本><#><;><|>||/`,
	} {
		l.launch(words)
		got := strings.TrimSuffix(l.exits("exit 0"), "\n")
		if strings.HasSuffix(want, "|/") {
			got, want = got[:strings.LastIndex(got, "|")+1], strings.TrimSuffix(want, "/")
		}
		assert.Equal(t, want, got, words)
	}
}

// TestLaunchEnds: how a program ended is in status.
func TestLaunchEnds(t *testing.T) {
	l := newLive(t)
	for program, reason := range map[string]string{
		"exit 3": "exit 3", "exit 0": "exit 0", "kill -9 $$": "signal SIGKILL", "kill -TERM $$": "signal SIGTERM", "exec false": "exit 1",
	} {
		l.launch("-- /bin/sh -c '" + program + "'")
		l.exits(reason)
	}
	l.launch("-- sleep 60")
	l.ok("echo signal KILL > $T/ctl")
	l.exits("signal SIGKILL")
	l.fails("No such file or directory", "echo 'launch cwd=/no/such -- /bin/true' > $M/ctl")
	l.fails("File exists", "echo 'launch name=ctl -- /bin/true' > $M/ctl")
	eventually(t, "no program or keeper is left", func() bool { return len(keepers()) == 0 })
}

// TestLaunchStopped: the program stands before its first instruction.
func TestLaunchStopped(t *testing.T) {
	l := newLive(t)
	mark := filepath.Join(l.home, "mark")
	l.launch("stop -- /bin/sh -c 'touch " + mark + "; sleep 60'")
	assert.Equal(t, "stopped", l.field("status", "state"))
	assert.Equal(t, "exec", l.field("status", "reason"))
	pid := l.field("status", "pid")
	assert.Contains(t, l.ok("cat $T/threads/%s/backtrace", pid), "in _start () from ld-linux-x86-64.so.2")
	assert.NoFileExists(t, mark)
	l.ok("echo cont > $T/ctl")
	eventually(t, "it runs", func() bool { _, err := os.Stat(mark); return err == nil })
	l.ok("echo kill > $T/ctl")
	l.exits("signal SIGKILL")
}

// TestLaunchStreams: standard input and output, tail -f of it, and a terminal.
func TestLaunchStreams(t *testing.T) {
	l := newLive(t)
	l.launch("-- cat")
	l.ok("echo one > $T/io/stdin; printf 'two\nthree\n' >> $T/io/stdin")
	eventually(t, "it answers", func() bool { return l.ok("cat $T/io/stdout") == "one\ntwo\nthree\n" })
	assert.Equal(t, "14\n", l.ok("stat -c %%s $T/io/stdout"))
	assert.Equal(t, "one\ntwo\nthree\nfour\n", l.ok("(sleep 0.5; echo four > $T/io/stdin) & timeout 10 tail -n +1 -f $T/io/stdout | head -n 4"))
	assert.Empty(t, l.ok("cat $T/io/stderr"))
	l.fails("Permission denied", "cat $T/io/stdin")
	l.fails("Permission denied", "echo x > $T/io/stdout")
	l.ok("echo stop > $T/ctl")
	l.fails("Resource temporarily unavailable", "head -c 1000000 /dev/zero > $T/io/stdin") // the pipe is full
	l.ok("echo kill > $T/ctl")
	l.exits("signal SIGKILL")

	l.launch("pty -- /bin/sh -c 'tty; read line; echo got $line; exec sleep 60'")
	eventually(t, "it has a terminal", func() bool { return strings.Contains(l.ok("cat $T/io/stdout"), "/dev/pts/") })
	l.ok("echo hello > $T/io/stdin")
	eventually(t, "it reads from it", func() bool { return strings.Contains(l.ok("cat $T/io/stdout"), "got hello") })
	l.fails("No such file", "cat $T/io/stderr")
	l.ok("printf '\\003' > $T/io/stdin") // Ctrl-C
	l.exits("signal SIGINT")
}

// TestLaunchedRunsOn: after the server's end, orderly or not, output keeps going.
func TestLaunchedRunsOn(t *testing.T) {
	for _, end := range []string{"umount", "kill"} {
		u := root(t)
		file := filepath.Join(u.home, "ticks")
		m := u.mount(t, "launch name=tick -- /bin/bash -c 'n=0; while sleep 0.02; do echo line $((n+=1)) || exit 9; echo $n > "+file+"; done'")
		var pid int
		_, err := fmt.Sscan(m.field(t, "tick/status", "pid"), &pid)
		require.NoError(t, err)
		t.Cleanup(func() { syscallKill(pid) })
		if end == "umount" {
			m.must(t, program(t), "umount", m.dir)
		} else {
			kill(t, m.pid, 9)
		}
		eventually(t, "nobody traces it", func() bool { return procField(pid, "TracerPid") == "0" })
		ticks := func() (n int) {
			text, _ := os.ReadFile(file)
			fmt.Sscan(string(text), &n)
			return n
		}
		n := ticks()
		within(t, limit, "it prints on after "+end, func() bool { return ticks() > n+10 })
		assert.True(t, alive(pid))
		syscallKill(pid)
	}
}

// TestShortLife: what happens to a program before anybody listens is told all the same.
func TestShortLife(t *testing.T) {
	dir, _ := mountLive(t)
	for range 10 {
		out, code := shell(t, dir, `echo 'launch name=t -- /bin/true' > $M/ctl; cat $M/t/events; grep ^reason $M/t/status; echo detach t > $M/ctl`)
		require.Zero(t, code, out)
		require.Contains(t, out, "state: exit exit 0\n")
		require.Contains(t, out, "reason:\texit 0\n")
	}
}
