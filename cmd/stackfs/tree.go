package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stackfs/stackfs/nodes"
)

const treeLong = `Print every file that a mount can show, with one sentence each; or, with a
directory of a mount, what is there now, with the sentences of its README files.`

func newTree(a app) *cobra.Command {
	var markdown bool
	var depth int
	cmd := &cobra.Command{
		Use: "tree [DIRECTORY]", Short: "print what files there are", Long: treeLong,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return listMount(a.out, args[0], "", depth)
			}
			return a.reference(markdown)
		},
	}
	cmd.Flags().BoolVar(&markdown, "markdown", false, "write the whole reference as docs/tree.md has it")
	cmd.Flags().IntVarP(&depth, "depth", "L", 2, "how many levels of a mount's directory to print")
	return cmd
}

// reference prints the tree's reference: the page, or its tables as plain text.
func (a app) reference(markdown bool) error {
	tree := nodes.NewMount(a.drivers(nil), version())
	defer tree.Close()
	if markdown {
		return tree.WriteReference(a.out)
	}
	var page bytes.Buffer
	if err := tree.WriteReference(&page); err != nil {
		return err
	}
	_, err := io.WriteString(a.out, plainText(page.String()))
	return err
}

// plainText makes the Markdown of the reference readable in a terminal: it has
// headings, tables of three columns and code blocks only.
func plainText(page string) string {
	var b strings.Builder
	code := false
	for line := range strings.Lines(page) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "```"):
			code = !code
		case code:
			b.WriteString("    " + line + "\n")
		case strings.HasPrefix(line, "|---"), strings.HasPrefix(line, "| file | mode"):
		case strings.HasPrefix(line, "| "):
			b.WriteString(plainRow(line))
		default:
			b.WriteString(strings.ReplaceAll(strings.TrimLeft(line, "# "), "`", "") + "\n")
		}
	}
	return b.String()
}

func plainRow(line string) string {
	line = strings.NewReplacer("`", "", `\|`, "\x00").Replace(strings.Trim(line, "| "))
	cells := strings.SplitN(line, " | ", 3)
	if len(cells) != 3 {
		return line + "\n"
	}
	return strings.ReplaceAll(fmt.Sprintf("%-32s %s  %s\n", cells[0], cells[1], cells[2]), "\x00", "|")
}

// listMount prints a directory's names, with what its README says of them.
func listMount(w io.Writer, dir, indent string, depth int) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	docs := readmeDocs(filepath.Join(dir, "README"))
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() {
			name += "/"
		}
		line := fmt.Sprintf("%s%-*s %s", indent, max(32-len(indent), 1), name, docs[name])
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " ")); err != nil {
			return err
		}
		if !e.IsDir() || depth <= 1 {
			continue
		}
		if err := listMount(w, filepath.Join(dir, e.Name()), indent+"    ", depth-1); err != nil {
			fmt.Fprintf(w, "%s    (%v)\n", indent, err)
		}
	}
	return nil
}

// readmeDocs reads the lines of a README that begin with a file's name, or two
// names, and at least the blanks that align them.
func readmeDocs(name string) map[string]string {
	docs := map[string]string{}
	text, err := os.ReadFile(name)
	if err != nil {
		return docs
	}
	for line := range strings.Lines(string(text)) {
		if len(line) < 32 || line[0] == ' ' {
			continue
		}
		for name := range strings.FieldsSeq(line[:30]) {
			docs[name] = strings.TrimSpace(line[30:])
		}
	}
	return docs
}
