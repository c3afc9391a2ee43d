package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/fs"
)

// errNoAnswer is what something mounted that hangs gives.
var errNoAnswer = errors.New("what is mounted there does not answer")

// errDead is what a mount whose server is gone gives.
var errDead = errors.New("what is mounted there is dead")

// answerLimit is how long something mounted may take to answer.
const answerLimit = 2 * time.Second

// A mountpoint is where a tree is to be mounted.
type mountpoint struct {
	path string // absolute, without links
	made bool   // it was not there before
}

// prepareMountpoint finds, or makes, the directory to mount on. A mount left dead
// there by a crash is taken away.
func prepareMountpoint(dir string) (mountpoint, error) {
	path, err := resolve(dir)
	if err != nil {
		return mountpoint{}, err
	}
	if err := doWithin(answerLimit, func() error { return fs.Recover(path) }); err != nil {
		return mountpoint{}, err
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		if err := os.Mkdir(path, 0o700); err != nil {
			return mountpoint{}, fmt.Errorf("making the mount point: %w", err)
		}
		return mountpoint{path, true}, nil
	case err != nil:
		return mountpoint{}, fmt.Errorf("looking at the mount point: %w", err)
	case !info.IsDir():
		return mountpoint{}, fmt.Errorf("mounting at %s: it is no directory; name one, or a name that is free", path)
	}
	return mountpoint{path: path}, checkMountpoint(path)
}

// checkMountpoint says why a directory cannot be mounted on.
func checkMountpoint(path string) error {
	living, err := isStackfs(path)
	if err != nil {
		return fmt.Errorf("mounting at %s: %w; stackfs umount %s takes it away", path, err, path)
	}
	if living {
		return fmt.Errorf("mounting at %s: a stackfs is mounted there already; write to its ctl, or stackfs umount %s", path, path)
	}
	if os.Getuid() != 0 && unix.Access(path, unix.W_OK|unix.X_OK) != nil {
		return fmt.Errorf("mounting at %s: you may not write there, which fusermount3 asks for; use a directory of your own", path)
	}
	return nil
}

// undo takes away a directory that prepareMountpoint made.
func (m mountpoint) undo() {
	if m.made {
		_ = os.Remove(m.path)
	}
}

// resolve is an absolute path without links. The last component is not looked
// into where it is a dead mount, and need not be there.
func resolve(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if abs == "/" {
		return "", errors.New("mounting at /: that would hide everything; name another directory")
	}
	parent, err := filepath.EvalSymlinks(filepath.Dir(abs))
	if err != nil {
		return "", fmt.Errorf("finding %s: %w; mkdir -p %s makes it", abs, err, filepath.Dir(abs))
	}
	path := filepath.Join(parent, filepath.Base(abs))
	if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSymlink != 0 {
		return filepath.EvalSymlinks(path)
	}
	return path, nil
}

// isStackfs says whether a directory is the root of a living mount of ours.
func isStackfs(dir string) (bool, error) {
	st, err := within(answerLimit, func() (st unix.Statfs_t, err error) {
		err = unix.Statfs(dir, &st)
		return st, err
	})
	const fuseMagic = 0x65735546 // FUSE_SUPER_MAGIC, statfs(2)
	switch {
	case errors.Is(err, syscall.ENOTCONN):
		return false, errDead
	case err != nil || st.Type != fuseMagic:
		return false, err
	}
	text, err := within(answerLimit, func() ([]byte, error) { return os.ReadFile(filepath.Join(dir, "version")) })
	if errors.Is(err, errNoAnswer) {
		return false, err
	}
	return strings.HasPrefix(string(text), "stackfs "), nil
}

// within does something that may hang, such as touching a mount whose server
// does; the goroutine stays behind then.
func within[T any](limit time.Duration, do func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		v, err := do()
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-time.After(limit):
		var zero T
		return zero, errNoAnswer
	}
}

// doWithin is within for what has no value.
func doWithin(limit time.Duration, do func() error) error {
	_, err := within(limit, func() (struct{}, error) { return struct{}{}, do() })
	return err
}
