package ptrace

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/tests/inferior"
)

func launchSpec(args []string, options ...core.Option) core.Spec {
	return core.Spec{Verb: "launch", Driver: "ptrace", Options: options, Args: args}
}

// launchNow launches a program and kills it at the end.
func launchNow(t *testing.T, s core.Spec) Launched {
	t.Helper()
	target, err := Launch(limited(t), s)
	if err != nil {
		t.Fatal(err)
	}
	l := target.(Launched)
	t.Cleanup(func() {
		l.Target.child.Kill()
		l.Close()
	})
	return l
}

// output waits until stream n has text in it.
func output(t *testing.T, l Launched, n int, text string) string {
	t.Helper()
	f, err := l.Stdio(n)
	if err != nil {
		t.Fatal(err)
	}
	for range 5000 {
		size, err := f.Size()
		if err != nil {
			t.Fatal(err)
		}
		b := make([]byte, size)
		f.ReadAt(b, 0)
		if got := strings.ReplaceAll(string(b), "\r", ""); strings.Contains(got, text) {
			return got
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("stream %d never had %q", n, text)
	return ""
}

func TestLaunch(t *testing.T) {
	path := inferior.Build(t, "launched")
	dir := t.TempDir()
	for _, pty := range []bool{false, true} {
		options := []core.Option{{Key: "stop"}, {Key: "cwd", Value: dir}, {Key: "env", Value: "STACKFS_TEST=a b"}}
		tty := "tty 0"
		if pty {
			options, tty = append(options, core.Option{Key: "pty"}), "tty 1"
		}
		l := launchNow(t, launchSpec([]string{path, "one", "two three"}, options...))
		ctx := limited(t)
		info, err := l.Info(ctx)
		if err != nil || info.State != core.Stopped || info.Reason != "exec" || !info.Launched || info.Comm != "launched" {
			t.Fatalf("launched with stop: %+v, %v", info, err)
		}
		if f, _ := l.Stdio(1); f != nil {
			if n, _ := f.Size(); n != 0 {
				t.Errorf("%d bytes of output before the first instruction", n)
			}
		}
		if err := l.Cont(ctx, 0); err != nil {
			t.Fatal(err)
		}
		text := output(t, l, 1, "arg two three\n")
		for _, want := range []string{"cwd " + dir + "\n", "env a b\n", tty, "arg one\n"} {
			if !strings.Contains(text, want) {
				t.Errorf("pty %v: no %q in %q", pty, want, text)
			}
		}
		if !pty {
			output(t, l, 2, "to stderr")
		}
		in, err := l.Stdio(0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := in.Write([]byte("hello\nend\n")); err != nil {
			t.Fatal(err)
		}
		output(t, l, 1, "got end")
		if err := l.Wait(ctx, core.Exited); err != nil {
			t.Fatal(err)
		}
		if info, _ := l.Info(ctx); info.Reason != "exit 3" {
			t.Errorf("ended with %q", info.Reason)
		}
	}
}

func TestLaunchFails(t *testing.T) {
	plain := t.TempDir() + "/plain"
	if err := os.WriteFile(plain, []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	script := t.TempDir() + "/noformat"
	if err := os.WriteFile(script, []byte("\x00\x01"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		s    core.Spec
		kind error
	}{
		{launchSpec([]string{"/no/such/program"}), core.ErrNotFound},
		{launchSpec([]string{"no-such-program-at-all"}), core.ErrNotFound},
		{launchSpec([]string{plain}), core.ErrAccess},
		{launchSpec([]string{script}), core.ErrInvalid},
		{launchSpec([]string{"/bin/true"}, core.Option{Key: "cwd", Value: "/no/such/dir"}), core.ErrNotFound},
		{launchSpec(nil), core.ErrInvalid},
		{launchSpec([]string{"/bin/true"}, core.Option{Key: "env", Value: "X"}), core.ErrInvalid},
		{launchSpec([]string{"/bin/true"}, core.Option{Key: "nonsense"}), core.ErrInvalid},
	} {
		target, err := Launch(limited(t), c.s)
		if !errors.Is(err, c.kind) {
			t.Errorf("%v: %v, want %v", c.s, err, c.kind)
		}
		if err == nil {
			target.Close()
		}
		t.Log(err)
	}
}

func TestLaunchedRunsOn(t *testing.T) {
	l := launchNow(t, launchSpec([]string{inferior.Build(t, "launched")}))
	output(t, l, 1, "tty")
	in, err := l.Stdio(0)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Target.Close(); err != nil { // the streams stay for this test
		t.Fatal(err)
	}
	if _, err := in.Write([]byte("still here\n")); err != nil {
		t.Fatal(err)
	}
	output(t, l, 1, "got still here")
}
