package tests

import (
	"fmt"
	"os"
	"testing"

	"github.com/stackfs/stackfs/drivers/keeper"
)

// TestMain makes this test binary what stackfs is to its children: the keeper, and
// the helper that launches programs; and a client of mounts that it serves.
func TestMain(m *testing.M) {
	keeper.RunExecHelper(os.Args[1:])
	if len(os.Args) > 1 && os.Args[1] == "keeper" {
		if err := keeper.Serve(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if len(os.Args) > 2 && os.Args[1] == "client" {
		if err := runClient(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}
