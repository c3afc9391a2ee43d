package ptrace

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stackfs/stackfs/tests/inferior"

	"github.com/stackfs/stackfs/core"
)

// TestStopsAreShort measures how long a sample holds a thread that runs or sleeps. What
// it asserts is far above what it prints, for busy machines.
func TestStopsAreShort(t *testing.T) {
	p := inferior.Start(t, inferior.Build(t, "threads"))
	p.Line("ready")
	target := attach(t, p.PID)
	threads, err := target.Threads(limited(t))
	if err != nil {
		t.Fatal(err)
	}
	var stops []time.Duration
	for i := range 2000 {
		tid := threads[i%len(threads)].ID()
		target.loop.do(context.Background(), func() { target.loop.info.LongestStop = 0 })
		if _, err := target.Sample(limited(t), []int{tid}, core.Want{Stack: 4096}); err != nil {
			t.Fatal(err)
		}
		info, _, _ := target.loop.board.read()
		stops = append(stops, info.LongestStop)
	}
	slices.Sort(stops)
	t.Logf("a thread stands still for a sample: median %v, p99 %v, longest %v",
		stops[len(stops)/2], stops[len(stops)*99/100], stops[len(stops)-1])
	if p99 := stops[len(stops)*99/100]; p99 > 20*time.Millisecond {
		t.Errorf("p99 is %v", p99)
	}
}
