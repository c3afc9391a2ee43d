// Package need is the one place where tests skip: it says what is missing and how
// to get it, and fails instead where the environment variable CI is set.
package need

import (
	"os"
	"os/exec"
	"testing"
)

// Command returns the path of a program, or skips the test.
func Command(t testing.TB, name, get string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Missing(t, "program "+name, get)
	}
	return path
}

// Root skips a test that only root can run.
func Root(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		Missing(t, "user root", "run the tests with sudo")
	}
}

// Missing skips the test: what is missing, how to get it.
func Missing(t testing.TB, what, get string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("missing %s: %s", what, get)
	}
	t.Skipf("missing %s: %s", what, get)
}
