package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// newDocs writes the man pages, for packagers and make install.
func newDocs(a app) *cobra.Command {
	return &cobra.Command{
		Use: "docs DIR", Short: "write the man pages into a directory", Hidden: true,
		Args: exactArgs("DIR"),
		RunE: func(c *cobra.Command, args []string) error { return writeManual(c.Root(), args[0]) },
	}
}

func writeManual(root *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making the directory of the man pages: %w", err)
	}
	root.DisableAutoGenTag = true // the date would make every build differ
	head := &doc.GenManHeader{Title: "STACKFS", Section: "1", Source: "stackfs " + release, Manual: "stackfs"}
	if err := doc.GenManTree(root, head, dir); err != nil {
		return fmt.Errorf("writing the man pages: %w", err)
	}
	return nil
}
