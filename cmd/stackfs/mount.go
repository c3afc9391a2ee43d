package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

const mountLong = `Mount the tree at MOUNTPOINT and return as soon as it is there and every --attach
has succeeded; a server goes on in the background until stackfs umount, umount,
fusermount3 -u or SIGTERM ends it. The targets then run on.

MOUNTPOINT is made if it is missing and its parent is there. A mount that a crash
left dead is taken away first. It need not be empty: what is in it is hidden while
the mount is there.

As an ordinary user you need fusermount3 (package fuse3) and may attach to programs of
his own; stackfs doctor says what works here. The files are the mounting user's
alone; --allow-other lets root in too.`

const mountExample = `  stackfs mount ~/s
  stackfs mount --attach 'ptrace pid=1234' ~/s
  stackfs mount --attach 'launch name=web -- ./server -p 80' ~/s
  stackfs mount --keeper 'sudo -n stackfs keeper' ~/s`

// mountConfig is the mount command's flags and argument.
type mountConfig struct {
	dir        string
	attach     []string
	foreground bool
	keeper     string
	allowOther bool
	log        string
	cwd        string // where the user is: launched programs start there
	ready      int    // descriptor on which the parent waits; 0: none
}

func newMount(a app) *cobra.Command {
	var c mountConfig
	cmd := &cobra.Command{
		Use: "mount [--attach SPEC]... MOUNTPOINT", Short: "mount the tree, with targets or without",
		Long: mountLong, Example: mountExample,
		Args: exactArgs("MOUNTPOINT"),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c.dir = args[0]
			return a.mount(cmd.Context(), c)
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&c.attach, "attach", "a", nil, "a line as ctl takes it, as 'ptrace pid=1234' or 'launch -- PROGRAM ARG...'; repeatable")
	f.BoolVarP(&c.foreground, "foreground", "f", false, "stay in the foreground and log to standard error")
	f.StringVar(&c.keeper, "keeper", "", "the command that holds a target, instead of 'stackfs keeper', as 'sudo -n stackfs keeper'")
	f.BoolVar(&c.allowOther, "allow-other", false, "let root use the mount too (as ordinary user this needs user_allow_other in /etc/fuse.conf)")
	f.StringVar(&c.log, "log", "", "the file that the server in the background logs to")
	f.IntVar(&c.ready, "ready", 0, "descriptor on which readiness is told")
	f.StringVar(&c.cwd, "cwd", "", "where launched programs start")
	_ = f.MarkHidden("ready")
	_ = f.MarkHidden("cwd")
	_ = cmd.RegisterFlagCompletionFunc("attach", a.completeAttach)
	return cmd
}

// keeperCommand is the words of --keeper, or nil: this program itself.
func keeperCommand(words string) ([]string, error) {
	if words == "" {
		return nil, nil
	}
	return splitWords(words)
}

// selfPath is this program's file; where that was replaced meanwhile, what the
// kernel still has of it.
func selfPath() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(self); err != nil {
		return "/proc/self/exe", nil
	}
	return filepath.Clean(self), nil
}
