package need

import (
	"os"
	"path/filepath"
	"testing"
)

// Vmlinux is the path of a kernel with debug info: $STACKFS_VMLINUX, or what
// tests/fixtures.sh has put into the user's cache directory.
func Vmlinux(t testing.TB) string {
	t.Helper()
	path := VmlinuxIfAny()
	if path == "" {
		Missing(t, "a kernel with debug info", "run tests/fixtures.sh, or set STACKFS_VMLINUX to the path of one")
	}
	return path
}

// VmlinuxIfAny is Vmlinux for tests that have other things to compare too: empty if
// there is none.
func VmlinuxIfAny() string {
	if path := os.Getenv("STACKFS_VMLINUX"); path != "" {
		return path
	}
	cache, _ := os.UserCacheDir() // without one nothing is found
	found, _ := filepath.Glob(filepath.Join(cache, "stackfs-fixtures/usr/lib/debug/boot/vmlinux-*"))
	if len(found) == 0 {
		return ""
	}
	return found[len(found)-1]
}
