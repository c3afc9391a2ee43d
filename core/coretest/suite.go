package coretest

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stackfs/stackfs/core"
)

// Options tells TestTarget what it may expect.
type Options struct {
	// Still: a dump or fake whose threads never run; registers need no hold.
	Still bool
	// Code is an address of program text that may be written and restored; 0: none.
	Code uint64
	// OpenReadOnly opens the same target with ro; nil: not to be tested.
	OpenReadOnly func(t *testing.T) core.Target
	// Done, if not nil, is called after Close, to end what open started.
	Done func(core.Target)
}

// finish closes a target and what it stands for.
func (o Options) finish(target core.Target) {
	target.Close()
	if o.Done != nil {
		o.Done(target)
	}
}

// suite is one target under test.
type suite struct {
	core.Target
	o    Options
	open func(t *testing.T) core.Target
}

// TestTarget checks the contract of core on targets that open makes, a new one for
// each part. open must leave closing to the suite.
func TestTarget(t *testing.T, open func(t *testing.T) core.Target, o Options) {
	for _, part := range []struct {
		name string
		run  func(*testing.T, suite)
	}{
		{"Info", testInfo}, {"Threads", testThreads}, {"Regions", testRegions}, {"Faults", testFaults},
		{"Hold", testHold}, {"HoldThread", testHoldThread}, {"Sample", testSample}, {"WriteMemory", testWriteMemory},
		{"WriteRegister", testWriteRegister}, {"StopCont", testStopCont}, {"ReadOnly", testReadOnly},
		{"Context", testContext}, {"Close", testClose}, {"Concurrent", testConcurrent}, {"Files", testFiles},
	} {
		t.Run(part.name, func(t *testing.T) {
			target := open(t)
			defer o.finish(target)
			part.run(t, suite{target, o, open})
		})
	}
	t.Run("Leaks", func(t *testing.T) { testLeaks(t, open, o) })
}

func limited(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func must[V any](v V, err error) func(t *testing.T) V {
	return func(t *testing.T) V {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func wantError(t *testing.T, what string, err, kind error) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("%s: %v, want %v", what, err, kind)
	}
}

func testInfo(t *testing.T, s suite) {
	info := must(s.Info(limited(t)))(t)
	if info.Driver == "" || info.Arch == nil || info.Memory == "" || info.Keeper == "" {
		t.Errorf("incomplete: %+v", info)
	}
	if !slices.Contains([]core.State{core.Running, core.Stopped}, info.State) || info.Reason == "" {
		t.Errorf("state %q, reason %q", info.State, info.Reason)
	}
	if threads := must(s.Threads(limited(t)))(t); s.o.Still && len(threads) != info.Threads {
		t.Errorf("%d threads listed, %d told", len(threads), info.Threads)
	}
}

func testThreads(t *testing.T, s suite) {
	threads := must(s.Threads(limited(t)))(t)
	if len(threads) == 0 || !slices.IsSortedFunc(threads, func(a, b core.Thread) int { return a.ID() - b.ID() }) {
		t.Fatalf("threads not there or not sorted: %v", threads)
	}
	status := must(threads[0].Status(limited(t)))(t)
	if status.TID != threads[0].ID() || status.State == "" || status.Reason == "" {
		t.Errorf("status %+v of thread %d", status, threads[0].ID())
	}
	if _, err := core.FindThread(limited(t), s.Target, 1<<30); !errors.Is(err, core.ErrNotFound) {
		t.Errorf("finding no thread: %v", err)
	}
	if !s.o.Still {
		_, err := s.Hold(limited(t), 1<<30)
		wantError(t, "holding no thread", err, core.ErrGone)
	}
}

func testRegions(t *testing.T, s suite) {
	regions := must(s.Space().Regions(limited(t)))(t)
	for i, r := range regions {
		if r.Start >= r.End || i > 0 && regions[i-1].End > r.Start {
			t.Errorf("region %d out of order: %+v", i, r)
		}
	}
}

// writable finds a readable and writable private region with nothing mapped behind it, or right before it.
func writable(t *testing.T, s suite) (last core.Region, hole bool) {
	regions := must(s.Space().Regions(limited(t)))(t)
	for i, r := range regions {
		if r.Perm&(core.PermRead|core.PermWrite|core.PermShared) != core.PermRead|core.PermWrite || r.Size() < 4096 {
			continue
		}
		last = r
		if hole = i+1 == len(regions) || regions[i+1].Start > r.End; hole {
			return r, true
		}
	}
	return last, false
}

func testFaults(t *testing.T, s suite) {
	r, hole := writable(t, s)
	if !hole {
		t.Fatal("no region with a hole behind it")
	}
	b := make([]byte, 4096)
	m := s.Space()
	n, err := m.ReadMemory(limited(t), b, r.End-100)
	if addr, ok := core.IsFault(err); n != 100 || !ok || addr != r.End {
		t.Errorf("read across the end 0x%x: %d bytes, %v", r.End, n, err)
	}
	n, err = m.ReadMemory(limited(t), b, 1)
	if addr, ok := core.IsFault(err); n != 0 || !ok || addr != 1 {
		t.Errorf("read of address 1: %d bytes, %v", n, err)
	}
	n, err = m.ReadMemory(limited(t), b, ^uint64(0)-10)
	if _, ok := core.IsFault(err); n > 11 || !ok {
		t.Errorf("read beyond the last address: %d bytes, %v", n, err)
	}
	if n, err = m.ReadMemory(limited(t), nil, 1); n != 0 || err != nil {
		t.Errorf("read of nothing: %d bytes, %v", n, err)
	}
	n, err = m.ReadMemory(limited(t), b[:1], r.End-1)
	if n != 1 || err != nil {
		t.Errorf("read of the last byte: %d bytes, %v", n, err)
	}
	if _, err = core.ReadUint(limited(t), m, r.End-8, 8); err != nil {
		t.Error(err)
	}
	if _, err = core.ReadUint(limited(t), m, r.End-7, 8); err == nil {
		t.Error("an integer across the end could be read")
	}
}

func first(t *testing.T, s suite) core.Thread {
	return must(s.Threads(limited(t)))(t)[0]
}

func testHold(t *testing.T, s suite) {
	a := must(s.Hold(limited(t)))(t)
	b := must(s.Hold(limited(t)))(t)
	for _, th := range must(s.Threads(limited(t)))(t) {
		regs := must(th.Registers(limited(t)))(t)
		if _, ok := regs.PC(); !ok {
			t.Errorf("thread %d: no pc", th.ID())
		}
	}
	a()
	a()
	if _, err := first(t, s).Registers(limited(t)); err != nil {
		t.Errorf("one of two holds released: %v", err)
	}
	b()
	b()
	if s.o.Still {
		return
	}
	_, err := first(t, s).Registers(limited(t))
	wantError(t, "registers without a hold", err, core.ErrBusy)
}

func testHoldThread(t *testing.T, s suite) {
	threads := must(s.Threads(limited(t)))(t)
	one := threads[0]
	release := must(s.Hold(limited(t), one.ID()))(t)
	defer release()
	before := must(one.Registers(limited(t)))(t)
	after := must(one.Registers(limited(t)))(t)
	for i, r := range before.Arch.Registers {
		if before.Format(i) != after.Format(i) {
			t.Errorf("%s changed while held: %s, %s", r.Name, before.Format(i), after.Format(i))
		}
	}
	if len(threads) > 1 && !s.o.Still {
		_, err := threads[1].Registers(limited(t))
		wantError(t, "registers of another thread", err, core.ErrBusy)
	}
}

func testSample(t *testing.T, s suite) {
	th := first(t, s)
	release := must(s.Hold(limited(t), th.ID()))(t)
	defer release()
	regs := must(th.Registers(limited(t)))(t)
	snaps := must(core.Sample(limited(t), s.Target, []int{th.ID(), 1 << 30}, core.Want{Stack: 512}))(t)
	if len(snaps) != 2 || snaps[0].Err != nil || snaps[1].Err == nil {
		t.Fatalf("samples: %+v", snaps)
	}
	for i, r := range regs.Arch.Registers {
		if b, ok := snaps[0].Registers.Bytes(i); ok && snaps[0].Registers.Format(i) != regs.Format(i) {
			t.Errorf("%s: sampled %x, held %s", r.Name, b, regs.Format(i))
		}
	}
	whole := must(core.Sample(limited(t), s.Target, []int{th.ID()}, core.Want{All: true}))(t)
	for i, r := range regs.Arch.Registers {
		if whole[0].Err != nil || whole[0].Registers.Format(i) != regs.Format(i) {
			t.Errorf("%s: sampled %s, held %s: %v", r.Name, whole[0].Registers.Format(i), regs.Format(i), whole[0].Err)
		}
	}
	want := core.ReadStack(limited(t), s.Space(), regs, 512)
	if snaps[0].Stack.Addr != want.Addr || !slices.Equal(snaps[0].Stack.Data, want.Data) || len(want.Data) == 0 {
		t.Errorf("stack at 0x%x, %d bytes; want 0x%x, %d", snaps[0].Stack.Addr, len(snaps[0].Stack.Data), want.Addr, len(want.Data))
	}
}

func testContext(t *testing.T, s suite) {
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	late, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancel()
	for ctx, kind := range map[context.Context]error{cancelled: context.Canceled, late: core.ErrTimeout} {
		_, err := s.Hold(ctx)
		wantError(t, "holding", err, kind)
		_, err = s.Space().ReadMemory(ctx, make([]byte, 8), 0x1000)
		wantError(t, "reading memory", err, kind)
	}
	w, ok := core.Power[core.Waiter](s.Target)
	if !ok || s.o.Still {
		return
	}
	short, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	wantError(t, "waiting for the end", w.Wait(short, core.Exited), core.ErrTimeout)
	soon, cancel := context.WithCancel(context.Background())
	time.AfterFunc(30*time.Millisecond, cancel)
	wantError(t, "waiting for the end", w.Wait(soon, core.Exited), context.Canceled)
}

func testClose(t *testing.T, s suite) {
	th := first(t, s)
	release := must(s.Hold(limited(t)))(t)
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	release()
	_, err := s.Info(limited(t))
	wantError(t, "Info after Close", err, core.ErrGone)
	_, err = s.Threads(limited(t))
	wantError(t, "Threads after Close", err, core.ErrGone)
	_, err = s.Hold(limited(t))
	wantError(t, "Hold after Close", err, core.ErrGone)
	_, err = th.Registers(limited(t))
	wantError(t, "Registers after Close", err, core.ErrGone)
	_, err = th.Status(limited(t))
	wantError(t, "Status after Close", err, core.ErrGone)
	_, err = s.Space().ReadMemory(limited(t), make([]byte, 1), 0x1000)
	wantError(t, "ReadMemory after Close", err, core.ErrGone)
	_, err = s.Space().Regions(limited(t))
	wantError(t, "Regions after Close", err, core.ErrGone)
}

func testConcurrent(t *testing.T, s suite) {
	ctx := limited(t)
	r, _ := writable(t, s)
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for range 50 {
				threads, err := s.Threads(ctx)
				if err != nil || len(threads) == 0 {
					t.Error("listing threads: ", err)
					return
				}
				tid := threads[worker%len(threads)].ID()
				exercise(ctx, t, s, tid, r.End-64)
			}
		})
	}
	all.Wait()
}

// exercise uses a thread that may end at any time.
func exercise(ctx context.Context, t *testing.T, s suite, tid int, addr uint64) {
	if release, err := s.Hold(ctx, tid); err == nil {
		th, err := core.FindThread(ctx, s.Target, tid)
		if err == nil {
			_, err = th.Registers(ctx)
		}
		if err != nil && !errors.Is(err, core.ErrGone) && !errors.Is(err, core.ErrNotFound) {
			t.Errorf("thread %d: %v", tid, err)
		}
		release()
	} else if !errors.Is(err, core.ErrGone) {
		t.Errorf("thread %d: %v", tid, err)
	}
	if _, err := s.Info(ctx); err != nil {
		t.Error(err)
	}
	if _, err := core.Sample(ctx, s.Target, []int{tid}, core.Want{Stack: 256}); err != nil {
		t.Error(err)
	}
	if _, err := s.Space().ReadMemory(ctx, make([]byte, 64), addr); err != nil {
		t.Error(err)
	}
}

func testFiles(t *testing.T, s suite) {
	if p, ok := core.Power[core.ProcessFiles](s.Target); ok {
		for _, name := range []string{"maps", "cmdline", "auxv", "exe", "cwd"} {
			if b := must(p.ProcessFile(limited(t), name))(t); len(b) == 0 {
				t.Errorf("%s is empty", name)
			}
		}
		_, err := p.ProcessFile(limited(t), "nonsense")
		wantError(t, "reading nonsense", err, core.ErrNotFound)
	}
	i, ok := core.Power[core.Images](s.Target)
	if !ok {
		return
	}
	for _, r := range must(s.Space().Regions(limited(t)))(t) {
		if _, file := r.File(); !file {
			continue
		}
		f := must(i.OpenImage(limited(t), r))(t)
		magic := make([]byte, 4)
		if _, err := f.ReadAt(magic, 0); err != nil || f.Size() <= 4 {
			t.Errorf("%s: %d bytes, %v", r.Path, f.Size(), err)
		}
		f.Close()
		return
	}
}

func testLeaks(t *testing.T, open func(t *testing.T) core.Target, o Options) {
	round := func() {
		target := open(t)
		defer o.finish(target)
		release := must(target.Hold(limited(t)))(t)
		release()
	}
	round()
	time.Sleep(200 * time.Millisecond)
	before := runtime.NumGoroutine()
	for range 20 {
		round()
	}
	if after := settled(before); after > before+2 {
		b := make([]byte, 1<<20)
		t.Errorf("%d goroutines before, %d after\n%s", before, after, b[:runtime.Stack(b, true)])
	}
}

// settled is how many goroutines there are once there are no more than want, or after 3 s: a keeper may take a while to end.
func settled(want int) int {
	n := runtime.NumGoroutine()
	for range 300 {
		time.Sleep(10 * time.Millisecond)
		if n = runtime.NumGoroutine(); n <= want {
			break
		}
	}
	return n
}
