package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// A readyPipe is where a server in the background tells its parent how it went.
type readyPipe struct{ f *os.File }

// openReady takes over the descriptor; children must not have it, since the
// parent waits for its end.
func openReady(fd int) *readyPipe {
	if fd == 0 {
		return nil
	}
	unix.CloseOnExec(fd)
	return &readyPipe{os.NewFile(uintptr(fd), "ready")}
}

// tell says readyWord, or what went wrong. A parent that is gone is an error:
// nobody would know of the mount.
func (r *readyPipe) tell(text string) error {
	if r == nil {
		return nil
	}
	defer r.f.Close()
	if _, err := io.WriteString(r.f, text); err != nil {
		return fmt.Errorf("telling the command that waits for the mount: %w", err)
	}
	return nil
}

// closeInherited closes what the user's shell has left open, from first on: a
// daemon must not keep somebody's lock or pipe. What Go's runtime opens has
// close-on-exec, which inherited descriptors cannot have.
func closeInherited(first int) error {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	for _, e := range entries {
		fd, err := strconv.Atoi(e.Name())
		if err != nil || fd < first {
			continue
		}
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
			_ = unix.Close(fd)
		}
	}
	return nil
}

// logTo makes a file standard error, for this process, its keepers and a crash of
// the Go runtime alike. An empty name leaves it.
func logTo(name string) error {
	if name == "" {
		return nil
	}
	if name != os.DevNull {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			return fmt.Errorf("making the log's directory: %w; choose another with --log", err)
		}
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("opening the log: %w; choose another with --log", err)
	}
	defer f.Close()
	return unix.Dup3(int(f.Fd()), 2, 0)
}
