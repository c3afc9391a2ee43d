package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

const rootLong = `stackfs shows a running program as a directory: its threads, registers, memory,
maps, symbols and backtraces are files for ls, cat and grep.

    stackfs mount --attach 'ptrace pid=1234' ~/s
    cat ~/s/*/threads/*/backtrace
    stackfs umount ~/s

Every directory of a mount has a README; reading a ctl file lists its commands.`

func newRoot(a app) *cobra.Command {
	root := &cobra.Command{
		Use: "stackfs", Short: "running programs as directories", Long: rootLong,
		SilenceUsage: true, SilenceErrors: true,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w; `%s --help` lists the flags", err, c.CommandPath())
	})
	root.CompletionOptions.HiddenDefaultCmd = false
	root.AddCommand(
		newMount(a), newUmount(), newCtl(a), newTree(a), newDemo(a), newDoctor(a),
		newDebuginfo(a), newVersion(a), newKeeper(), newDocs(a),
	)
	return root
}

// exactArgs asks for named arguments, so that the message says which one is missing.
func exactArgs(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return fmt.Errorf("%s is missing, as in: stackfs %s", strings.Join(names[len(args):], " and "), c.Use)
		case len(args) > len(names):
			return fmt.Errorf("%q is one word too many, it should be: stackfs %s", args[len(names)], c.Use)
		}
		return nil
	}
}
