package dwarf

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/tests/need"
)

// compareFind looks for every nth name by itself and compares with the index.
func compareFind(t *testing.T, d *Data, ix *Index, nth int) {
	t.Helper()
	n, compared := 0, 0
	for name := range ix.Names(AnyKind) {
		if n++; n%nth != 0 {
			continue
		}
		want := ix.Lookup(name, AnyKind)
		got, err := FindName(t.Context(), d, name, AnyKind)
		require.NoError(t, err, name)
		for _, r := range want {
			sameKind := func(o Ref) bool { return o.Kind == r.Kind && o.Declaration == r.Declaration }
			if r.Placed {
				require.Contains(t, got, r, name)
			}
			require.True(t, slices.ContainsFunc(got, sameKind), "%s: %+v is not among %+v", name, r, got)
			compared++
		}
		for _, r := range got {
			e, ok := r.Entry()
			require.True(t, ok)
			require.True(t, slices.ContainsFunc(want, func(o Ref) bool { return o.Kind == r.Kind }), "%s: 0x%x %x", name, e.Offset, r.Kind)
			if r.Placed {
				require.Contains(t, want, r, name)
			}
		}
	}
	_, err := FindName(t.Context(), d, "no such name", AnyKind)
	require.ErrorIs(t, err, core.ErrNotFound)
	t.Logf("%d refs of every %d. of %d names", compared, nth, n)
}

func TestFindName(t *testing.T) {
	for _, c := range []struct {
		name, path string
		nth        int
	}{
		{"libc", debugFile(t, "/lib/x86_64-linux-gnu/libc.so.6", "libc6-dbg"), 97},
		{"python", debugFile(t, "/usr/bin/python3.11", "python3.11-dbg"), 211},
		{"go", goProgram(t), 41},
		{"c++", compile(t, "index.cc", "g++", "-gdwarf-5"), 1},
		{"lto", compile(t, "index.cc", "g++", "-O2", "-flto"), 1},
		{"clang", compile(t, "index.cc", "clang++", "-gdwarf-5"), 1},
		{"types", compile(t, "index.cc", "g++", "-fdebug-types-section", "-gdwarf-4"), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := indexed(t, c.path)
			compareFind(t, d, buildIndex(t, d), c.nth)
		})
	}
	t.Run("dwz", func(t *testing.T) {
		d := indexed(t, debugFile(t, "/lib/x86_64-linux-gnu/liblua5.4.so.0", "liblua5.4-0-dbg"))
		d.Alt = indexed(t, "/usr/lib/debug/.dwz/x86_64-linux-gnu/liblua5.4-0.debug")
		compareFind(t, d, buildIndex(t, d), 5)
	})
}

func TestFindNameInKernel(t *testing.T) {
	d := indexed(t, need.Vmlinux(t))
	compareFind(t, d, buildIndex(t, d), 9001)
}

// TestGdbIndex: gdb writes the index; it leads to the units of the names.
func TestGdbIndex(t *testing.T) {
	for _, flags := range [][]string{{"g++", "-gdwarf-4"}, {"g++", "-gdwarf-5"}, {"g++", "-gdwarf-4", "-fdebug-types-section"}} {
		path := compile(t, "index.cc", flags...)
		dir := filepath.Dir(path)
		build(t, "gdb", "-nx", "-batch", "-ex", "save gdb-index "+dir, path)
		build(t, "objcopy", "--add-section", ".gdb_index="+path+".gdb-index", "--set-section-flags", ".gdb_index=readonly", path)
		d := indexed(t, path)
		require.NotEmpty(t, d.GdbIndex)
		ix := buildIndex(t, d)
		compareFind(t, d, ix, 1)
		led := 0
		for name := range ix.Names(Kinds(KindVariable, KindStruct, KindClass, KindTypedef, KindEnum)) {
			if ix.Lookup(name, AnyKind)[0].Declaration {
				continue
			}
			units := 0
			d.gdbIndexUnits(append([]byte(name), 0), func(u *Unit) {
				require.NotNil(t, u)
				units++
			})
			led += min(units, 1)
		}
		require.Greater(t, led, 10)
		t.Logf("%v: version %d, %d names lead to units", flags, d.GdbIndex[0], led)
	}
}

func TestDebugNames(t *testing.T) {
	for _, flags := range [][]string{{"clang++", "-gdwarf-5", "-gpubnames"}, {"clang++", "-gdwarf-4", "-mllvm", "-accel-tables=Dwarf"}} {
		d := indexed(t, compile(t, "index.cc", flags...))
		if len(d.Names) == 0 {
			t.Logf("%v: no .debug_names", flags)
			continue
		}
		ix := buildIndex(t, d)
		compareFind(t, d, ix, 1)
		led, all := 0, 0
		for name := range ix.Names(Kinds(KindFunction, KindVariable, KindStruct, KindClass, KindTypedef, KindEnum)) {
			if ix.Lookup(name, AnyKind)[0].Declaration {
				continue
			}
			all++
			units := 0
			for _, last := range lastParts(name) {
				d.debugNamesUnits(append([]byte(last), 0), func(u *Unit) {
					require.NotNil(t, u)
					units++
				})
			}
			led += min(units, 1)
		}
		require.Greater(t, led, 10)
		t.Logf("%v: %d of %d names lead to units", flags, led, all)
	}
}

func TestCache(t *testing.T) {
	path := goProgram(t)
	d := indexed(t, path)
	c := Cache{Dir: filepath.Join(t.TempDir(), "a", "b")}
	_, err := c.Open(d, "00ff")
	require.ErrorIs(t, err, core.ErrNotFound)
	built, err := c.Index(t.Context(), d, "00ff")
	require.NoError(t, err)
	opened, err := c.Open(d, "00ff")
	require.NoError(t, err)
	defer opened.Close()
	require.Equal(t, slices.Collect(built.Names(AnyKind)), slices.Collect(opened.Names(AnyKind)))
	for name := range built.Names(AnyKind) {
		require.Equal(t, built.Lookup(name, AnyKind), opened.Lookup(name, AnyKind))
	}
	for _, bad := range []string{"00fe", "", "../00ff", "a/b"} {
		_, err := c.Open(d, bad)
		require.Error(t, err, bad)
	}
	t.Logf("%d names", opened.Len())
}

// TestCacheOfOther: an index of another build or of damaged bytes is not used, and replaced.
func TestCacheOfOther(t *testing.T) {
	d := indexed(t, compile(t, "index.cc", "g++", "-gdwarf-5"))
	other := indexed(t, compile(t, "index.cc", "g++", "-gdwarf-4"))
	c := Cache{Dir: t.TempDir()}
	require.NoError(t, c.Store(buildIndex(t, d), "1"))
	_, err := c.Open(other, "1")
	require.ErrorIs(t, err, core.ErrInvalid)
	file := filepath.Join(c.Dir, "1.index")
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	for i := range whole {
		b := slices.Clone(whole)
		b[i] ^= 0x41
		_, err := OpenIndex(b, d, "1")
		require.ErrorIs(t, err, core.ErrInvalid, "byte %d", i)
		_, err = OpenIndex(whole[:i], d, "1")
		require.ErrorIs(t, err, core.ErrInvalid, "%d bytes", i)
	}
	require.NoError(t, os.WriteFile(file, whole[:len(whole)/2], 0o600))
	ix, err := c.Index(t.Context(), d, "1")
	require.NoError(t, err)
	require.NotEmpty(t, ix.Lookup("main", AnyKind))
	ix, err = c.Open(d, "1")
	require.NoError(t, err)
	require.NoError(t, ix.Close())
	t.Logf("%d bytes damaged one by one", len(whole))
}

// TestCacheLimit: what was used longest ago is removed; a place that cannot be
// written is no error.
func TestCacheLimit(t *testing.T) {
	d := indexed(t, compile(t, "index.cc", "g++", "-gdwarf-5"))
	ix := buildIndex(t, d)
	c := Cache{Dir: t.TempDir(), Limit: int64(ix.Size()) * 2}
	for _, id := range []string{"1", "2", "3"} {
		require.NoError(t, c.Store(ix, id))
		if id == "2" {
			old, err := c.Open(d, "1")
			require.NoError(t, err)
			require.NoError(t, old.Close())
		}
	}
	_, err := c.Open(d, "2")
	require.ErrorIs(t, err, core.ErrNotFound)
	_, err = c.Open(d, "1")
	require.NoError(t, err)
	nowhere := Cache{Dir: "/proc/none"}
	ix, err = nowhere.Index(t.Context(), d, "1")
	require.NoError(t, err)
	require.NotZero(t, ix.Len())
	require.Error(t, nowhere.Store(ix, "1"))
}
