package debuginfo

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

var infoSymbol = regexp.MustCompile(`^(.*?)(?: \+ (\d+))? in section \S+(?: of .*)?$`)

// TestSymbolizeAsGDB asks gdb's "info symbol" for the first, the last and the
// following byte of each symbol that is code.
func TestSymbolizeAsGDB(t *testing.T) {
	gdb := need.Command(t, "gdb", "apt-get install gdb")
	stdcpp, err := filepath.EvalSymlinks("/usr/lib/x86_64-linux-gnu/libstdc++.so.6")
	require.NoError(t, err)
	for _, path := range []string{libc(t), stdcpp, need.Command(t, "bash", "apt-get install bash"), build(t, "gcc", "deep.c", "-static")} {
		symbolizeAsGDB(t, gdb, path, noDebug)
	}
	// With the separate debug file of libc, if it is installed.
	if fileProgramIn(t, "/usr/lib/debug", libc(t)).Objects()[0].Debug != "" {
		symbolizeAsGDB(t, gdb, libc(t), "/usr/lib/debug")
	}
}

func symbolizeAsGDB(t *testing.T, gdb, path, root string) {
	p := fileProgramIn(t, root, path)
	base := p.Objects()[0].Base
	var addrs []uint64
	var script strings.Builder
	for i, s := range p.Symbols() {
		if strings.IndexByte("tTwWi", s.Kind) < 0 || i%5 != 0 {
			continue
		}
		for _, a := range []uint64{s.Addr, s.Addr + max(s.Size, 1) - 1, s.Addr + s.Size} {
			addrs = append(addrs, a)
			fmt.Fprintf(&script, "info symbol 0x%x\n", a-base)
		}
	}
	file := filepath.Join(t.TempDir(), "script")
	require.NoError(t, os.WriteFile(file, []byte(script.String()), 0o600))
	b, err := exec.Command(gdb, "-nx", "-batch", "-readnever", "-iex", "set debug-file-directory "+root, "-iex", "set width 0", "-x", file, path).Output()
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	require.Len(t, lines, len(addrs))
	differ := 0
	for i, a := range addrs {
		want, got := "", ""
		if m := infoSymbol.FindStringSubmatch(lines[i]); m != nil {
			want = m[1]
			if m[2] != "" {
				want += "+" + m[2]
			}
		}
		if place, ok := p.Symbolize(a); ok {
			got = place.String()
		}
		// gdb takes C names such as f.cold and f.constprop.0 for Ada and writes f[cold], f.constprop.
		if got != want && !strings.Contains(got, ".") {
			if differ++; differ < 20 {
				t.Logf("0x%x: gdb %q, we %q", a-base, want, got)
			}
		}
	}
	t.Logf("%s: %d addresses, %d differ", path, len(addrs), differ)
	require.Zero(t, differ)
}
