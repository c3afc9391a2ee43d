package dwarf

import (
	"debug/elf"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

// every is which units of a kernel are compared: reading one takes readelf 2 s.
const every = 20

func TestKernelEntries(t *testing.T) {
	path := need.Vmlinux(t)
	d, c := open(t, path), newCompared()
	step := every
	if !need.Whole() {
		step *= 10
	}
	for i := 0; i < len(d.Units); i += step {
		u := d.Units[i]
		x := &readelfDump{t: t, d: d, c: c, last: u.end}
		before := c.entries
		readelf(t, x, path, "--dwarf-start=0x"+strconv.FormatUint(u.start, 16))
		root, ok := u.Root()
		require.True(t, ok)
		require.Equal(t, c.entries-before, count(root, 0))
	}
	t.Log(c)
}

// debugFiles is the debug files of a Debian package.
func debugFiles(t *testing.T, name string) []string {
	t.Helper()
	list := "/var/lib/dpkg/info/" + name + ".list"
	if _, err := os.Stat(list); err != nil {
		list = "/var/lib/dpkg/info/" + name + ":amd64.list"
	}
	need.File(t, list, "apt-get install "+name)
	text, err := os.ReadFile(list)
	require.NoError(t, err)
	var out []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); strings.Contains(line, "/.build-id/") && strings.HasSuffix(line, ".debug") {
			out = append(out, line)
		}
	}
	return out
}

// openAlt opens a debug file and the one that dwz made of what it shares with others.
func openAlt(t *testing.T, path string) *Data {
	t.Helper()
	d := open(t, path)
	f, err := elf.Open(path)
	require.NoError(t, err)
	defer f.Close()
	for section, at := range map[string]uint64{".gnu_debugaltlink": 0, ".debug_sup": 3} { // DWARF 5, 7.3.6
		s := f.Section(section)
		if s == nil {
			continue
		}
		link, err := s.Data()
		require.NoError(t, err)
		name, _ := stringAt(link, at)
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(path), name)
		}
		d.Alt = open(t, name)
	}
	return d
}

func TestPackagedEntries(t *testing.T) {
	for _, name := range []string{"liblua5.4-0-dbg", "libc6-dbg", "python3.11-dbg"} {
		t.Run(name, func(t *testing.T) {
			c, l := newCompared(), newCompared()
			largest, size := "", int64(0)
			files := debugFiles(t, name)
			require.NotEmpty(t, files)
			for _, path := range files {
				info, err := os.Stat(path)
				require.NoError(t, err)
				if info.Size() > size {
					largest, size = path, info.Size()
				}
				if name == "liblua5.4-0-dbg" {
					compareReadelf(t, c, path, openAlt(t, path))
				}
			}
			if name != "liblua5.4-0-dbg" {
				d := openAlt(t, largest)
				compareReadelf(t, c, largest, d)
				if name == "libc6-dbg" { // of python it takes a minute
					compareLLVM(t, l, largest, d)
				}
			}
			t.Log("readelf:", c)
			t.Log("llvm-dwarfdump:", l)
		})
	}
}
