package core

import (
	"context"
	"slices"
)

// RedZone is how many bytes below the stack pointer a leaf function may use (psABI, 3.2.2).
const RedZone = 128

// Sample takes registers and stacks by the target's Sampler, or by holding each
// thread in turn where there is none.
func Sample(ctx context.Context, t Target, tids []int, w Want) ([]Snapshot, error) {
	if s, ok := Power[Sampler](t); ok {
		return s.Sample(ctx, tids, w)
	}
	out := make([]Snapshot, 0, len(tids))
	for _, tid := range tids {
		out = append(out, sampleHeld(ctx, t, tid, w.Stack))
	}
	return out, ContextError(ctx, "sampling threads")
}

func sampleHeld(ctx context.Context, t Target, tid, stack int) Snapshot {
	th, err := FindThread(ctx, t, tid)
	if err != nil {
		return Snapshot{TID: tid, Err: err}
	}
	release, err := t.Hold(ctx, tid)
	if err != nil {
		return Snapshot{TID: tid, Err: err}
	}
	defer release()
	regs, err := th.Registers(ctx)
	if err != nil {
		return Snapshot{TID: tid, Err: err}
	}
	return Snapshot{TID: tid, Registers: regs, Stack: ReadStack(ctx, t.Space(), regs, stack)}
}

// ReadStack reads up to size bytes of the stack from the red zone below the
// stack pointer upwards; what cannot be read is left out at the end.
func ReadStack(ctx context.Context, m Memory, regs Registers, size int) Bytes {
	sp, ok := regs.SP()
	if !ok || size <= 0 {
		return Bytes{}
	}
	start := sp - min(sp, RedZone)
	b := make([]byte, size)
	n, _ := m.ReadMemory(ctx, b, start)
	if n == 0 { // the red zone is below the mapping
		start = sp
		n, _ = m.ReadMemory(ctx, b, start)
	}
	return Bytes{start, b[:n:n]}
}

// FindThread returns the thread with an ID.
func FindThread(ctx context.Context, t Target, tid int) (Thread, error) {
	threads, err := t.Threads(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(threads, func(th Thread) bool { return th.ID() == tid })
	if i < 0 {
		return nil, Errorf(ErrNotFound, "finding thread %d: no such thread", tid)
	}
	return threads[i], nil
}
