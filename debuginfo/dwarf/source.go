package dwarf

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	"github.com/stackfs/stackfs/core"
)

// Bounds of source files: bytes that are read of one, bytes that are shown of a
// line, lines that are shown on each side.
const (
	maxSourceSize    = 64 << 20
	maxSourceLine    = 4096
	maxSourceContext = 1000
)

// Source reads a line of a source file, the first being 1, with context lines before
// and after it as far as they are there; first is the number of the first one that
// is returned. file is an absolute path as line tables have it; root is where its /
// is: empty or "/" for that of this process, /proc/PID/root for a container's, out
// of which no symbolic link leads. Lines come without their ends and as UTF-8, what
// is none replaced by U+FFFD; what is behind 4096 bytes is cut off.
//
// ErrNotFound: there is no such file or no such line. ErrAccess: it may not be read.
// ErrInvalid: the path is relative, it is no regular file or no text, or the line is
// not in its first 64 MiB.
func Source(root, file string, line, context int) (lines []string, first int, err error) {
	if !path.IsAbs(file) || line < 1 {
		return nil, 0, core.Errorf(core.ErrInvalid, "reading source %s:%d: it takes an absolute path and a line from 1 on", file, line)
	}
	f, err := openSource(root, path.Clean(file))
	if err != nil {
		return nil, 0, sourceError(file, err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, 0, core.Errorf(core.ErrInvalid, "reading source %s: it is not a regular file", file)
	}
	context = max(0, min(context, maxSourceContext))
	first = max(1, line-context)
	s := sourceReader{from: first, to: line + context, limit: maxSourceSize}
	if err := s.read(f); err != nil {
		return nil, 0, sourceError(file, err)
	}
	if s.line < line {
		return nil, 0, core.Errorf(core.ErrNotFound, "reading source %s: it has %d lines, none is line %d", file, s.line, line)
	}
	return s.lines, first, nil
}

// openSource does not wait for the other end of a pipe.
func openSource(root, file string) (*os.File, error) {
	if root == "" || root == "/" {
		return os.OpenFile(file, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	}
	dir, err := os.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return dir.OpenFile(strings.TrimPrefix(file, "/"), os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

func sourceError(file string, err error) error {
	kind := core.ErrInvalid
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		kind = core.ErrNotFound
	case errors.Is(err, fs.ErrPermission):
		kind = core.ErrAccess
	}
	return core.Errorf(kind, "reading source %s: %w", file, err)
}

var (
	errNoText     = errors.New("it is no text: it has NUL bytes")
	errSourceSize = errors.New("the line is not in its first 64 MiB")
)

// sourceReader keeps the lines [from, to] of a file.
type sourceReader struct {
	from, to int
	limit    int64
	line     int // how many have begun
	lines    []string
}

// read reads up to the last line that is wanted, or the end.
func (s *sourceReader) read(f io.Reader) error {
	limited := &io.LimitedReader{R: f, N: s.limit}
	r := bufio.NewReaderSize(limited, 64<<10)
	begins := true // what is read next begins a line
	for {
		part, err := r.ReadSlice('\n')
		if bytes.IndexByte(part, 0) >= 0 {
			return errNoText
		}
		if len(part) > 0 {
			s.add(part, begins)
			begins = err == nil
		}
		switch {
		case err == nil && s.line == s.to:
			return nil
		case err == io.EOF && limited.N == 0:
			return errSourceSize
		case err == io.EOF:
			return nil
		case err != nil && err != bufio.ErrBufferFull:
			return err
		}
	}
}

// add takes a line or the next part of a long one.
func (s *sourceReader) add(part []byte, begins bool) {
	if begins {
		s.line++
	}
	if begins && s.line >= s.from {
		text := strings.TrimRight(string(part[:min(len(part), maxSourceLine)]), "\r\n")
		s.lines = append(s.lines, strings.ToValidUTF8(text, "\uFFFD"))
	}
}
