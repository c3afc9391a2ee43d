// Package need says what a test lacks on this machine and how to get it. It is
// the only place that skips tests; with CI set in the environment it fails
// instead, so that nothing goes untested there.
package need

import (
	"os"
	"os/exec"
	"testing"
)

// Command makes sure that a program is in PATH and returns its path; howto says
// how to install it.
func Command(t testing.TB, name, howto string) (path string) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Missing(t, name+" is not in PATH", howto)
	}
	return path
}

// File makes sure that a file is there; howto says how to get it.
func File(t testing.TB, path, howto string) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		Missing(t, err.Error(), howto)
	}
}

// Missing skips the test because of what is missing; under CI it fails it.
func Missing(t testing.TB, what, howto string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s: %s", what, howto)
	}
	t.Skipf("%s: %s", what, howto)
}
