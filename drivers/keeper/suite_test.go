package keeper

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/core/coretest"
	"github.com/stackfs/stackfs/drivers/ptrace"
	"github.com/stackfs/stackfs/tests/inferior"
)

func TestConformance(t *testing.T) {
	p := inferior.Start(t, inferior.Build(t, "threads"))
	code := uint64(p.Int("ready"))
	for name, command := range map[string][]string{"socket": nil, "pipes": piped(t)} {
		t.Run(name, func(t *testing.T) {
			make := func(t *testing.T) core.Target { return open(t, command, p.PID) }
			coretest.TestTarget(t, make, coretest.Options{
				Code:         code,
				OpenReadOnly: func(t *testing.T) core.Target { return open(t, command, p.PID, "ro") },
			})
		})
	}
}

func TestConformanceLaunched(t *testing.T) {
	path := inferior.Build(t, "threads")
	for name, command := range map[string][]string{"socket": nil, "pipes": piped(t)} {
		t.Run(name, func(t *testing.T) {
			launch := Remote(ptrace.LaunchDriver(), command)
			make := func(t *testing.T) core.Target {
				target, err := launch.Attach(limited(t), core.Spec{Args: []string{path}})
				if err != nil {
					t.Fatal(err)
				}
				endWith(t, target)
				waitOutput(t, target, "ready")
				return target
			}
			coretest.TestTarget(t, make, coretest.Options{})
		})
	}
}

// waitOutput waits until a launched program has printed text, and returns all of its output.
func waitOutput(t *testing.T, target core.Target, text string) string {
	t.Helper()
	std, ok := core.Power[core.Stdio](target)
	if !ok {
		t.Fatal("a launched program without standard streams")
	}
	out, err := std.Stdio(1)
	if err != nil {
		t.Fatal(err)
	}
	ctx := limited(t)
	for ctx.Err() == nil {
		n, err := out.Size()
		if err != nil {
			t.Fatal(err)
		}
		b := make([]byte, n)
		got, _ := out.ReadAt(b, 0)
		if strings.Contains(string(b[:got]), text) {
			return string(b[:got])
		}
	}
	t.Fatalf("the program did not print %q", text)
	return ""
}

// endWith kills a launched program, which outlives its target, at the end of the test.
func endWith(t *testing.T, target core.Target) {
	t.Helper()
	info, err := target.Info(limited(t))
	if err != nil || !info.Launched {
		t.Fatalf("launched: %+v, %v", info, err)
	}
	t.Cleanup(func() { unix.Kill(info.PID, unix.SIGKILL) })
}
