package debuginfo

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/tests/need"
)

func registers(values map[string]uint64) core.Registers {
	r := core.NewRegisters(core.AMD64)
	for name, v := range values {
		i, _ := core.AMD64.Index(name)
		r.SetUint(i, v)
	}
	return r
}

func words(addr uint64, values ...uint64) core.Bytes {
	b := core.Bytes{Addr: addr}
	for _, v := range values {
		b.Data = binary.LittleEndian.AppendUint64(b.Data, v)
	}
	return b
}

// jit is a program of one anonymous executable region at 0x1000 and a stack at 0x8000.
func jit() *Program {
	return &Program{regions: []core.Region{{Start: 0x1000, End: 0x2000, Perm: core.PermRead | core.PermExec}, {Start: 0x8000, End: 0x9000, Perm: core.PermRead}}}
}

func TestFramePointers(t *testing.T) {
	ctx := context.Background()
	stack := words(0x8000, 0, 0x8020, 0x1100, 0, 0x8040, 0x1200, 0, 0, 0, 0)
	frames, reason := jit().Unwind(ctx, stack, registers(map[string]uint64{"rip": 0x1080, "rsp": 0x8000, "rbp": 0x8008}), 10)
	require.Empty(t, reason)
	require.Equal(t, []uint64{0x1080, 0x1100, 0x1200}, []uint64{frames[0].PC, frames[1].PC, frames[2].PC})
	require.Equal(t, []bool{false, true, true}, []bool{frames[0].Guess, frames[1].Guess, frames[2].Guess})
	require.EqualValues(t, 0x8018, frames[0].CFA)

	r := frames[1].Registers()
	sp, _ := r.SP()
	fp, _ := r.FP()
	require.EqualValues(t, 0x8018, sp)
	require.EqualValues(t, 0x8020, fp)
	rax, _ := core.AMD64.Index("rax")
	_, known := r.Uint(rax)
	require.False(t, known)
}

func TestReasons(t *testing.T) {
	ctx := context.Background()
	for name, c := range map[string]struct {
		stack  core.Memory
		regs   map[string]uint64
		max    int
		frames int
		reason string
	}{
		"cycle":       {words(0x8000, 0x8000, 0x1100), map[string]uint64{"rip": 0x1080, "rsp": 0x8000, "rbp": 0x8000}, 100, 2, "no call frame information, and 0x8000 is no frame pointer"},
		"not code":    {words(0x8000, 0x8010, 0x5000), map[string]uint64{"rip": 0x1080, "rsp": 0x8000, "rbp": 0x8000}, 100, 1, "return address 0x0000000000005000 is not code"},
		"unreadable":  {words(0x8000), map[string]uint64{"rip": 0x1080, "rsp": 0x8000, "rbp": 0x8000}, 100, 1, "memory at 0x0000000000008008 cannot be read"},
		"too many":    {words(0x8000, 0x8010, 0x1100, 0x8020, 0x1100, 0, 0), map[string]uint64{"rip": 0x1080, "rsp": 0x8000, "rbp": 0x8000}, 2, 2, "more than 2 frames"},
		"no pc":       {words(0x8000), nil, 100, 0, "the program counter is not known"},
		"no sp":       {words(0x8000), map[string]uint64{"rip": 0x1080}, 100, 1, "the stack pointer is not known"},
		"cut":         {CapturedStack{Stack: words(0x8000, 0x8010, 0x1100), End: 0x9000}, map[string]uint64{"rip": 0x1080, "rsp": 0x8000, "rbp": 0x8000}, 100, 2, "stack capture ended"},
		"bad pointer": {words(0x8000, 0x1100, 0, 0, 0), map[string]uint64{"rip": 0, "rsp": 0x8000, "rbp": 0x8010}, 100, 2, ""},
	} {
		frames, reason := jit().Unwind(ctx, c.stack, registers(c.regs), c.max)
		require.Equal(t, c.reason, reason, name)
		require.Len(t, frames, c.frames, name)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, reason := jit().Unwind(cancelled, words(0x8000), registers(map[string]uint64{"rip": 0x1080}), 9)
	require.Contains(t, reason, "canceled")
}

// TestSigreturnByCode has a handler that returns to mov $15,%rax; syscall without
// call frame information, as musl's and Go's do.
func TestSigreturnByCode(t *testing.T) {
	p := jit()
	code := core.Bytes{Addr: 0x1800, Data: sigreturnCode[0]}
	frame := make([]uint64, 32)
	frame[5+16], frame[5+15], frame[5+10] = 0x1300, 0x8f00, 0x8f20 // rip rsp rbp
	stack := words(0x8000, append([]uint64{0x8100, 0x1800}, frame...)...)
	top := words(0x8f00, 0, 0, 0, 0, 0, 0)
	frames, reason := p.Unwind(context.Background(), core.Layers{stack, top, code}, registers(map[string]uint64{"rip": 0x1080, "rsp": 0x8000, "rbp": 0x8000}), 10)
	require.Empty(t, reason)
	require.Len(t, frames, 3)
	require.Equal(t, signalFunction, frames[1].Function)
	require.True(t, frames[1].Signal)
	require.EqualValues(t, 0x1300, frames[2].PC)
	require.EqualValues(t, 0x1300, frames[2].Lookup)
	require.False(t, frames[2].Guess)
	sp, _ := frames[2].Registers().SP()
	require.EqualValues(t, 0x8f00, sp)
}

func TestDeepRecursion(t *testing.T) {
	need.Root(t)
	const depth = 200_000
	exe := build(t, "gcc", "recurse.c", "-O1", "-fno-optimize-sibling-calls")
	pid := startReady(t, exe, fmt.Sprint(depth))
	target := openLive(t, pid)
	p, err := NewLibrary([]string{"/nonexistent"}).Program(context.Background(), target, ProgramOptions{})
	require.NoError(t, err)
	regs := snapshotThreads(t, pid)[pid]
	start := time.Now()
	frames, reason := p.Unwind(context.Background(), target, regs, 1_000_000)
	t.Logf("%d frames in %v", len(frames), time.Since(start))
	require.Empty(t, reason)
	require.Greater(t, len(frames), depth)
	require.Equal(t, "_start", frames[len(frames)-1].Function)
	require.Less(t, time.Since(start), 30*time.Second) // half a second on an idle machine
}

func TestVDSO(t *testing.T) {
	need.Root(t)
	pid := startReady(t, build(t, "gcc", "vdso.c", "-O1"))
	compareWithGDB(t, pid)
	frames, _ := ourBacktraces(t, pid)
	objects := map[string]bool{}
	for _, f := range frames[fmt.Sprint(pid)] {
		objects[f.Object] = true
	}
	require.True(t, objects["linux-vdso.so.1"])
}

// TestDeletedExecutable unwinds a program whose file is gone.
func TestDeletedExecutable(t *testing.T) {
	need.Root(t)
	exe := build(t, "gcc", "deep.c", "-O1")
	pid := startReady(t, exe)
	require.NoError(t, os.Remove(exe))
	frames, reasons := ourBacktraces(t, pid)
	require.Empty(t, reasons[fmt.Sprint(pid)])
	require.Equal(t, "down", frames[fmt.Sprint(pid)][1].Function)
	require.Equal(t, "deep", frames[fmt.Sprint(pid)][1].Object)
}

// TestCalleeSavedRegisters compares registers of outer frames with gdb's in the
// way that matters: the frame pointer chain of a program with frame pointers.
func TestCalleeSavedRegisters(t *testing.T) {
	p, target, regs := liveProgram(t, build(t, "gcc", "deep.c", "-O0"))
	frames, _ := p.Unwind(context.Background(), target, regs, 100)
	for i := 2; i < 20; i++ {
		fp, ok := frames[i].Registers().FP()
		require.True(t, ok)
		require.Equal(t, fp+16, frames[i].CFA)
	}
	fs, _ := core.AMD64.Index("fs_base")
	a, _ := regs.Uint(fs)
	b, ok := frames[5].Registers().Uint(fs)
	require.True(t, ok)
	require.Equal(t, a, b)
}

func TestCapturedStack(t *testing.T) {
	p, target, regs := liveProgram(t, build(t, "gcc", "deep.c", "-O1"))
	ctx := context.Background()
	whole, reason := p.Unwind(ctx, target, regs, 100)
	require.Empty(t, reason)
	// All that there is of the stack.
	frames, reason := p.Unwind(ctx, p.Captured(core.ReadStack(ctx, target, regs, 1<<20), target), regs, 100)
	require.Empty(t, reason)
	require.Len(t, frames, len(whole))
	// Too little.
	frames, reason = p.Unwind(ctx, p.Captured(core.ReadStack(ctx, target, regs, 1024), target), regs, 100)
	require.Equal(t, "stack capture ended", reason)
	require.Greater(t, len(frames), 3)
	for i, f := range frames {
		require.Equal(t, whole[i].PC, f.PC)
	}
}
