package procfs

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/core"
)

// Stream is one end of a launched program's standard stream; it implements
// core.StdioFile. Input is its standard input, to be written to; the others are read.
type Stream struct {
	File  *os.File
	Input bool
}

// ReadAt reads what the program has printed so far.
func (s Stream) ReadAt(p []byte, off int64) (int, error) {
	if s.Input {
		return 0, core.Errorf(core.ErrAccess, "reading a standard input: it can only be written")
	}
	return s.File.ReadAt(p, off)
}

// Size is how many bytes the program has printed so far.
func (s Stream) Size() (int64, error) {
	if s.Input {
		return 0, nil
	}
	st, err := s.File.Stat()
	if err != nil {
		return 0, err
	}
	return st.Size(), nil
}

// Write gives the program input. It does not wait: ErrAgain, with what was taken
// before, when the program does not read and the pipe is full.
func (s Stream) Write(p []byte) (done int, err error) {
	if !s.Input {
		return 0, core.Errorf(core.ErrAccess, "writing a standard output: it can only be read")
	}
	raw, err := s.File.SyscallConn()
	if err != nil {
		return 0, core.Errorf(core.ErrGone, "writing to a standard input: %w", err)
	}
	for done < len(p) && err == nil {
		var n int
		var writeErr error
		err = raw.Control(func(fd uintptr) { n, writeErr = unix.Write(int(fd), p[done:]) })
		if writeErr == unix.EINTR {
			continue
		}
		if writeErr == unix.EAGAIN {
			return done, core.Errorf(core.ErrAgain, "writing to a standard input: the program does not read")
		}
		if writeErr != nil {
			return done, writeErr
		}
		done += n
	}
	return done, err
}
