package nodes_test

import (
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/nodes"
)

func writer(t *testing.T, m *nodes.Mount, file string) *nodes.Lines {
	t.Helper()
	h, err := at(t, m, file).Open(t.Context(), false, true)
	require.NoError(t, err)
	require.NotNil(t, h.Lines)
	return h.Lines
}

// signals sends SIGUSR1 as often as the fake says.
const usr1 = "signal USR1"

func TestLines(t *testing.T) {
	m, fake := attachFake(t)
	sent := 0
	more := func(n int) {
		t.Helper()
		sent += n
		require.Len(t, fake.Signals(), sent)
	}
	w := writer(t, m, "fake/ctl")
	for _, step := range []struct {
		write string
		n     int
		err   error
		ran   int
	}{
		{usr1 + "\n", 12, nil, 1},
		{usr1, 11, nil, 1},
		{"\n\n" + usr1 + "\n\n" + usr1, 26, nil, 2},
		{"nonsense\n" + usr1 + "\n", 0, core.ErrInvalid, 0},
		{usr1 + "\nnonsense\n" + usr1 + "\n", 12, nil, 1},
		{"", 0, nil, 0},
		{strings.Repeat(" ", 4096) + usr1[:6], 4102, nil, 0},
		{usr1[6:] + "\n", 6, nil, 1},
		{strings.Repeat("x", 65<<10), 0, core.ErrInvalid, 0},
		{"the rest of that line\n", 0, core.ErrInvalid, 0},
		{usr1 + "\n", 12, nil, 1},
		{strings.Repeat("x", 65<<10) + "\n", 0, core.ErrInvalid, 0},
		{usr1 + "\n", 12, nil, 1},
	} {
		n, err := w.Write(t.Context(), []byte(step.write))
		require.Equal(t, step.n, n, "%.40q", step.write)
		require.ErrorIs(t, err, step.err)
		more(step.ran)
	}
	require.Equal(t, int(syscall.SIGUSR1), fake.Signals()[0])
}

func TestSetRegister(t *testing.T) {
	m, _ := attachFake(t)
	file := "fake/threads/100/regs/rax"
	_, err := writer(t, m, file).Write(t.Context(), []byte("0x1234\n"))
	require.NoError(t, err)
	text, err := read(t, at(t, m, file))
	require.NoError(t, err)
	require.Equal(t, "0x0000000000001234\n", text)
	_, err = writer(t, m, file).Write(t.Context(), []byte("much\n"))
	require.ErrorIs(t, err, core.ErrInvalid)
}

// TestReadOnly: a target attached ro refuses every change.
func TestReadOnly(t *testing.T) {
	m, _ := fakeMount(t)
	_, err := m.Attach(t.Context(), "fake pid=1 ro name=frozen")
	require.NoError(t, err)
	for file, line := range map[string]string{
		"frozen/ctl": "stop", "frozen/threads/100/ctl": "cont", "frozen/threads/100/regs/rax": "1",
	} {
		_, err := writer(t, m, file).Write(t.Context(), []byte(line))
		require.ErrorIs(t, err, core.ErrReadOnly, "%s %s", file, line)
	}
	h, err := at(t, m, "frozen/mem").Open(t.Context(), false, true)
	require.NoError(t, err)
	_, err = h.Blob.WriteAt(t.Context(), []byte{1}, 0x401010)
	require.ErrorIs(t, err, core.ErrReadOnly)
	for file, line := range map[string]string{"frozen/ctl": "clear", "frozen/options/peek": "no"} {
		_, err := writer(t, m, file).Write(t.Context(), []byte(line))
		require.NoError(t, err, "%s %s", file, line)
	}
}

// TestPeekNo: with peek=no a running thread is not held, a stopped one is read.
func TestPeekNo(t *testing.T) {
	m, fake := attachFake(t)
	_, err := writer(t, m, "fake/options/peek").Write(t.Context(), []byte("no"))
	require.NoError(t, err)
	held := []string{"registers", "backtrace", "stack", "regs/rip"}
	for _, file := range held {
		_, err := read(t, at(t, m, "fake/threads/100/"+file))
		require.ErrorIs(t, err, core.ErrBusy, file)
	}
	require.NoError(t, fake.Stop(t.Context(), 0))
	for _, file := range held {
		_, err := read(t, at(t, m, "fake/threads/100/"+file))
		require.NoError(t, err, file)
	}
}

// TestAsksItself: a thread cannot be made to wait for its own answer.
func TestAsksItself(t *testing.T) {
	m, fake := attachFake(t)
	ctx := nodes.WithCaller(t.Context(), coretest100)
	n := at(t, m, "fake/threads/100/registers")
	_, err := n.Open(ctx, true, false)
	require.ErrorIs(t, err, core.ErrBusy)
	_, err = writer(t, m, "fake/ctl").Write(ctx, []byte("stop"))
	require.ErrorIs(t, err, core.ErrBusy)
	require.Zero(t, fake.Held(coretest100))
}

const coretest100 = 100

// TestErrorLog is what users read after a failure.
func TestErrorLog(t *testing.T) {
	m, _ := attachFake(t)
	for _, l := range []struct{ file, line string }{
		{"ctl", "attach"}, {"ctl", "atach fake pid=1"}, {"ctl", "attach fakee pid=1"}, {"ctl", "attach fake pdi=1"},
		{"ctl", "attach fake pid=99"}, {"ctl", "attach fake pid=1 name=ctl"}, {"ctl", "attach fake pid=1 name=a/b"},
		{"ctl", "attach fake 'pid=1"}, {"ctl", "detach fak"}, {"ctl", "launch -- /bin/true"},
		{"fake/ctl", "stopp"}, {"fake/ctl", "stop 12345"}, {"fake/ctl", "stop x"}, {"fake/ctl", "stop 100 101"},
		{"fake/ctl", "signal"}, {"fake/ctl", "signal NOSUCH"}, {"fake/ctl", "wait"}, {"fake/ctl", "wait forever"},
		{"fake/ctl", "kill now"}, {"fake/options/timeout", "soon"}, {"fake/options/peek", "maybe"},
		{"fake/options/follow", "child"}, {"fake/threads/100/regs/rbx", "0x10000000000000000"}, {"fake/threads/100/ctl", "stop 101"},
		{"fake/ctl", "bell\a\x1b[31m\xff"},
	} {
		_, err := writer(t, m, l.file).Write(t.Context(), []byte(l.line+"\n"))
		require.Error(t, err, "%s: %s", l.file, l.line)
	}
	for _, file := range []string{"functions/mian", "functions/nothing_like_it", "locations/cuonter+3", "bytes/main+zz", "locations/x.c:12"} {
		dir, name, _ := strings.Cut(file, "/")
		_, err := at(t, m, "fake/"+dir).Lookup(t.Context(), name)
		require.Error(t, err, file)
	}
	root, err := read(t, at(t, m, "error_log"))
	require.NoError(t, err)
	target, err := read(t, at(t, m, "fake/error_log"))
	require.NoError(t, err)
	golden(t, "testdata/error_log.golden", times.ReplaceAllString(root+"---\n"+target, "[TIME]"))
}
