package debuginfo

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
)

// TestConcurrentUse asks everything of one library at once, for -race.
func TestConcurrentUse(t *testing.T) {
	exe := build(t, "g++", "catch.cc", "-O1")
	_, target, regs := liveProgram(t, exe)
	ctx, l := context.Background(), NewLibrary(nil)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			p, err := l.Program(ctx, target, ProgramOptions{})
			if !assert.NoError(t, err) {
				return
			}
			frames, reason := p.Unwind(ctx, target, regs, 100)
			assert.Empty(t, reason)
			assert.Len(t, frames, 8)
			assert.NotEmpty(t, p.Lookup("shop::wait_in_catch"))
			assert.NotEmpty(t, p.Nearest("raed", 3))
			assert.NotEmpty(t, p.Symbols())
			insns, err := p.Disassemble(ctx, target, frames[1].PC, 0, 20)
			assert.NoError(t, err)
			assert.Len(t, insns, 20)
		})
	}
	wg.Wait()
	require.Len(t, l.programs, 1)
	l.Forget(target)
	require.Empty(t, l.programs)
}

// TestLibraryIsBounded throws out what was not used for longest.
func TestLibraryIsBounded(t *testing.T) {
	l := NewLibrary(nil)
	for i := range maxModules + 10 {
		keep(l, l.modules, string(rune('a'+i)), &module{}, maxModules)
	}
	require.Len(t, l.modules, maxModules)
	require.NotContains(t, l.modules, "a")
	require.Contains(t, l.modules, string(rune('a'+maxModules+9)))
}

// TestPrologue finds the caller from each instruction of a function's beginning
// and from its ret, without call frame information.
func TestPrologue(t *testing.T) {
	for name, c := range map[string]struct {
		code  string
		stack []uint64 // from the stack pointer
	}{
		"endbr64":        {"\xf3\x0f\x1e\xfa\x55\x48\x89\xe5\x5d\xc3", []uint64{0x1105}},
		"push":           {"\x55\x48\x89\xe5\xc9\xc3", []uint64{0x1105}},
		"mov":            {"\x48\x89\xe5\x90\xc9\xc3", []uint64{0x8f00, 0x1108}},
		"ret":            {"\xc3\x90\x90\x90", []uint64{0x1105}},
		"linkage stub":   {"\xff\x25\x00\x00\x00\x00", []uint64{0x1108}},
		"lazy linkage":   {"\xf2\xff\x25\x00\x00\x00\x00", []uint64{0x8f00, 7, 0x1108}},
		"body":           {"\x90\x90\x90\x90", []uint64{0x2bad, 0x2bad, 0x8f00, 0x1108}},
		"leaf of a call": {"\x0f\x05\x90\x90", []uint64{0x1105}},
	} {
		layers := []byte(c.code)
		memory := func() []byte { // 0x1000 to 0x1110: pc at 0x1000, a call of 0x1000 at 0x1100, an indirect one at 0x1106
			b := make([]byte, 0x110)
			copy(b, layers)
			copy(b[0x100:], "\xe8\xfb\xfe\xff\xff\x90\xff\xd0")
			return b
		}()
		p := jit()
		m := layered(words(0x8000, append(c.stack, make([]uint64, 300)...)...), memory)
		regs := registers(map[string]uint64{"rip": 0x1000, "rsp": 0x8000, "rbp": 0x8010})
		frames, _ := p.Unwind(context.Background(), m, regs, 2)
		require.Len(t, frames, 2, name)
		require.Equal(t, c.stack[len(c.stack)-1], frames[1].PC, name)
		require.True(t, frames[1].Guess, name)
	}
}

// layered is a stack over code at 0x1000.
func layered(stack core.Bytes, code []byte) core.Memory {
	return core.Layers{stack, core.Bytes{Addr: 0x1000, Data: code}}
}
