// Package inferior builds and runs the C programs of tests/samples for tests.
package inferior

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stackfs/stackfs/tests/need"
)

// Dir is where the sources are.
func Dir() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "samples")
}

// Build compiles NAME.c and returns the program's path. It is kept in the temporary directory
// under a name made of the source and the flags, so it is made once.
func Build(t testing.TB, name string, flags ...string) string {
	t.Helper()
	gcc := need.Command(t, "gcc", "apt-get install gcc libc6-dev")
	source := filepath.Join(Dir(), name+".c")
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(fmt.Appendf(text, "%q", flags))
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("stackfs-inferior-%d", os.Getuid()), fmt.Sprintf("%x", sum[:8]))
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err == nil {
		return path
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	made := fmt.Sprintf("%s.%d-%d", path, os.Getpid(), time.Now().UnixNano()) // renamed when whole: other tests may build it too
	args := append([]string{"-g", "-O1", "-pthread", "-Wall", "-o", made, source}, flags...)
	if out, err := exec.Command(gcc, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.Rename(made, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// Process is a running sample. It ends with the test.
type Process struct {
	PID   int
	Cmd   *exec.Cmd
	In    io.WriteCloser
	lines chan string
	t     testing.TB
}

// Start runs a built program; its output is read by lines.
func Start(t testing.TB, path string, args ...string) *Process {
	t.Helper()
	cmd := exec.Command(path, args...)
	in, e1 := cmd.StdinPipe()
	out, e2 := cmd.StdoutPipe()
	cmd.Stderr = os.Stderr
	if e1 != nil || e2 != nil {
		t.Fatal(e1, e2)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &Process{PID: cmd.Process.Pid, Cmd: cmd, In: in, lines: make(chan string, 1024), t: t}
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer close(p.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			p.lines <- s.Text()
		}
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		in.Close() // and children that read it end too
		for range p.lines {
		}
		<-read
		cmd.Wait()
	})
	return p
}

// Line waits for the next line that begins with prefix, and returns the rest of it.
func (p *Process) Line(prefix string) string {
	p.t.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case line, ok := <-p.lines:
			if !ok {
				p.t.Fatalf("the program ended before it printed %q", prefix)
			}
			if rest, ok := strings.CutPrefix(line, prefix); ok {
				return strings.TrimSpace(rest)
			}
		case <-limit:
			p.t.Fatalf("no line %q in 20 s", prefix)
		}
	}
}

// Lines gives what the program prints, a line each.
func (p *Process) Lines() <-chan string { return p.lines }

// Int is Line as a number.
func (p *Process) Int(prefix string) int {
	p.t.Helper()
	text := p.Line(prefix)
	n, err := strconv.ParseInt(text, 0, 64)
	if err != nil {
		p.t.Fatal(err)
	}
	return int(n)
}
