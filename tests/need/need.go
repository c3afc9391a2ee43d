// Package need is the only place that skips tests: it says what is missing on
// this machine and how to get it. Where the environment variable CI is set
// nothing may be missing, so the test fails instead.
package need

import (
	"os"
	"os/exec"
	"testing"
)

// Command returns the path of a program, or ends the test with how to get it.
func Command(t testing.TB, name, get string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Missing(t, "program "+name, get)
	}
	return path
}

// File makes sure that a file is there.
func File(t testing.TB, path, get string) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		Missing(t, "file "+path, get)
	}
}

// Root ends a test that only root can run.
func Root(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		Missing(t, "user root", "run the tests with sudo")
	}
}

// FUSE ends a test that mounts where that cannot be done.
func FUSE(t testing.TB) {
	t.Helper()
	File(t, "/dev/fuse", "modprobe fuse")
	Command(t, "fusermount3", "apt-get install fuse3")
}

// Missing ends a test: what is missing, and how to get it.
func Missing(t testing.TB, what, get string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("missing %s: %s", what, get)
	}
	t.Skipf("missing %s: %s", what, get)
}
