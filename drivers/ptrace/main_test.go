package ptrace

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/tests/inferior"
)

func TestMain(m *testing.M) {
	RunExecHelper(os.Args[1:])
	os.Exit(m.Run())
}

func limited(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func pidSpec(pid int, more ...string) core.Spec {
	s := core.Spec{Verb: "attach", Driver: "ptrace", Options: []core.Option{{Key: "pid", Value: itoa(pid)}}}
	for _, word := range more {
		s.Options = append(s.Options, core.Option{Key: word})
	}
	return s
}

// attach attaches to a process for the length of the test.
func attach(t testing.TB, pid int, more ...string) *Target {
	t.Helper()
	target, err := Attach(limited(t), pidSpec(pid, more...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { target.Close() })
	return target.(*Target)
}

// sample starts a program and waits until it is ready.
func sample(t testing.TB, name string, args ...string) *inferior.Process {
	t.Helper()
	p := inferior.Start(t, inferior.Build(t, name), args...)
	p.Line("ready")
	return p
}
