package debuginfo

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

// TestDemangleAsCxxfilt compares with libiberty, which gdb demangles with and asks
// for the same long form.
func TestDemangleAsCxxfilt(t *testing.T) {
	path, err := filepath.EvalSymlinks("/usr/lib/x86_64-linux-gnu/libstdc++.so.6")
	require.NoError(t, err)
	require.Zero(t, demangleAsCxxfilt(t, path))
}

// TestDemangleRust compares with c++filt -i: our demangler never shows the hashes
// that gdb shows. It gives up on constants of closures, counts nested closures
// from the other end and loses an underscore of legacy names with two in front.
func TestDemangleRust(t *testing.T) {
	rustc := need.Command(t, "rustc", "apt-get install rustc")
	for name, flags := range map[string][]string{"default": nil, "v0": {"-Csymbol-mangling-version=v0"}} {
		out := filepath.Join(t.TempDir(), name)
		b, err := exec.Command(rustc, append(flags, "-Cdebuginfo=0", "-o", out, "testdata/shop.rs")...).CombinedOutput()
		require.NoError(t, err, string(b))
		require.Less(t, demangleAsCxxfilt(t, out, "-i"), 10)
		require.NotEmpty(t, fileProgram(t, out).Lookup("shop::main"))
	}
}

// demangleAsCxxfilt gives how many names of a file differ.
func demangleAsCxxfilt(t *testing.T, path string, flags ...string) (differ int) {
	cxxfilt := need.Command(t, "c++filt", "apt-get install binutils")
	var names []string
	for _, s := range openImage(t, path).Symbols() {
		if isMangled(s.Name) {
			names = append(names, strings.TrimSuffix(s.Name, "@plt"))
		}
	}
	cmd := exec.Command(cxxfilt, flags...)
	cmd.Stdin = strings.NewReader(strings.Join(names, "\n") + "\n")
	b, err := cmd.Output()
	require.NoError(t, err)
	want := strings.Split(strings.TrimSpace(string(b)), "\n")
	require.Len(t, want, len(names))
	for i, name := range names {
		if got := Demangle(name); got != want[i] {
			if differ++; differ < 10 {
				t.Logf("%s: %s / %s", name, got, want[i])
			}
		}
	}
	t.Logf("%d names, %d differ", len(names), differ)
	return differ
}
