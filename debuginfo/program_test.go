package debuginfo

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/tests/need"
)

func TestProgramIsKept(t *testing.T) {
	ctx, l := context.Background(), NewLibrary([]string{"/nonexistent"})
	target := newFileTarget(t, libc(t), need.Command(t, "bash", "apt-get install bash"))
	p, err := l.Program(ctx, target, ProgramOptions{})
	require.NoError(t, err)
	require.Len(t, p.Objects(), 2)
	require.Equal(t, 2, target.opened)

	again, err := l.Program(ctx, target, ProgramOptions{})
	require.NoError(t, err)
	require.Same(t, p, again)

	// A heap that has grown makes a new Program of the same images without opening them.
	target.regions = append(target.regions, core.Region{Start: 0x7fff_0000_0000, End: 0x7fff_0000_1000, Perm: core.PermRead})
	again, err = l.Program(ctx, target, ProgramOptions{})
	require.NoError(t, err)
	require.NotSame(t, p, again)
	require.Equal(t, 2, target.opened)

	target.generation++ // exec: nothing is taken over, but the images are known
	again, err = l.Program(ctx, target, ProgramOptions{})
	require.NoError(t, err)
	require.Equal(t, 4, target.opened)
	require.Same(t, p.objects[0].module, again.objects[0].module)
}

func TestObjectNames(t *testing.T) {
	copied := filepath.Join(t.TempDir(), "libc.so.6")
	b, err := os.ReadFile(libc(t))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(copied, b, 0o600))
	p := fileProgram(t, libc(t), copied)
	require.Equal(t, "libc.so.6", p.Objects()[0].Name)
	require.Equal(t, "libc.so.6-2", p.Objects()[1].Name)
	require.Len(t, p.Lookup("read"), 2)
	require.Len(t, p.Lookup("libc.so.6-2::read"), 1)
	require.Len(t, p.Lookup("libc.so.6!read"), 1)
	require.Equal(t, fileBase(0), p.Objects()[0].Base)
	require.Equal(t, fileBase(1), p.Objects()[1].Base)
}

func TestBadImageIsAnObjectWithError(t *testing.T) {
	target := newFileTarget(t, libc(t))
	target.files[target.regions[0].Path] = "testdata/deep.c"
	p, err := NewLibrary(nil).Program(context.Background(), target, ProgramOptions{})
	require.NoError(t, err)
	require.Len(t, p.Objects(), 1)
	require.ErrorIs(t, p.Objects()[0].Err, core.ErrInvalid)
	o, ok := p.ObjectAt(target.regions[0].Start)
	require.True(t, ok)
	require.Same(t, p.Objects()[0], o)
	_, ok = p.Symbolize(target.regions[0].Start)
	require.False(t, ok)
}

func TestLookupAndPlace(t *testing.T) {
	p := fileProgram(t, libc(t), build(t, "g++", "catch.cc"))
	read := p.Lookup("read")[0]
	place, ok := p.Symbolize(read.Symbol.Addr + 5)
	require.True(t, ok)
	require.Equal(t, "read+5", place.String())
	require.Equal(t, read.Symbol.Addr+5, place.Addr())
	for _, name := range []string{"shop::wait_in_catch(int)", "shop::wait_in_catch", "_ZN4shop13wait_in_catchEi", "catch::shop::wait_in_catch",
		"operator+(shop::Basket const&, int)", "operator+", "shop::Basket::~Basket"} {
		require.NotEmpty(t, p.Lookup(name), name)
	}
	require.Equal(t, "shop::wait_in_catch(int)", p.Lookup("shop::wait_in_catch")[0].Function())
	require.Empty(t, p.Lookup("wait_in_catch_not"))
	require.Contains(t, p.Nearest("raed", 3), "read")
	require.Contains(t, p.Nearest("shop::wait_in_cacth", 3), "shop::wait_in_catch")
	symbols := p.Symbols()
	for i := range symbols[1:] {
		require.LessOrEqual(t, symbols[i].Addr, symbols[i+1].Addr)
	}
}

// TestSeparateDebug finds the debug file by build id and by link, and says what
// was wrong where it was not found.
func TestSeparateDebug(t *testing.T) {
	objcopy := need.Command(t, "objcopy", "apt-get install binutils")
	exe := build(t, "gcc", "deep.c", "-g")
	dir := filepath.Dir(exe)
	run := func(args ...string) {
		b, err := exec.Command(objcopy, args...).CombinedOutput()
		require.NoError(t, err, string(b))
	}
	run("--only-keep-debug", exe, exe+".debug")
	run("--strip-all", "--add-gnu-debuglink="+exe+".debug", exe)
	open := func(roots ...string) *Object {
		p, err := NewLibrary(roots).Program(context.Background(), newFileTarget(t, exe), ProgramOptions{})
		require.NoError(t, err)
		return p.Objects()[0]
	}

	o := open("/nonexistent")
	require.Equal(t, exe+".debug", o.Debug)
	require.Equal(t, "/nonexistent/.build-id/"+o.BuildID[:2]+"/"+o.BuildID[2:]+".debug", o.Search[0].Path)
	require.ErrorIs(t, o.Search[0].Err, core.ErrNotFound)
	require.NoError(t, o.Search[1].Err)
	require.True(t, hasSymbol(o, "down"))

	// Moved below a root by build id; the file beside it gets a wrong CRC.
	root := filepath.Join(dir, "root")
	byID := filepath.Join(root, ".build-id", o.BuildID[:2], o.BuildID[2:]+".debug")
	require.NoError(t, os.MkdirAll(filepath.Dir(byID), 0o700))
	b, err := os.ReadFile(exe + ".debug")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(byID, b, 0o600))
	require.NoError(t, os.WriteFile(exe+".debug", append(b, 0), 0o600))
	require.Equal(t, byID, open(root).Debug)

	o = open("/nonexistent")
	require.Empty(t, o.Debug)
	require.False(t, hasSymbol(o, "down"))
	require.ErrorContains(t, o.Search[1].Err, "CRC")
	require.Len(t, o.Search, 4)
	require.Equal(t, "/nonexistent"+exe+".debug", o.Search[3].Path)

	require.NoError(t, os.WriteFile(byID, []byte("nonsense"), 0o600))
	require.ErrorIs(t, open(root).Search[0].Err, core.ErrInvalid)
}

func hasSymbol(o *Object, name string) bool {
	for _, s := range o.Symbols() {
		if s.Name == name {
			return true
		}
	}
	return false
}

func TestResolve(t *testing.T) {
	p := fileProgram(t, libc(t), build(t, "g++", "catch.cc"))
	read := p.Lookup("libc.so.6::read")[0].Symbol
	write := p.Lookup("libc.so.6::write")[0].Symbol
	plus := p.Lookup("operator+")[0].Symbol
	for where, want := range map[string][2]uint64{
		"0x1234":                         {0x1234, 0x1234},
		"0x1234+0x10":                    {0x1234, 0x1244},
		"0x1234+16":                      {0x1234, 0x1244},
		"0x1000-0x2000":                  {0x1000, 0x2000},
		"0x1000-2000":                    {0x1000, 0x2000},
		"libc.so.6::read":                {read.Addr, read.Addr},
		"read+4":                         {read.Addr + 4, read.Addr + 4},
		"read+4+0x10":                    {read.Addr + 4, read.Addr + 20},
		"read-write":                     {read.Addr, write.Addr},
		"libc.so.6!read-libc.so.6!write": {read.Addr, write.Addr},
		"read-read+0x10":                 {read.Addr, read.Addr + 16},
		"operator+":                      {plus.Addr, plus.Addr},
		"operator++8":                    {plus.Addr + 8, plus.Addr + 8},
		" read ":                         {read.Addr, read.Addr},
	} {
		r, err := p.ResolveOne(where)
		require.NoError(t, err, where)
		require.Equal(t, want, [2]uint64{r.Start, r.End}, where)
	}
	r, err := p.ResolveOne("read+4")
	require.NoError(t, err)
	require.Equal(t, "read+4", r.Place.String())

	for where, want := range map[string]error{
		"": core.ErrInvalid, "0xzz": core.ErrInvalid, "write-read+0x": core.ErrInvalid, "0x2000-0x1000": core.ErrInvalid, "12x": core.ErrInvalid,
		"main.c:12": core.ErrNoData, "a/b.go:7": core.ErrNoData, "raed": core.ErrNotFound, "nosuch::thing": core.ErrNotFound,
		"0xffffffffffffffff+0x10": core.ErrInvalid, "read\x00": core.ErrInvalid, strings.Repeat("x", 10000): core.ErrInvalid,
	} {
		_, err := p.Resolve(where)
		require.ErrorIs(t, err, want, where)
	}
	_, err = p.Resolve("libc.so.6::raed")
	require.ErrorContains(t, err, "libc.so.6::read")
}
