package debuginfo

import (
	"context"
	"encoding/binary"
	"errors"

	"github.com/stackfs/stackfs/core"
)

// ErrStackCut is the cause of the fault that a CapturedStack gives where the
// captured bytes end; Unwind's reason is then "stack capture ended".
var ErrStackCut = errors.New("stack capture ended")

// A CapturedStack is a stack as it was at one moment over memory as it is now.
// What lies beyond the captured bytes but below End, the end of the stack's
// mapping, has moved on since and is a fault with ErrStackCut; everything else
// is read from Rest.
type CapturedStack struct {
	Stack core.Bytes
	End   uint64 // exclusive; at or below the end of Stack: nothing was cut
	Rest  core.Memory
}

// Captured is a stack captured in this program over rest, cut where its mapping
// goes on beyond the captured bytes.
func (p *Program) Captured(stack core.Bytes, rest core.Memory) CapturedStack {
	c := CapturedStack{Stack: stack, Rest: rest}
	if have := stack.Addr + uint64(len(stack.Data)); len(stack.Data) > 0 {
		if r, ok := core.FindRegion(p.regions, have-1); ok {
			c.End = r.End
		}
	}
	return c
}

// ReadMemory implements core.Memory.
func (c CapturedStack) ReadMemory(ctx context.Context, p []byte, addr uint64) (int, error) {
	have := c.Stack.Addr + uint64(len(c.Stack.Data))
	switch {
	case addr >= c.Stack.Addr && addr < have:
		n := copy(p, c.Stack.Data[addr-c.Stack.Addr:])
		if n == len(p) {
			return n, nil
		}
		more, err := c.ReadMemory(ctx, p[n:], have)
		return n + more, err
	case addr >= have && addr < c.End:
		return 0, &core.FaultError{Addr: addr, Err: ErrStackCut}
	case c.Rest == nil:
		return 0, &core.FaultError{Addr: addr}
	}
	return c.Rest.ReadMemory(ctx, p, addr)
}

// stackReader reads words through a window, as the words of neighbouring frames
// lie close together.
type stackReader struct {
	ctx    context.Context
	memory core.Memory
	start  uint64
	have   int
	window [2048]byte
}

// word reads size bytes (1 to 8) at addr.
func (r *stackReader) word(addr uint64, size int) (uint64, error) {
	if addr-r.start >= uint64(r.have) || uint64(r.have)-(addr-r.start) < uint64(size) {
		// To the end of the page, so that no fault is met that was not asked for.
		want := max(min(int(4096-addr%4096), len(r.window)), size)
		n, err := r.memory.ReadMemory(r.ctx, r.window[:want], addr)
		r.start, r.have = addr, n
		if n < size {
			return 0, err
		}
	}
	var w [8]byte
	copy(w[:size], r.window[addr-r.start:])
	return binary.LittleEndian.Uint64(w[:]), nil
}
