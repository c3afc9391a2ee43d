package main

import (
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/stackfs/stackfs/drivers/keeper"
)

// newKeeper is the process that holds one target; the server starts it.
func newKeeper() *cobra.Command {
	return &cobra.Command{
		Use: "keeper", Short: "hold a target for a server (started by stackfs itself)", Hidden: true, Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			debug.SetGCPercent(collectPercent)
			return keeper.Serve()
		},
	}
}
