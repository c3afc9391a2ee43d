package coretest

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/stackfs/stackfs/core"
)

var (
	_ core.MemoryWriter   = (*Fake)(nil)
	_ core.RegisterWriter = (*Fake)(nil)
	_ core.Stopper        = (*Fake)(nil)
	_ core.Waiter         = (*Fake)(nil)
	_ core.Signaler       = (*Fake)(nil)
	_ core.ProcessFiles   = (*Fake)(nil)
	_ core.Images         = (*Fake)(nil)
	_ core.SyscallReader  = (*Fake)(nil)
	_ core.Stdio          = (*Fake)(nil)
	_ core.Notifier       = (*Fake)(nil)
)

// mayWrite is alive, and refuses a target attached ro.
func (f *Fake) mayWrite() error {
	if f.ReadOnly {
		return core.Errorf(core.ErrReadOnly, "the fake is attached ro")
	}
	return f.alive()
}

// WriteMemory implements core.MemoryWriter.
func (f *Fake) WriteMemory(_ context.Context, p []byte, addr uint64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.mayWrite(); err != nil {
		return 0, err
	}
	for _, m := range f.memory {
		if addr >= m.Addr && addr-m.Addr < uint64(len(m.Data)) {
			n := copy(m.Data[addr-m.Addr:], p)
			if n < len(p) {
				return n, &core.FaultError{Addr: addr + uint64(n), Write: true}
			}
			return n, nil
		}
	}
	return 0, &core.FaultError{Addr: addr, Write: true}
}

// WriteRegister implements core.RegisterWriter.
func (f *Fake) WriteRegister(_ context.Context, tid, i int, b []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.mayWrite(); err != nil {
		return err
	}
	if f.held[tid] == 0 && !f.stopped {
		return core.Errorf(core.ErrBusy, "writing a register of thread %d: it is not held", tid)
	}
	changed := f.regs[tid].Clone()
	changed.Set(i, b)
	f.regs[tid] = changed
	return nil
}

func (f *Fake) setState(stopped bool, state core.State, reason string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.mayWrite(); err != nil {
		return err
	}
	f.stopped, f.state, f.reason = stopped, state, reason
	if f.notify != nil {
		f.notify(core.Event{TID: FirstThread, PID: FirstThread, Comm: "fake", CPU: 1, What: string(state)})
	}
	return nil
}

// Stop implements core.Stopper.
func (f *Fake) Stop(context.Context, int) error { return f.setState(true, core.Stopped, "request") }

// Cont implements core.Stopper.
func (f *Fake) Cont(context.Context, int) error { return f.setState(false, core.Running, "none") }

// Wait implements core.Waiter.
func (f *Fake) Wait(ctx context.Context, s core.State) error {
	f.mu.Lock()
	there := f.state == s
	f.mu.Unlock()
	if there {
		return nil
	}
	<-ctx.Done()
	return core.ContextError(ctx, "waiting")
}

// Signal implements core.Signaler.
func (f *Fake) Signal(_ context.Context, sig, _ int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.mayWrite(); err != nil {
		return err
	}
	f.signals = append(f.signals, sig)
	return nil
}

// Signals lists what was sent.
func (f *Fake) Signals() []int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.signals)
}

// ProcessFile implements core.ProcessFiles.
func (f *Fake) ProcessFile(_ context.Context, name string) ([]byte, error) {
	switch name {
	case "maps":
		return core.FormatMaps(f.regions), nil
	case "cmdline":
		return []byte("/opt/fake\x00--really\x00"), nil
	case "environ":
		return []byte("HOME=/\x00"), nil
	case "auxv":
		return make([]byte, 16), nil
	case "exe":
		return []byte("/opt/fake"), nil
	case "cwd":
		return []byte("/opt"), nil
	}
	return nil, core.Errorf(core.ErrNotFound, "the fake has no file %q", name)
}

// OpenImage implements core.Images.
func (f *Fake) OpenImage(_ context.Context, r core.Region) (core.File, error) {
	if r.Path != "/opt/fake" {
		return nil, core.Errorf(core.ErrNotFound, "the fake has no image %q", r.Path)
	}
	return imageFile{bytes.NewReader(f.image)}, nil
}

type imageFile struct{ *bytes.Reader }

func (imageFile) Close() error    { return nil }
func (imageFile) Descriptor() int { return -1 }

// Syscall implements core.SyscallReader: the first thread reads, the second runs.
func (f *Fake) Syscall(_ context.Context, tid int) (core.Syscall, error) {
	if tid != FirstThread {
		return core.Syscall{}, core.Errorf(core.ErrBusy, "thread %d runs", tid)
	}
	return core.Syscall{Number: 0, Args: [6]uint64{3, StackStart, 512}, SP: stackTop - 0x40, PC: Leaf + 4}, nil
}

// Stdio implements core.Stdio.
func (f *Fake) Stdio(n int) (core.StdioFile, error) {
	return fakeStdio{bytes.NewReader(fmt.Appendf(nil, "stream %d\n", n))}, nil
}

type fakeStdio struct{ *bytes.Reader }

func (s fakeStdio) Size() (int64, error)        { return s.Reader.Size(), nil }
func (s fakeStdio) Write(p []byte) (int, error) { return len(p), nil }

// Notify implements core.Notifier.
func (f *Fake) Notify(n func(core.Event)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.notify = n
}
