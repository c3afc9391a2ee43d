package debuginfo

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/tests/need"
)

// withMiniDebug strips a program and gives it .gnu_debugdata, by gdb's recipe (gdb
// manual, "Debugging information in a special section").
func withMiniDebug(t testing.TB, exe string) {
	var keep []string
	for _, line := range output(t, "nm", "--format=posix", "--defined-only", exe) {
		if f := strings.Fields(line); len(f) > 2 && strings.Contains("TtD", f[1]) {
			keep = append(keep, f[0])
		}
	}
	list, mini := filepath.Join(t.TempDir(), "keep"), filepath.Join(t.TempDir(), "mini")
	require.NoError(t, os.WriteFile(list, []byte(strings.Join(keep, "\n")), 0o600))
	command(t, "objcopy", "--only-keep-debug", exe, mini)
	command(t, "objcopy", "-S", "--remove-section", ".comment", "--keep-symbols="+list, mini)
	command(t, "strip", "--strip-all", "-R", ".comment", exe)
	command(t, "xz", mini)
	command(t, "objcopy", "--add-section", ".gnu_debugdata="+mini+".xz", exe)
}

// TestMiniDebugAsGDB: its symbols join those of the program, and addresses have the
// names that gdb gives them.
func TestMiniDebugAsGDB(t *testing.T) {
	gdb := need.Command(t, "gdb", "apt-get install gdb")
	exe := build(t, "g++", "catch.cc", "-static")
	before := openImage(t, exe).Symbols()
	withMiniDebug(t, exe)
	img := openImage(t, exe)
	after := img.Symbols()
	n := 0
	for _, s := range before {
		if strings.IndexByte("TtD", s.Kind) >= 0 && !strings.Contains(s.Name, "@plt") {
			require.True(t, slices.Contains(after, s), "%+v", s)
			n++
		}
	}
	t.Logf("%d symbols of %d are there after stripping", n, len(before))
	symbolizeAsGDB(t, gdb, exe, noDebug)
}

func TestBadMiniDebug(t *testing.T) {
	for _, data := range [][]byte{nil, []byte("text"), make([]byte, 4096)} {
		img, err := OpenImage(newMemoryFile(sectionFile(".gnu_debugdata", 0, data)))
		require.NoError(t, err)
		_, err = img.miniDebug()
		require.ErrorIs(t, err, core.ErrInvalid)
		require.Empty(t, img.Symbols())
	}
}
