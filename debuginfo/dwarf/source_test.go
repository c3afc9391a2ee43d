package dwarf_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/dwarf"
)

func TestSource(t *testing.T) {
	file, err := filepath.Abs(filepath.Join("testdata", "lines.c"))
	require.NoError(t, err)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	all := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	asked := 0
	for line := 1; line <= len(all); line++ {
		for context := range 6 {
			got, first, err := dwarf.Source("", file, line, context)
			require.NoError(t, err)
			require.Equal(t, max(1, line-context), first)
			require.Equal(t, all[first-1:min(len(all), line+context)], got)
			asked++
		}
	}
	t.Logf("%d windows of %d lines", asked, len(all))
	_, _, err = dwarf.Source("", file, len(all)+1, 3)
	require.ErrorIs(t, err, core.ErrNotFound)
	assert.ErrorContains(t, err, fmt.Sprintf("it has %d lines", len(all)))
}

func TestSourceOddLines(t *testing.T) {
	file := filepath.Join(t.TempDir(), "odd.c")
	long := strings.Repeat("x", 200_000)
	require.NoError(t, os.WriteFile(file, []byte("a\r\n"+long+"\nb\xe9\n\nlast"), 0o600))
	lines, first, err := dwarf.Source("/", file, 3, 1000)
	require.NoError(t, err)
	assert.Equal(t, 1, first)
	assert.Equal(t, []string{"a", long[:4096], "b\uFFFD", "", "last"}, lines)
}

// TestSourceRefused: what is no source text is refused, and nothing waits.
func TestSourceRefused(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "binary"), []byte("\x7fELF\x00"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "huge"), bytes.Repeat([]byte("0123456789abcde\n"), (64<<20)/16+1), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "empty"), nil, 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "root"), 0o700))
	require.NoError(t, os.Symlink("../huge", filepath.Join(dir, "root", "out")))
	for _, c := range []struct {
		root, file string
		line       int
		kind       error
	}{
		{"", filepath.Join(dir, "fifo"), 1, core.ErrInvalid}, {"", filepath.Join(dir, "binary"), 1, core.ErrInvalid},
		{"", filepath.Join(dir, "huge"), 64<<16 + 1, core.ErrInvalid}, {"", dir, 1, core.ErrInvalid}, {"", "/dev/zero", 1, core.ErrInvalid},
		{"", filepath.Join(dir, "empty"), 1, core.ErrNotFound}, {"", filepath.Join(dir, "nosuch"), 1, core.ErrNotFound},
		{"", filepath.Join(dir, "huge", "x.c"), 1, core.ErrNotFound}, {"", "huge", 1, core.ErrInvalid}, {"", filepath.Join(dir, "huge"), 0, core.ErrInvalid},
		{filepath.Join(dir, "root"), "/out", 1, core.ErrInvalid}, {filepath.Join(dir, "root"), "/nosuch", 1, core.ErrNotFound},
	} {
		_, _, err := dwarf.Source(c.root, c.file, c.line, 2)
		assert.ErrorIs(t, err, c.kind, "%s in %s", c.file, c.root)
	}
	lines, _, err := dwarf.Source(dir, "/root/../huge", 1, 0)
	require.NoError(t, err)
	assert.Equal(t, []string{"0123456789abcde"}, lines)
}
