package btf

import (
	"debug/elf"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/debuginfo/types"
	"github.com/stackfs/stackfs/tests/need"
)

// kernel is the path of a kernel with .BTF.
func kernel(t testing.TB) string {
	t.Helper()
	path := os.Getenv("STACKFS_VMLINUX")
	if path == "" {
		need.Missing(t, "a kernel with debug info", "set STACKFS_VMLINUX to the path of a vmlinux")
	}
	return path
}

// section is the .BTF of an ELF file.
func section(t testing.TB, path string) []byte {
	t.Helper()
	f, err := elf.Open(path)
	require.NoError(t, err)
	defer f.Close()
	s := f.Section(".BTF")
	require.NotNil(t, s, path)
	b, err := s.Data()
	require.NoError(t, err)
	return b
}

// blocks are what pahole prints, by first line.
func blocks(out string) map[string][]string {
	m := map[string][]string{}
	for out != "" {
		end := strings.Index(out, "\n}")
		if end < 0 {
			break
		}
		end += 2 + strings.Index(out[end+2:], "\n") + 1
		head, _, _ := strings.Cut(out, "\n")
		m[head] = append(m[head], out[:end])
		out = out[end:]
	}
	return m
}

// TestLayoutsAreThoseOfPahole compares all structs and unions of a kernel.
func TestLayoutsAreThoseOfPahole(t *testing.T) {
	path := kernel(t)
	out, err := exec.Command(need.Command(t, "pahole", "apt-get install dwarves"), "-F", "btf", path).Output()
	require.NoError(t, err)
	want := blocks(string(out))
	f, err := Parse(section(t, path), nil)
	require.NoError(t, err)
	compared, different := 0, 0
	for typ := range f.Types() {
		if !typ.IsRecord() || typ.Name == "" || typ.Declaration {
			continue
		}
		got := string(types.AppendLayout(nil, typ))
		head, _, _ := strings.Cut(got, "\n")
		list := want[head]
		if len(list) == 0 {
			t.Logf("pahole has no %s", head)
			continue
		}
		want[head] = list[1:]
		compared++
		if got != list[0] {
			if different++; different <= 60 {
				t.Errorf("%s", diff(got, list[0]))
			}
		}
	}
	t.Logf("%d compared, %d different", compared, different)
}

func diff(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	var b strings.Builder
	b.WriteString(g[0] + "\n")
	n := 0
	for i := 0; i < max(len(g), len(w)) && n < 4; i++ {
		var x, y string
		if i < len(g) {
			x = g[i]
		}
		if i < len(w) {
			y = w[i]
		}
		if x != y {
			b.WriteString("  got:  " + x + "\n  want: " + y + "\n")
			n++
		}
	}
	return b.String()
}
