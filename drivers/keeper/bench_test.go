package keeper

import (
	"context"
	"strconv"
	"testing"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers/ptrace"
)

// both runs a benchmark on a target in process, behind a keeper, and behind one without shared memory.
func both(b *testing.B, f func(*testing.B, core.Target, core.Thread)) {
	for name, attach := range map[string]func(int) core.Target{
		"process": func(pid int) core.Target {
			t, err := ptrace.Attach(limited(b), core.Spec{Verb: "attach", Options: []core.Option{{Key: "pid", Value: strconv.Itoa(pid)}}})
			if err != nil {
				b.Fatal(err)
			}
			return t
		},
		"keeper": func(pid int) core.Target { return open(b, nil, pid) },
		"pipes":  func(pid int) core.Target { return open(b, piped(b), pid) },
	} {
		b.Run(name, func(b *testing.B) {
			p := sample(b, "threads")
			t := attach(p.PID)
			defer t.Close()
			threads, err := t.Threads(limited(b))
			if err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			f(b, t, threads[0])
			b.StopTimer()
			if info, err := t.Info(limited(b)); err == nil && info.LongestStop > 0 {
				b.ReportMetric(float64(info.LongestStop.Nanoseconds()), "ns-longest-stop")
			}
		})
	}
}

func BenchmarkHoldRegisters(b *testing.B) {
	both(b, func(b *testing.B, t core.Target, th core.Thread) {
		ctx := context.Background()
		for b.Loop() {
			release, err := t.Hold(ctx, th.ID())
			if err != nil {
				b.Fatal(err)
			}
			if _, err := th.Registers(ctx); err != nil {
				b.Fatal(err)
			}
			release()
		}
	})
}

func BenchmarkSample(b *testing.B) {
	both(b, func(b *testing.B, t core.Target, th core.Thread) {
		for b.Loop() {
			if _, err := core.Sample(context.Background(), t, []int{th.ID()}, core.Want{Stack: 4096}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkInfo(b *testing.B) {
	both(b, func(b *testing.B, t core.Target, _ core.Thread) {
		for b.Loop() {
			if _, err := t.Info(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkReadMemory(b *testing.B) {
	for name, size := range map[string]int{"8": 8, "4096": 4096} {
		b.Run(name, func(b *testing.B) {
			both(b, func(b *testing.B, t core.Target, _ core.Thread) {
				regions, err := t.Space().Regions(limited(b))
				if err != nil {
					b.Fatal(err)
				}
				p, m := make([]byte, size), t.Space()
				for b.Loop() {
					if _, err := m.ReadMemory(context.Background(), p, regions[0].Start); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}
