package keeper

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers/ptrace"
	"github.com/stackfs/stackfs/tests/inferior"
)

func TestMain(m *testing.M) {
	ptrace.RunExecHelper(os.Args[1:])
	if len(os.Args) > 1 && os.Args[1] == "keeper" {
		if err := Serve(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func limited(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// open attaches by a keeper that command starts (nil: the usual way).
func open(t testing.TB, command []string, pid int, more ...string) *Proxy {
	t.Helper()
	s := core.Spec{Options: []core.Option{{Key: "pid", Value: fmt.Sprint(pid)}}}
	for _, word := range more {
		s.Options = append(s.Options, core.Option{Key: word})
	}
	target, err := Remote(ptrace.Driver(), command).Attach(limited(t), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { target.Close() })
	return target.(*Proxy)
}

// sample starts a program and waits until it is ready.
func sample(t testing.TB, name string, args ...string) *inferior.Process {
	t.Helper()
	p := inferior.Start(t, inferior.Build(t, name), args...)
	p.Line("ready")
	return p
}

// piped starts a keeper whose socket is broken by pipes.
func piped(t testing.TB) []string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return []string{"sh", "-c", "cat | " + exe + " keeper | cat"}
}
