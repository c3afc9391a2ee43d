package tests

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLeaks: 200 rounds of attaching, reading everything and detaching leave nothing.
func TestLeaks(t *testing.T) {
	l := newLive(t)
	c := l.counter()
	const batches, rounds = 4, 50
	var after []held
	for range batches {
		out := l.slow(`for i in $(seq %d); do
  echo attach ptrace pid=%d name=t > $M/ctl || echo attach
  cat $T/status $T/maps $T/symbols $T/threads/*/backtrace $T/threads/*/registers $T/threads/*/stack $T/threads/*/status $T/objects/*/path \
    $T/functions/main $T/locations/main $T/disassembly/main $T/options/* $T/ctl $T/log $T/README >/dev/null || echo read
  cat $T/threads/*/frames/*/function >/dev/null 2>&1 # frames come and go
  dd if=$T/events iflag=nonblock of=/dev/null 2>/dev/null
  echo detach > $T/ctl || echo detach
done`, rounds, c.pid)
		require.Empty(t, out)
		eventually(t, "every keeper ends", func() bool { return len(keepers()) == 0 })
		time.Sleep(200 * time.Millisecond)
		after = append(after, holding(t))
		t.Log(after[len(after)-1])
	}
	first, last := after[0], after[batches-1]
	assert.LessOrEqual(t, last.goroutines, first.goroutines+4)
	assert.LessOrEqual(t, last.descriptors, first.descriptors+2)
	assert.LessOrEqual(t, last.children, first.children)
	known := float64(int64(last.objects)-int64(first.objects)) / ((batches - 1) * rounds)
	t.Logf("%.0f heap objects a round", known)
	assert.Less(t, known, 20.0, "an inode that the kernel knows is some 60 with its target")
	c.runsUntraced(t)
}

// slow is ok with a longer limit.
func (l *live) slow(format string, args ...any) string {
	l.t.Helper()
	done := make(chan string, 1)
	go func() {
		u := user{home: l.home}
		cmd := u.command(l.t.Context(), "bash", "-c", "M="+l.dir+" T="+l.dir+"/t; "+fmt.Sprintf(format, args...))
		out, err := cmd.CombinedOutput()
		if err != nil {
			out = fmt.Append(out, err)
		}
		done <- string(out)
	}()
	select {
	case out := <-done:
		return out
	case <-time.After(6 * limit):
		l.t.Fatal("it hangs")
		return ""
	}
}

// TestNothingIsLeftInTmp: what stackfs makes there has no name.
func TestNothingIsLeftInTmp(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	l := newLive(t)
	l.launch("-- cat")
	l.ok("echo x > $T/io/stdin; echo stop > $T/ctl; cat $T/log >/dev/null")
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range left {
		assert.NotContains(t, e.Name(), "stackfs")
	}
	l.ok("echo kill > $T/ctl; echo wait exited > $T/ctl; echo detach > $T/ctl")
}
