// Package drivers is the list of all drivers: one line each.
package drivers

import (
	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers/keeper"
	"github.com/stackfs/stackfs/drivers/ptrace"
)

// All lists the drivers, in the order in which they are documented. command is how to start a
// keeper, nil: our own program with the argument keeper.
func All(command []string) []core.Driver {
	return []core.Driver{
		keeper.Remote(ptrace.Driver(), command),
		keeper.Remote(ptrace.LaunchDriver(), command),
	}
}
