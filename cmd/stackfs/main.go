package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers"
	"github.com/stackfs/stackfs/drivers/keeper"
)

func main() {
	keeper.RunExecHelper(os.Args[1:])
	os.Exit(run(os.Args[1:], drivers.All))
}

// A driverList is the drivers, with their targets held by processes that a command
// line starts; nil is this program's own.
type driverList func(keeper []string) []core.Driver

// An app is what every command is given.
type app struct {
	drivers driverList
	out     io.Writer
	err     io.Writer
}

// run runs one command line and returns the exit status.
func run(args []string, list driverList) int {
	a := app{drivers: list, out: os.Stdout, err: os.Stderr}
	root := newRoot(a)
	root.SetArgs(args)
	err := root.ExecuteContext(context.Background())
	if err == nil {
		return 0
	}
	if text := err.Error(); text != "" {
		fmt.Fprintf(a.err, "stackfs: %s\n", text)
	}
	return exitStatus(err)
}

// errPanic is in the errors that end a server after a panic in a handler.
var errPanic = errors.New("panic in a handler")

func exitStatus(err error) int {
	if errors.Is(err, errPanic) {
		return 2
	}
	return 1
}
