package coretest

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
	"sync"
	"time"

	"github.com/stackfs/stackfs/core"
)

// A Fake is a target without a process: one program, two threads, every power.
// It locks even against its own test, since the race detector does not see an
// order that goes through the kernel.
type Fake struct {
	mu      sync.Mutex
	image   []byte
	memory  []core.Bytes
	regions []core.Region
	regs    map[int]core.Registers
	held    map[int]int
	stopped bool
	closed  bool
	peeks   int
	signals []int
	notify  func(core.Event)
	state   core.State
	reason  string
	// ReadOnly makes it a target attached with ro. Set before use.
	ReadOnly bool
}

// The fake's threads and stack.
const (
	FirstThread  = 100
	SecondThread = 101
	StackStart   = 0x7ffc00000000
	stackTop     = StackStart + page
)

// NewFake returns a running fake.
func NewFake() *Fake {
	f := &Fake{image: Program(), regs: map[int]core.Registers{}, held: map[int]int{}, state: core.Running, reason: "none"}
	stack := make([]byte, page)
	put := func(addr, v uint64) { binary.LittleEndian.PutUint64(stack[addr-StackStart:], v) }
	// leaf's frame, then main's, which nobody called.
	put(stackTop-0x40, stackTop-0x20)
	put(stackTop-0x38, Main+9)
	put(stackTop-0x30, Counter)
	f.memory = []core.Bytes{
		{Addr: TextStart, Data: slices.Clone(f.image[:page])},
		{Addr: DataStart, Data: slices.Clone(f.image[page : 2*page])},
		{Addr: StackStart, Data: stack},
	}
	rx, rw := core.PermRead|core.PermExec, core.PermRead|core.PermWrite
	f.regions = []core.Region{
		{Start: TextStart, End: TextStart + page, Perm: rx, Dev: "08:01", Inode: 7, Path: "/opt/fake"},
		{Start: DataStart, End: DataStart + page, Perm: rw, Offset: page, Dev: "08:01", Inode: 7, Path: "/opt/fake"},
		{Start: StackStart, End: stackTop, Perm: rw, Dev: "00:00", Path: "[stack]"},
	}
	f.regs[FirstThread] = fakeRegisters(Leaf+4, stackTop-0x40)
	f.regs[SecondThread] = fakeRegisters(Main, stackTop-8)
	return f
}

func fakeRegisters(pc, sp uint64) core.Registers {
	a := core.AMD64
	r := core.NewRegisters(a)
	for i, reg := range a.Registers {
		if reg.Bits <= 64 && reg.DWARF >= 0 && reg.DWARF <= 16 {
			r.SetUint(i, 0)
		}
	}
	r.SetUint(a.PC, pc)
	r.SetUint(a.SP, sp)
	r.SetUint(a.FP, sp)
	xmm, _ := a.Index("xmm0")
	r.Set(xmm, bytes.Repeat([]byte{0x5a}, 16))
	return r
}

func (f *Fake) alive() error {
	if f.closed {
		return core.Errorf(core.ErrGone, "the fake is closed")
	}
	return nil
}

// Info implements core.Target.
func (f *Fake) Info(context.Context) (core.Info, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return core.Info{
		Driver: "fake", State: f.state, Reason: f.reason, PID: FirstThread, Comm: "fake", Arch: core.AMD64, Exe: "/opt/fake",
		Threads: len(f.regs), ReadOnly: f.ReadOnly, Memory: "fake", Keeper: "none", Peeks: f.peeks, Launched: true,
		LongestStop: 12 * time.Microsecond,
	}, f.alive()
}

// Space implements core.Target.
func (f *Fake) Space() core.Space { return (*fakeSpace)(f) }

// Threads implements core.Target.
func (f *Fake) Threads(context.Context) ([]core.Thread, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []core.Thread
	for tid := range f.regs {
		out = append(out, fakeThread{f, tid})
	}
	slices.SortFunc(out, func(a, b core.Thread) int { return a.ID() - b.ID() })
	return out, f.alive()
}

// Hold implements core.Target.
func (f *Fake) Hold(ctx context.Context, tids ...int) (func(), error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.alive(); err != nil {
		return nil, err
	}
	if err := core.ContextError(ctx, "holding"); err != nil {
		return nil, err
	}
	if len(tids) == 0 {
		tids = []int{FirstThread, SecondThread}
	}
	for _, tid := range tids {
		if _, ok := f.regs[tid]; !ok {
			return nil, core.Errorf(core.ErrGone, "holding thread %d: it is gone", tid)
		}
	}
	for _, tid := range tids {
		f.held[tid]++
	}
	f.peeks++
	var once sync.Once
	return func() {
		once.Do(func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			for _, tid := range tids {
				f.held[tid]--
			}
		})
	}, nil
}

// Close implements core.Target.
func (f *Fake) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	return nil
}

// Held says how many holds a thread is under, for tests that look for leaks.
func (f *Fake) Held(tid int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.held[tid]
}

type fakeSpace Fake

// ReadMemory implements core.Memory.
func (s *fakeSpace) ReadMemory(ctx context.Context, p []byte, addr uint64) (int, error) {
	f := (*Fake)(s)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.alive(); err != nil {
		return 0, err
	}
	if err := core.ContextError(ctx, "reading memory"); err != nil {
		return 0, err
	}
	var layers core.Layers
	for _, m := range f.memory {
		layers = append(layers, m)
	}
	return layers.ReadMemory(ctx, p, addr)
}

// Regions implements core.Space.
func (s *fakeSpace) Regions(context.Context) ([]core.Region, error) {
	f := (*Fake)(s)
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.regions), f.alive()
}

type fakeThread struct {
	f   *Fake
	tid int
}

func (t fakeThread) ID() int { return t.tid }

// Status implements core.Thread.
func (t fakeThread) Status(context.Context) (core.ThreadStatus, error) {
	t.f.mu.Lock()
	defer t.f.mu.Unlock()
	st := core.ThreadStatus{TID: t.tid, PID: FirstThread, Name: "fake", State: core.Sleeping, CPU: 1, Reason: "none"}
	if t.f.stopped {
		st.State, st.Reason = core.Stopped, "request"
	}
	return st, t.f.alive()
}

// Registers implements core.Thread.
func (t fakeThread) Registers(context.Context) (core.Registers, error) {
	t.f.mu.Lock()
	defer t.f.mu.Unlock()
	if err := t.f.alive(); err != nil {
		return core.Registers{}, err
	}
	if t.f.held[t.tid] == 0 && !t.f.stopped {
		return core.Registers{}, core.Errorf(core.ErrBusy, "reading registers of thread %d: it is not held", t.tid)
	}
	return t.f.regs[t.tid].Clone(), nil
}
