package ptrace

import (
	"testing"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/core/coretest"
	"github.com/stackfs/stackfs/tests/inferior"
)

func TestConformance(t *testing.T) {
	p := inferior.Start(t, inferior.Build(t, "threads"))
	code := uint64(p.Int("ready"))
	open := func(t *testing.T) core.Target { return attach(t, p.PID) }
	coretest.TestTarget(t, open, coretest.Options{
		Code:         code,
		OpenReadOnly: func(t *testing.T) core.Target { return attach(t, p.PID, "ro") },
	})
}

func TestConformanceLaunched(t *testing.T) {
	path := inferior.Build(t, "threads")
	open := func(t *testing.T) core.Target {
		target, err := Launch(limited(t), core.Spec{Verb: "launch", Args: []string{path}})
		if err != nil {
			t.Fatal(err)
		}
		s := target.(Launched)
		out, err := s.Stdio(1)
		if err != nil {
			t.Fatal(err)
		}
		for n := int64(0); n == 0; {
			if n, err = out.Size(); err != nil {
				t.Fatal(err)
			}
		}
		return target
	}
	coretest.TestTarget(t, open, coretest.Options{Done: func(target core.Target) { target.(Launched).Target.child.Kill() }})
}
