package debuginfo

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
)

// fileTarget is a target that has files mapped and no memory of its own but
// what its regions' files say.
type fileTarget struct {
	liveTarget
	regions    []core.Region
	generation int
	files      map[string]string
	opened     int
}

func (f *fileTarget) Info(context.Context) (core.Info, error) {
	return core.Info{Generation: f.generation}, nil
}
func (f *fileTarget) Space() core.Space                              { return f }
func (f *fileTarget) Regions(context.Context) ([]core.Region, error) { return f.regions, nil }

func (f *fileTarget) ReadMemory(ctx context.Context, p []byte, addr uint64) (int, error) {
	r, ok := core.FindRegion(f.regions, addr)
	if !ok {
		return 0, &core.FaultError{Addr: addr}
	}
	b, err := os.ReadFile(f.files[r.Path])
	if err != nil {
		return 0, &core.FaultError{Addr: addr, Err: err}
	}
	return core.Bytes{Addr: r.Start - r.Offset, Data: b}.ReadMemory(ctx, p, addr)
}

func (f *fileTarget) OpenImage(_ context.Context, r core.Region) (core.File, error) {
	f.opened++
	return openHost(f.files[r.Path])
}

// fileBase is where the n-th file of a fileTarget is mapped.
func fileBase(n int) uint64 { return 0x7f00_0000_0000 + uint64(n)<<32 }

// newFileTarget maps the executable segment of each file.
func newFileTarget(t testing.TB, paths ...string) *fileTarget {
	target := &fileTarget{files: map[string]string{}}
	for i, path := range paths {
		img := openImage(t, path)
		for _, p := range img.elf.Progs {
			if p.Type == 1 && p.Flags&1 != 0 {
				start := fileBase(i) + p.Vaddr&^4095
				target.regions = append(target.regions, core.Region{Start: start, End: start + (p.Memsz+8191)&^4095, Perm: core.PermRead | core.PermExec,
					Offset: p.Off &^ 4095, Dev: "08:01", Inode: uint64(i + 1), Path: path})
				break
			}
		}
		target.files[path] = path
	}
	return target
}

func fileProgram(t testing.TB, paths ...string) *Program { return fileProgramIn(t, noDebug, paths...) }

// fileProgramIn is the program of some files with the debug files under root.
func fileProgramIn(t testing.TB, root string, paths ...string) *Program {
	for i := range paths {
		paths[i], _ = filepath.EvalSymlinks(paths[i])
	}
	p, err := NewLibrary([]string{root}).Program(context.Background(), newFileTarget(t, paths...), ProgramOptions{})
	require.NoError(t, err)
	for _, o := range p.Objects() {
		require.NoError(t, o.Err)
	}
	return p
}
