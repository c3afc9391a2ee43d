package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

const ctlLong = `Write one line to a ctl file; if that fails, print why, from the error_log beside it.
FILE may also be the directory that the ctl is in. Several words are quoted as they
need it; a single one is the whole line.

This is echo LINE > FILE, with the reason at hand and with completion.`

const ctlExample = `  stackfs ctl ~/s attach ptrace pid=1234
  stackfs ctl ~/s/web stop
  stackfs ctl ~/s/web 'signal USR1'`

func newCtl(a app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "ctl FILE WORD...", Short: "write a line to a ctl file and say what is wrong with it", Long: ctlLong, Example: ctlExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return errors.New("ctl needs a file and a line, as in: stackfs ctl ~/s/web stop")
			}
			return nil
		},
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     a.completeCtl,
		RunE:                  func(_ *cobra.Command, args []string) error { return writeCtl(args[0], args[1:]) },
	}
	cmd.Flags().SetInterspersed(false) // the line may have a -- of its own
	return cmd
}

// ctlFile is the ctl of a directory, or the file itself.
func ctlFile(name string) string {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return filepath.Join(name, "ctl")
	}
	return name
}

func writeCtl(name string, words []string) error {
	line := words[0]
	if len(words) > 1 {
		line = joinWords(words)
	}
	name = ctlFile(name)
	// Not created: a misspelt path must not leave a file somewhere.
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err = f.WriteString(line + "\n"); err == nil {
		return nil
	}
	log, readErr := os.ReadFile(filepath.Join(filepath.Dir(name), "error_log"))
	if entry := newestFailure(string(log), line); readErr == nil && entry != "" {
		return fmt.Errorf("%w\n%s", err, entry)
	}
	return err
}

// newestFailure is the last entry of an error_log, if it is about this line: below
// its head, which begins with [TIME], the line, a caret line and the reason.
func newestFailure(log, line string) string {
	start := 0
	if i := strings.LastIndex(log, "\n["); i >= 0 {
		start = i + 1
	}
	entry := strings.TrimRight(log[start:], "\n")
	_, body, _ := strings.Cut(entry, "\n")
	text, reason, _ := strings.Cut(body, "\n")
	if first, _, _ := strings.Cut(line, "\n"); strings.TrimSpace(text) != strings.TrimSpace(first) {
		return ""
	}
	return text + "\n" + reason
}
