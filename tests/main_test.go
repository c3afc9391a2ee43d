package tests

import (
	"os"
	"testing"

	"github.com/stackfs/stackfs/drivers/ptrace"
)

// TestMain makes this test binary what stackfs is to its children: the helper
// that launches programs.
func TestMain(m *testing.M) {
	ptrace.RunExecHelper(os.Args[1:])
	os.Exit(m.Run())
}
