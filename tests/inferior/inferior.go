// Package inferior builds and runs the C programs of tests/samples for tests.
package inferior

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stackfs/stackfs/tests/need"
)

// Dir is where the sources are.
func Dir() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "samples")
}

// built keeps what this test run has compiled.
var built sync.Map

// Build compiles NAME.c and returns the program's path; it is made once a test binary.
func Build(t testing.TB, name string, flags ...string) string {
	t.Helper()
	gcc := need.Command(t, "gcc", "apt-get install gcc libc6-dev")
	once, _ := built.LoadOrStore(name+fmt.Sprint(flags), sync.OnceValues(func() (string, error) {
		dir, err := os.MkdirTemp("", "stackfs-samples-*")
		if err != nil {
			return "", err
		}
		out := filepath.Join(dir, name)
		args := append([]string{"-g", "-O1", "-pthread", "-Wall", "-o", out, filepath.Join(Dir(), name+".c")}, flags...)
		if text, err := exec.Command(gcc, args...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("%w: %s", err, text)
		}
		return out, nil
	}))
	path, err := once.(func() (string, error))()
	if err != nil {
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
