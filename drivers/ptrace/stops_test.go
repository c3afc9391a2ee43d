package ptrace

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stackfs/stackfs/tests/inferior"

	"github.com/stackfs/stackfs/core"
)

// TestStopsAreMeasured: how long a sample held a thread is what longest_stop_us says, more
// than nothing and no more than the whole call took. It prints what a stop costs here.
func TestStopsAreMeasured(t *testing.T) {
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
		begun := time.Now()
		if _, err := target.Sample(limited(t), []int{tid}, core.Want{Stack: 4096}); err != nil {
			t.Fatal(err)
		}
		info, _, _ := target.loop.board.read()
		if took := time.Since(begun); info.LongestStop <= 0 || info.LongestStop > took {
			t.Errorf("a stop of %v in a call of %v", info.LongestStop, took)
		}
		stops = append(stops, info.LongestStop)
	}
	slices.Sort(stops)
	t.Logf("a thread stands still for a sample: median %v, p99 %v, longest %v",
		stops[len(stops)/2], stops[len(stops)*99/100], stops[len(stops)-1])
}
