package debuginfo

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/tests/need"
)

// liveProgram starts a program and gives what is needed to unwind its main thread.
func liveProgram(t testing.TB, path string) (*Program, *liveTarget, core.Registers) {
	need.Root(t)
	pid := startReady(t, path)
	target := openLive(t, pid)
	p, err := NewLibrary([]string{"/nonexistent"}).Program(context.Background(), target, ProgramOptions{})
	require.NoError(t, err)
	return p, target, snapshotThreads(t, pid)[pid]
}

func BenchmarkUnwindLive(b *testing.B) {
	p, target, regs := liveProgram(b, build(b, "gcc", "deep.c", "-O1"))
	for b.Loop() {
		frames, reason := p.Unwind(context.Background(), target, regs, 100)
		require.Len(b, frames, 24, reason)
	}
}

// BenchmarkUnwindGuessing is the same stack without call frame information.
func BenchmarkUnwindGuessing(b *testing.B) {
	path := build(b, "gcc", "deep.c", "-O1")
	need.Root(b)
	pid := startReady(b, path)
	target := openLive(b, pid)
	p, err := NewLibrary([]string{noDebug}).Program(context.Background(), twinTarget{target, path, withoutCFI(b, path)}, ProgramOptions{})
	require.NoError(b, err)
	regs := snapshotThreads(b, pid)[pid]
	for b.Loop() {
		frames, reason := p.Unwind(context.Background(), target, regs, 100)
		require.Len(b, frames, 24, reason)
	}
}

func BenchmarkUnwindCaptured(b *testing.B) {
	p, target, regs := liveProgram(b, build(b, "gcc", "deep.c", "-O1"))
	stack := core.ReadStack(context.Background(), target, regs, 65536)
	m := CapturedStack{Stack: stack, Rest: target}
	for b.Loop() {
		frames, reason := p.Unwind(context.Background(), m, regs, 100)
		require.Len(b, frames, 24, reason)
	}
}

func BenchmarkUnwindCPlusPlus(b *testing.B) {
	p, target, regs := liveProgram(b, build(b, "g++", "catch.cc", "-O1"))
	for b.Loop() {
		frames, reason := p.Unwind(context.Background(), target, regs, 100)
		require.Len(b, frames, 8, reason)
	}
}

func BenchmarkProgramUnchanged(b *testing.B) {
	need.Root(b)
	target := openLive(b, startReady(b, build(b, "gcc", "deep.c")))
	l := NewLibrary(nil)
	for b.Loop() {
		_, err := l.Program(context.Background(), target, ProgramOptions{})
		require.NoError(b, err)
	}
}

func BenchmarkNearest(b *testing.B) {
	p := fileProgram(b, "/usr/lib/x86_64-linux-gnu/libstdc++.so.6", libc(b), buildGo(b))
	for b.Loop() {
		require.NotEmpty(b, p.Nearest("runtime.mallogc", 3))
	}
}

func BenchmarkSymbolize(b *testing.B) {
	p := fileProgram(b, libc(b))
	syms := p.Symbols()
	for i := 0; b.Loop(); i++ {
		p.Symbolize(syms[i%len(syms)].Addr + 1)
	}
}

func BenchmarkOpenAndParse(b *testing.B) {
	for b.Loop() {
		img := openImage(b, libc(b))
		img.symbols()
		img.frames()
		img.close()
	}
}
