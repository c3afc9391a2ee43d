package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/nodes"
)

// A live is a mount with the real drivers, for tests of what can go wrong: at its
// end nothing of it may be left.
type live struct {
	t    *testing.T
	dir  string
	m    *nodes.Mount
	home string
}

func newLive(t *testing.T) *live {
	t.Helper()
	t.Cleanup(func() {
		eventually(t, "every keeper ends", func() bool { return len(keepers()) == 0 })
	})
	dir, m := mountLive(t)
	return &live{t, dir, m, t.TempDir()}
}

// sh runs a shell line: $M is the mount, $T the target t.
func (l *live) sh(format string, args ...any) (out string, code int) {
	l.t.Helper()
	return shell(l.t, l.dir, "T=$M/t; "+fmt.Sprintf(format, args...))
}

// ok is sh for what must work.
func (l *live) ok(format string, args ...any) string {
	l.t.Helper()
	out, code := l.sh(format, args...)
	require.Zero(l.t, code, "%s: %s\n%s", fmt.Sprintf(format, args...), out, l.errorLog())
	return out
}

// fails is sh for what must fail with an errno, as tools print it.
func (l *live) fails(errno, format string, args ...any) string {
	l.t.Helper()
	out, code := l.sh(format, args...)
	assert.NotZero(l.t, code, "%s", fmt.Sprintf(format, args...))
	assert.Contains(l.t, out, errno, "%s", fmt.Sprintf(format, args...))
	return out
}

// attach makes the target t of a process.
func (l *live) attach(pid int, options string) {
	l.t.Helper()
	l.ok("echo attach ptrace pid=%d name=t %s > $M/ctl", pid, options)
}

func (l *live) detach() {
	l.t.Helper()
	l.ok("echo detach > $T/ctl")
}

// counter starts the sample count.
func (l *live) counter(args ...string) counter {
	l.t.Helper()
	return user{home: l.home}.startCounter(l.t, args...)
}

// field is the value of a key of a status file of the target t.
func (l *live) field(file, key string) string {
	l.t.Helper()
	return strings.TrimSpace(l.ok("sed -n 's/^%s:\t//p' $T/%s", key, file))
}

func (l *live) errorLog() string {
	out, _ := shell(l.t, l.dir, "cat $M/error_log $M/*/error_log 2>/dev/null")
	return out
}

// lastError is the newest entry of an error_log.
func (l *live) lastError(file string) string {
	l.t.Helper()
	all := l.ok("cat %s", file)
	at := regexp.MustCompile(`(?m)^\[\d`).FindAllStringIndex(all, -1)
	require.NotEmpty(l.t, at, "%s is empty", file)
	return all[at[len(at)-1][0]:]
}

// counting checks that a program runs.
func (c counter) counting(t testing.TB) {
	t.Helper()
	n := c.count(t)
	eventually(t, "the program counts", func() bool { return c.count(t) > n+2 })
}

// children lists the processes that a process has started.
func children(pid int) (out []int) {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, name := range lists {
		text, _ := os.ReadFile(name)
		for f := range strings.FieldsSeq(string(text)) {
			if n, err := strconv.Atoi(f); err == nil {
				out = append(out, n)
			}
		}
	}
	return out
}

// keepers are the keepers of this process.
func keepers() []int {
	return slices.DeleteFunc(children(os.Getpid()), func(pid int) bool {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		args := strings.Split(string(text), "\x00")
		return len(args) < 2 || args[1] != "keeper"
	})
}

// held is what this process has: for tests of leaks.
type held struct {
	goroutines, descriptors, children int
	objects                           uint64
}

func (h held) String() string {
	return fmt.Sprintf("%d goroutines, %d descriptors, %d children, %d heap objects", h.goroutines, h.descriptors, h.children, h.objects)
}

func holding(t testing.TB) held {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return held{runtime.NumGoroutine(), len(descriptors(t, os.Getpid())), len(children(os.Getpid())), m.HeapObjects}
}
