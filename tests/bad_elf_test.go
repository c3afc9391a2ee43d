package tests

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/inferior"
)

// TestFileGone: the program's file is deleted, replaced, or its directory gone.
func TestFileGone(t *testing.T) {
	l := newLive(t)
	for name, change := range map[string]string{
		"renamed":             "mv %[1]s %[1]s.away",
		"deleted":             "rm %[1]s",
		"replaced by text":    "rm %[1]s; echo this is no program > %[1]s",
		"replaced by another": "cp /bin/true %[1]s.new; mv %[1]s.new %[1]s",
		"replaced by half":    "head -c 5000 %[1]s > %[1]s.new; mv %[1]s.new %[1]s",
		"its name a fifo":     "rm %[1]s; mkfifo %[1]s",
	} {
		u := user{home: t.TempDir()}
		c := u.startCounter(t)
		l.ok(change, filepath.Join(u.home, "count"))
		l.attach(c.pid, "")
		object := "count"
		if name == "renamed" {
			object = "count.away"
		}
		assert.Contains(t, l.ok("cat $T/threads/%d/backtrace", c.pid), "in main (", name)
		assert.Contains(t, l.ok("cat $T/symbols"), " main ["+object+"]", name)
		assert.Contains(t, l.ok("cat $T/objects/%s/*", object), "count", name)
		assert.Contains(t, l.ok("cat $T/disassembly/main $T/functions/main"), "<main>", name)
		l.detach()
		c.runsUntraced(t)
	}
}

// corruptions are broken copies of a program: cut anywhere, or with bytes changed
// where headers and tables are.
func corruptions(t *testing.T, dir string) (files []string) {
	t.Helper()
	whole, err := os.ReadFile(inferior.Build(t, "count"))
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(5, 6))
	for i := range 60 {
		b := append([]byte{}, whole...)
		switch i % 4 {
		case 0:
			b = b[:1+r.IntN(len(b))]
		case 1: // the ELF header
			for range 1 + r.IntN(4) {
				b[4+r.IntN(60)] = byte(r.Uint32())
			}
		case 2: // program headers
			for range 1 + r.IntN(8) {
				b[64+r.IntN(13*56)] = byte(r.Uint32())
			}
		default: // section headers, symbol tables, unwind tables
			for range 200 {
				b[len(b)-1-r.IntN(len(b)*3/4)] = byte(r.Uint32())
			}
		}
		file := filepath.Join(dir, fmt.Sprintf("corrupt%d.so", i))
		require.NoError(t, os.WriteFile(file, b, 0o600))
		files = append(files, file)
	}
	for name, b := range map[string][]byte{"empty.so": nil, "text.so": []byte("no ELF"), "magic.so": []byte("\x7fELF"), "zeros.so": make([]byte, 8192)} {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, b, 0o600))
		files = append(files, file)
	}
	return files
}

// TestCorruptObjects: a program that has mapped broken ELF files as code; they are
// cut down to nothing while it runs.
func TestCorruptObjects(t *testing.T) {
	l := newLive(t)
	files := corruptions(t, t.TempDir())
	c := l.counter(files...)
	for _, after := range []string{"true %[1]s", "truncate -s 100 %[1]s/*.so", "rm %[1]s/*.so"} {
		l.ok(after, filepath.Dir(files[0]))
		l.attach(c.pid, "")
		assert.Contains(t, l.ok("cat $T/threads/%d/backtrace", c.pid), "in main (", after)
		assert.Equal(t, "", l.ok("for t in $T/threads/[0-9]*; do cat $t/backtrace $t/stack $t/status >/dev/null || echo $t; done"))
		assert.Contains(t, l.ok("cat $T/symbols"), " main [count]", after)
		assert.Equal(t, fmt.Sprint(len(files)), l.ok("ls $T/objects | grep -c '^\\(corrupt\\|empty\\|text\\|magic\\|zeros\\).*so$' | tr -d '\\n'"))
		assert.NotContains(t, l.ok("cd $T/objects; cat */path */base */build_id */debug */search */symbols > /dev/null || echo BAD"), "BAD")
		assert.Contains(t, l.ok("cat $T/objects/text.so/search"), "text.so\t")
		assert.Contains(t, l.ok("cat $T/locations/main"), "function:\tmain")
		l.sh("for r in $(grep corrupt $T/maps | head -n 10 | cut -d- -f1); do cat $T/locations/0x$r $T/disassembly/0x$r+32; done") // pages may be beyond a file's end: EIO
		l.detach()
		c.runsUntraced(t)
	}
}

// TestNamespaces: a program with its own pids, mounts and root, whose files are
// nowhere to be seen from here.
func TestNamespaces(t *testing.T) {
	l := newLive(t)
	jail := filepath.Join(t.TempDir(), "jail")
	library := compile(t, "gcc", "-shared", "-fPIC", "-g", "-Wl,-soname,libhidden.so", "samples/hidden.c")
	program := compile(t, "gcc", "-O1", "-DCALLER", "samples/hidden.c", library, "-Wl,-rpath,/opt")
	require.NoError(t, os.MkdirAll(jail, 0o755))
	script := `set -e; mount -t tmpfs none $1; cd $1; mkdir -p lib lib64 usr/lib proc opt
for d in lib lib64 usr/lib; do [ -d /$d ] && mount --rbind /$d $d; done
cp $2 opt/libhidden.so; cp $3 opt/caller; mount -t proc proc proc
exec chroot . /opt/caller`
	cmd := exec.Command("unshare", "-pfm", "--mount-proc", "--kill-child", "bash", "-c", script, "bash", jail, library, program)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	ready := make([]byte, 6)
	_, err = out.Read(ready)
	require.NoError(t, err)
	pid := children(cmd.Process.Pid)[0]
	l.attach(pid, "")
	text := l.ok("cat $T/threads/%d/backtrace", pid)
	assert.Contains(t, text, "in hidden_wait (n = 1) at samples/hidden.c:")
	assert.Contains(t, text, "in main () from caller")
	assert.Contains(t, l.ok("cat $T/objects/libhidden.so/path"), "/opt/libhidden.so\n")
	assert.NoFileExists(t, "/opt/libhidden.so")
	assert.Contains(t, l.ok("cat $T/symbols"), " T hidden_wait [libhidden.so]")
	assert.Contains(t, l.ok("cat $T/disassembly/hidden_wait"), "<hidden_wait>")
	assert.Equal(t, fmt.Sprint(pid), l.field("status", "pid"))
	assert.Contains(t, l.ok("ls $T/threads"), fmt.Sprint(pid))
	l.ok("echo stop > $T/ctl; echo cont > $T/ctl")
	l.detach()
	assert.True(t, alive(pid))
}
