package keeper

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers/ptrace"
)

// Serve is the whole life of a keeper: the command stackfs keeper. It talks over
// descriptor 0, or 0 and 1 where 0 is not a socket, and returns when the server has gone.
func Serve() error {
	if err := closeInherited(); err != nil {
		return err
	}
	if err := os.Chdir("/"); err != nil {
		return err
	}
	ignored := make(chan os.Signal, 1) // not signal.Ignore: programs that we launch would inherit that
	signal.Notify(ignored, unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGPIPE, unix.SIGQUIT)
	c, err := newConn(os.NewFile(0, "server"), os.NewFile(1, "server"))
	if err != nil {
		return err
	}
	if err := plugStandard(c.unix != nil); err != nil {
		return err
	}
	err = newServer(c, drivers()).run()
	if isEOF(err) {
		return nil
	}
	return err
}

// drivers are those that a keeper can host.
func drivers() []core.Driver { return []core.Driver{ptrace.Driver(), ptrace.LaunchDriver()} }

// closeInherited closes what the server has left open: descriptors without
// close-on-exec, since Go's runtime opens its own with it.
func closeInherited() error {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	for _, e := range entries {
		fd, err := strconv.Atoi(e.Name())
		if err != nil || fd < 3 {
			continue
		}
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
			unix.Close(fd)
		}
	}
	return nil
}

// plugStandard opens /dev/null where the socket was, which newConn has duplicated, so that
// nothing else keeps the socket open or writes to it.
func plugStandard(socket bool) error {
	if !socket {
		return nil
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	for fd := range 2 {
		if err := unix.Dup3(int(null.Fd()), fd, 0); err != nil && int(null.Fd()) != fd {
			return err
		}
	}
	return nil
}

// isEOF says that the other end has gone.
func isEOF(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, os.ErrClosed)
}

// RunExecHelper is what a program that serves as keeper must call first in main,
// with its arguments after the program's name: launched programs begin as another
// copy of it. See ptrace.RunExecHelper.
func RunExecHelper(args []string) { ptrace.RunExecHelper(args) }
