package tests

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/debuginfo/syscalls"
	"github.com/stackfs/stackfs/fs"
	"github.com/stackfs/stackfs/nodes"
)

// valid is lines that mutation starts from.
var valid = []string{
	"attach ptrace pid=4194999 name=x ro follow=parent", "attach ptrace pid=4195000 root=/ debuginfo=/a:/b", "launch stop pty cwd=/ env=A=B name=y",
	"detach zzz", "clear", "stop", "cont", "stop 4194999", "cont 4194999", "wait stoped", "wait exitd", "signal NOSUCH", "signal USR1 4194999",
	"refresh", "step", "next 1", "finish", "until main+4", "yes", "no", "5000", "65536", "268435456", "parent", "child", "0x10", "'a b' \"c\\\"d\" \\e",
}

// randomLine is bytes, words, or a valid line with some bytes changed.
func randomLine(r *rand.Rand) string {
	line := []byte(valid[r.IntN(len(valid))])
	switch r.IntN(4) {
	case 0:
		line = make([]byte, r.IntN(200))
		for i := range line {
			line[i] = byte(r.Uint32())
		}
	case 1:
		line = append(append(line, ' '), valid[r.IntN(len(valid))]...)
	default:
		for range 1 + r.IntN(4) {
			i := r.IntN(len(line))
			switch r.IntN(3) {
			case 0:
				line[i] = byte(r.Uint32())
			case 1:
				line = append(line[:i:i], line[min(i+1+r.IntN(3), len(line)):]...)
			default:
				line = append(line[:i:i], append([]byte{" '\"\\=\t\x00é0"[r.IntN(10)]}, line[i:]...)...)
			}
			if len(line) == 0 {
				line = []byte("x")
			}
		}
	}
	return strings.ReplaceAll(string(line), "\n", " ")
}

// harmful says whether a line might do something to this machine, or wait.
func harmful(line string) bool {
	words, err := nodes.ParseWords(line)
	if err != nil || len(words) == 0 {
		return false
	}
	switch words[0].Text {
	case "kill", "detach", "wait":
		return true
	case "launch":
		return strings.Contains(line, "--")
	case "signal":
		if len(words) < 2 {
			return false
		}
		_, known := syscalls.SignalNumber(words[1].Text)
		return known
	}
	for _, w := range words {
		digits, _ := strings.CutPrefix(w.Text, "pid=")
		if n, err := strconv.Atoi(digits); err == nil && words[0].Text == "attach" && n <= 4194304 {
			return true
		}
	}
	return false
}

func randomLines(r *rand.Rand, n int) (lines []string) {
	for len(lines) < n {
		if line := randomLine(r); !harmful(line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// lineFiles are those that lines are written to.
func lineFiles(pid int) []string {
	thread := fmt.Sprintf("t/threads/%d", pid)
	return []string{
		"ctl", "t/ctl", thread + "/ctl", "t/options/peek", "t/options/timeout", "t/options/ring", "t/options/log", "t/options/stack", "t/options/follow",
		thread + "/regs/fs_base",
	}
}

// TestRandomLines: 10 000 to every file that takes lines, of which 500 through
// the kernel. Registers take few, since a valid value would be taken.
func TestRandomLines(t *testing.T) {
	l := newLive(t)
	c := l.counter()
	l.attach(c.pid, "")
	r := rand.New(rand.NewPCG(3, 4))
	ctx, cancel := context.WithTimeout(t.Context(), 3*limit)
	defer cancel()
	for _, file := range lineFiles(c.pid) {
		if strings.Contains(file, "/regs/") {
			continue
		}
		errnos := map[syscall.Errno]int{}
		for _, line := range randomLines(r, 10_000) {
			n, err := find(t, l.m, file).Open(ctx, false, true)
			require.NoError(t, err)
			_, err = n.Lines.Write(ctx, []byte(line))
			errnos[fs.Errno(err)]++
			require.Contains(t, []syscall.Errno{0, syscall.EINVAL, syscall.ENOENT, syscall.EEXIST, syscall.EOPNOTSUPP}, fs.Errno(err), "%s: %q: %v", file, line, err)
			if file == "t/options/timeout" && err == nil {
				l.set("timeout", "5000")
			}
		}
		t.Log(file, errnos)
		counts, examples := client(t, quoted(randomLines(r, 500)), "write", l.dir+"/"+file)
		requireErrnos(t, file, counts, examples, 0, syscall.EINVAL, syscall.ENOENT, syscall.EEXIST, syscall.EOPNOTSUPP)
		l.set("timeout", "5000")
		l.ok("echo cont > $T/ctl; echo cont > $T/threads/%d/ctl", c.pid)
		c.counting(t)
		l.boundedErrorLog()
	}
	l.stillWorks(c)
}

func (l *live) set(option, value string) {
	l.t.Helper()
	h, err := find(l.t, l.m, "t/options/"+option).Open(l.t.Context(), false, true)
	require.NoError(l.t, err)
	_, err = h.Lines.Write(l.t.Context(), []byte(value+"\n"))
	require.NoError(l.t, err)
}

// find looks a path up without the kernel.
func find(t testing.TB, m *nodes.Mount, path string) nodes.Node {
	t.Helper()
	n := m.Root()
	for part := range strings.SplitSeq(path, "/") {
		var err error
		n, err = n.Lookup(t.Context(), part)
		require.NoError(t, err, path)
	}
	return n
}

// TestHugeWrites: 4096 bytes and 1 MB, with and without newlines.
func TestHugeWrites(t *testing.T) {
	l := newLive(t)
	c := l.counter()
	l.attach(c.pid, "")
	refused := []string{
		strings.Repeat("y ", 2048)[:4095], strings.Repeat("z", 4095) + "\n", strings.Repeat("q", 1<<20), strings.Repeat("w", 1<<20-1) + "\n",
		strings.Repeat("word\n", 1<<20/5), strings.Repeat("\x00", 1<<20), strings.Repeat("'", 1<<20), strings.Repeat("a\n", 2048), strings.Repeat(" x", 1<<19),
	}
	taken := []string{strings.Repeat("x", 4096), strings.Repeat("\n", 1<<20), strings.Repeat("\n", 4096)} // the first is kept for more to come
	for _, file := range lineFiles(c.pid) {
		start := time.Now()
		counts, examples := client(t, quoted(append(taken, refused...)), "write", l.dir+"/"+file)
		requireErrnos(t, file, counts, examples, 0, syscall.EINVAL)
		assert.Equal(t, len(taken), counts["OK"], file)
		assert.Equal(t, len(refused), counts["invalid_argument"], file)
		require.Less(t, time.Since(start), limit, file)
	}
	l.boundedErrorLog()
	c.counting(t)
	out := l.fails("Invalid argument", "exec 3>$T/ctl; head -c 1048576 /dev/zero | tr '\\0' 'x' >&3; echo stop >&3")
	assert.Contains(t, out, "Invalid argument")
	l.ok("exec 3>$T/ctl; head -c 1048576 /dev/zero | tr '\\0' 'x' >&3; echo >&3; echo cont >&3")
	l.stillWorks(c)
}

// TestWritesToEveryFile: each takes lines, or refuses by the errno of its kind.
func TestWritesToEveryFile(t *testing.T) {
	l := newLive(t)
	c := l.counter()
	l.attach(c.pid, "")
	for text, errno := range map[string]string{"nothing that parses\n": "invalid_argument", strings.Repeat("x", 4096): "OK", "": "OK"} {
		counts, examples := client(t, "", "walk", l.dir, text, "mem")
		t.Log(counts)
		requireErrnos(t, "every file", counts, examples, syscall.EACCES, syscall.EINVAL, 0)
		assert.Greater(t, counts[errno], 100)
		assert.Greater(t, counts["permission_denied"], 1000, "functions and all that cannot be written")
	}
	l.fails("Input/output error", "echo nothing > $T/mem")
	l.boundedErrorLog()
	l.stillWorks(c)
}
