package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/spf13/cobra"

	"github.com/stackfs/stackfs/fs"
)

const umountLong = `Let go of all targets of the mount, which run on, and take the mount away; then its
server ends. A mount that somebody stands in goes too: it is no longer to be found,
and what is open in it fails. A dead mount, left by a crash, is taken away as well.`

func newUmount() *cobra.Command {
	return &cobra.Command{
		Use: "umount MOUNTPOINT", Short: "let go of all targets and take the mount away", Long: umountLong,
		Aliases: []string{"unmount"},
		Args:    exactArgs("MOUNTPOINT"),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(_ *cobra.Command, args []string) error { return umount(args[0]) },
	}
}

func umount(dir string) error {
	path, err := resolve(dir)
	if err != nil {
		return err
	}
	living, err := isStackfs(path)
	if err == nil && living {
		err = detachAll(path)
	}
	return errors.Join(fs.Unmount(path), ignoreNoAnswer(err))
}

// ignoreNoAnswer: a server that hangs or is dead is a reason to unmount, not an error.
func ignoreNoAnswer(err error) error {
	if errors.Is(err, errNoAnswer) || errors.Is(err, errDead) {
		return nil
	}
	return err
}

// detachAll lets go of the targets by rmdir, so that they are free when umount
// returns, even while somebody still stands in the mount.
func detachAll(dir string) error {
	names, err := within(answerLimit, func() ([]os.DirEntry, error) { return os.ReadDir(dir) })
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	errs := make([]error, len(names))
	for i, e := range names {
		if e.IsDir() {
			wg.Go(func() {
				errs[i] = doWithin(closeLimit, func() error { return os.Remove(filepath.Join(dir, e.Name())) })
			})
		}
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("letting go of the targets: %w", err)
	}
	return nil
}
