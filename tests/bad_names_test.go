package tests

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// randomName is a name that a directory may be asked for: bytes but / and NUL.
func randomName(r *rand.Rand) string {
	number := func() string { return fmt.Sprint(r.Int64() >> r.IntN(63)) }
	bytes := func(n int) string {
		b := make([]byte, 1+r.IntN(n))
		for i := range b {
			for b[i] == 0 || b[i] == '/' {
				b[i] = byte(r.Uint32())
			}
		}
		return string(b)
	}
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	switch r.IntN(12) {
	case 0:
		return bytes(255)
	case 1:
		return bytes(8)
	case 2:
		return strings.Repeat(pick("a", "+", "-", "::", "é", "%2F", "(", "0"), 1+r.IntN(85))
	case 3:
		return pick("", "-", "+", "0x", "0x-", " ", "00", "0b") + number()
	case 4:
		return pick("main", "count", "libc.so.6", "") + pick("::", "!", "+", "-", ".") + pick("main", "0x", number(), "", "%2F")
	case 5:
		return "0x" + fmt.Sprintf("%x", r.Uint64()) + pick("", "+", "-", "+-", "+0x", "-0x0", ":", ".json") + pick("", number())
	case 6:
		return pick("日本", "ﬀ", "\u202e", "\u0085", "e\u0301", "\U0010ffff", "\xff\xfe") + bytes(4)
	case 7:
		return pick("%2F", "..%2F..", "%2Fetc%2Fpasswd", "%2f", "%", "%2", "%00") + pick("", "x", "%2F")
	case 8:
		return pick("README", "ctl", "main", "current", "rip", "status") + pick(".json", ".json.json", ".ndjson", "x", " ", "~", ".")
	case 9:
		return pick("*", "*main", "&x", "f(1)", "a.c:12", "a.c:", ":12", "$rip", "a b c", "\n", "'", "\"", "\\") + pick("", bytes(3))
	case 10:
		return strings.Repeat("x", 250+r.IntN(20))
	}
	return number() + pick("", ".json", " ", "x")
}

// quoted is lines in Go's syntax, as clients take them.
func quoted(lines []string) string {
	var b strings.Builder
	for _, s := range lines {
		fmt.Fprintf(&b, "%q\n", s)
	}
	return b.String()
}

// TestRandomNames: 1000 in every directory whose names are looked up.
func TestRandomNames(t *testing.T) {
	l := newLive(t)
	c := l.counter()
	l.attach(c.pid, "")
	r := rand.New(rand.NewPCG(1, 2))
	thread := fmt.Sprintf("t/threads/%d", c.pid)
	total := map[string]int{}
	for _, dir := range []string{
		".", "t", "t/functions", "t/bytes", "t/locations", "t/disassembly", "t/objects", "t/threads", "t/options", thread,
		thread + "/regs", thread + "/frames", thread + "/frames/0",
	} {
		names := make([]string, 1000)
		for i := range names {
			names[i] = randomName(r)
		}
		counts, examples := client(t, quoted(names), "lookup", l.dir+"/"+dir)
		requireErrnos(t, dir, counts, examples, 0, syscall.ENOENT, syscall.EINVAL, syscall.ENODATA, syscall.ENAMETOOLONG)
		for errno, n := range counts {
			total[errno] += n
		}
		require.Greater(t, counts["no_such_file_or_directory"], 300, dir)
	}
	t.Log(total)
	l.boundedErrorLog()
	l.stillWorks(c)
}

// boundedErrorLog checks that the error_logs are text of a bounded size.
func (l *live) boundedErrorLog() {
	l.t.Helper()
	for _, file := range []string{"$M/error_log", "$T/error_log"} {
		text := l.ok("cat %s", file)
		assert.Less(l.t, len(text), 64*(5*600), file)
		assert.LessOrEqual(l.t, strings.Count(text, "\n["), 64, file)
		for line := range strings.Lines(text) {
			assert.Equal(l.t, strings.ToValidUTF8(line, "?"), line, file)
			assert.NotContains(l.t, strings.TrimSuffix(line, "\n"), "\x1b", file)
		}
	}
}

// stillWorks checks that everything answers and the target runs.
func (l *live) stillWorks(c counter) {
	l.t.Helper()
	c.counting(l.t)
	l.ok("echo cont > $T/ctl; for o in peek:yes timeout:5000 ring:65536 stack:65536; do echo ${o#*:} > $T/options/${o%%%%:*}; done")
	assert.Equal(l.t, "running", l.field("status", "state"))
	assert.Contains(l.t, l.ok("cat $T/threads/%d/backtrace", c.pid), "in main (")
	assert.Contains(l.t, l.ok("cat $T/functions/main $T/locations/main $T/disassembly/main"), "<main>  ")
	assert.Len(l.t, l.ok("cat $T/bytes/main+0+4"), 4)
	l.detach()
	c.runsUntraced(l.t)
}
