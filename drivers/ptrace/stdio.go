package ptrace

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers/internal/procfs"
)

// stdio is the standard streams of a launched program. Its output goes to unlinked
// files, so that it never blocks or gets SIGPIPE, whoever goes; its input is a FIFO of which it holds
// the writing end as well. With a pseudo-terminal the terminal's output is pumped
// into one such file.
type stdio struct {
	pty     bool
	input   *os.File // to write to, non-blocking
	outputs [2]*os.File
	theirs  [3]*os.File // what the program gets; closed once it has
	master  *os.File
	pumped  chan struct{}
}

func newStdio(pty bool) (s *stdio, err error) {
	s = &stdio{pty: pty}
	defer func() {
		if err != nil {
			s.Close()
			err = fmt.Errorf("making the standard streams of a launched program: %w", err)
		}
	}()
	if pty {
		return s, s.openTerminal()
	}
	if s.input, s.theirs[0], err = openFIFO(); err != nil {
		return s, err
	}
	for i := range s.outputs {
		if s.outputs[i], s.theirs[i+1], err = openUnlinked(); err != nil {
			return s, err
		}
	}
	return s, nil
}

// openUnlinked opens a new file without a name twice: to read, and to append to.
func openUnlinked() (read, add *os.File, err error) {
	if read, err = procfs.Unlinked(); err != nil {
		return nil, nil, err
	}
	if add, err = reopen(read, unix.O_WRONLY|unix.O_APPEND); err != nil {
		read.Close()
		return nil, nil, err
	}
	return read, add, nil
}

// reopen opens the file behind a descriptor anew, with flags of its own.
func reopen(f *os.File, flags int) (*os.File, error) {
	fd, err := unix.Open(fmt.Sprintf("/proc/self/fd/%d", f.Fd()), flags|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}

func openFIFO() (ours, theirs *os.File, err error) {
	dir, err := os.MkdirTemp("", "stackfs-input-*")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "fifo")
	if err = unix.Mkfifo(path, 0o600); err != nil {
		return nil, nil, err
	}
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	theirs = os.NewFile(uintptr(fd), "input")
	if fd, err = unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0); err != nil {
		theirs.Close()
		return nil, nil, err
	}
	return os.NewFile(uintptr(fd), "input"), theirs, nil
}

// openTerminal makes a pseudo-terminal (pts(4)).
func (s *stdio) openTerminal() error {
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	s.master = os.NewFile(uintptr(fd), "terminal")
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return err
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		return err
	}
	for i := range s.theirs {
		fd, err := unix.Open(fmt.Sprintf("/dev/pts/%d", n), unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
		if err != nil {
			return err
		}
		s.theirs[i] = os.NewFile(uintptr(fd), "terminal")
	}
	return nil
}

// inherited is what the program inherits as descriptors 0 to 3.
func (s *stdio) inherited() []*os.File { return append(s.theirs[:], s.master) }

// started is called once the program has its descriptors.
func (s *stdio) started() error {
	closeAll(s.theirs[:]...)
	s.theirs = [3]*os.File{}
	if s.pty {
		return s.pump()
	}
	return nil
}

// pump copies what the terminal prints into a file.
func (s *stdio) pump() error {
	fd := int(s.master.Fd())
	if err := unix.SetNonblock(fd, true); err != nil { // from now on reads of it end with Close
		return err
	}
	var err error
	if s.input, err = dup(fd); err != nil {
		return err
	}
	from, err := dup(fd)
	if err != nil {
		return err
	}
	closeAll(s.master)
	s.master = from
	var add *os.File
	if s.outputs[0], add, err = openUnlinked(); err != nil {
		return err
	}
	s.pumped = make(chan struct{})
	go func() {
		defer close(s.pumped)
		defer add.Close()
		io.Copy(add, from) // until the terminal is closed; what cannot be kept is lost
	}()
	return nil
}

func dup(fd int) (*os.File, error) {
	n, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(n), "terminal"), nil
}

func closeAll(files ...*os.File) {
	for _, f := range files {
		if f != nil {
			f.Close()
		}
	}
}

// Close closes our ends; the program keeps its own.
func (s *stdio) Close() error {
	closeAll(append(s.theirs[:], s.master, s.input, s.outputs[0], s.outputs[1])...)
	if s.pumped != nil {
		<-s.pumped
	}
	return nil
}

// Stdio implements core.Stdio. With a pseudo-terminal there are 0 and 1.
func (s *stdio) Stdio(n int) (core.StdioFile, error) {
	files := []*os.File{s.input, s.outputs[0], s.outputs[1]}
	if n < 0 || n > 2 || files[n] == nil {
		return nil, core.Errorf(core.ErrNotFound, "opening standard stream %d: the program does not have it from stackfs", n)
	}
	return procfs.Stream{File: files[n], Input: n == 0}, nil
}
