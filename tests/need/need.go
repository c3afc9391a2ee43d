// Package need is the only place that skips a test: it says what is missing on
// this machine and how to get it. Where the environment variable CI is set
// nothing may be missing, so the test fails instead.
package need

import (
	"os"
	"os/exec"
	"testing"
)

// Command returns the path of a program, or ends the test with how to get it.
func Command(t testing.TB, name, how string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Skip(t, name+" is missing: "+how)
	}
	return path
}

// Root ends the test unless it runs as root.
func Root(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		Skip(t, "not root: run the test with sudo")
	}
}

// Skip skips the test, or fails it where CI is set.
func Skip(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}
