package procfs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/core"
)

// Image is an open image file; it implements core.File.
type Image struct{ *os.File }

// Size is the file's length in bytes, 0 if it cannot be told.
func (i Image) Size() int64 {
	st, err := i.Stat()
	if err != nil {
		return 0
	}
	return st.Size()
}

// Descriptor is the open descriptor, valid until Close.
func (i Image) Descriptor() int { return int(i.Fd()) }

// OpenImage opens the file behind a mapping as the process sees it: by its path in
// the process's root if that is the same file still, else by /proc/PID/map_files
// (which needs CAP_CHECKPOINT_RESTORE), else /proc/PID/exe. ErrNotFound if
// the mapping has no file or none of the three leads to it.
func OpenImage(ctx context.Context, pid int, r core.Region) (core.File, error) {
	if err := core.ContextError(ctx, "opening an image"); err != nil {
		return nil, err
	}
	path, ok := r.File()
	if !ok {
		return nil, core.Errorf(core.ErrNotFound, "opening the image at 0x%016x: the mapping has no file", r.Start)
	}
	tries := []func() (*os.File, error){
		func() (*os.File, error) { return openInRoot(pid, Unescape(path)) },
		func() (*os.File, error) {
			return openRegular(Path(pid, fmt.Sprintf("map_files/%x-%x", r.Start, r.End)))
		},
		func() (*os.File, error) { return openRegular(Path(pid, "exe")) },
	}
	var errs []error
	for i, try := range tries {
		f, err := try()
		if err == nil && (i == 1 || sameFile(f, r)) {
			return Image{f}, nil
		}
		if err == nil {
			f.Close()
			err = fmt.Errorf("%s is another file", f.Name())
		}
		errs = append(errs, err)
	}
	if _, err := os.Lstat(Path(pid, "root")); err != nil && errors.Is(Error(err), core.ErrGone) {
		return nil, core.Errorf(core.ErrGone, "opening the image %s: process %d is gone", path, pid)
	}
	return nil, core.Errorf(core.ErrNotFound, "opening the image %s: %w", path, errors.Join(errs...))
}

// Unescape turns a path as /proc/PID/maps prints it into the path itself:
// newlines are \012 there, a deleted file has a remark at its end.
func Unescape(path string) string {
	return strings.ReplaceAll(strings.TrimSuffix(path, " (deleted)"), `\012`, "\n")
}

// openInRoot opens a path in the mount namespace and root of a process; links in it
// cannot lead out (openat2(2), RESOLVE_IN_ROOT).
func openInRoot(pid int, path string) (*os.File, error) {
	root, err := unix.Open(Path(pid, "root"), unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("opening the root of process %d: %w", pid, err)
	}
	defer unix.Close(root)
	how := unix.OpenHow{Flags: unix.O_RDONLY | unix.O_CLOEXEC | unix.O_NONBLOCK, Resolve: unix.RESOLVE_IN_ROOT}
	fd, err := unix.Openat2(root, path, &how)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	return regular(os.NewFile(uintptr(fd), path))
}

func openRegular(path string) (*os.File, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	return regular(os.NewFile(uintptr(fd), path))
}

func regular(f *os.File) (*os.File, error) {
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = fmt.Errorf("opening %s: not a regular file", f.Name())
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func sameFile(f *os.File, r core.Region) bool {
	var st unix.Stat_t
	if unix.Fstat(int(f.Fd()), &st) != nil {
		return false
	}
	return st.Ino == r.Inode && fmt.Sprintf("%02x:%02x", unix.Major(st.Dev), unix.Minor(st.Dev)) == r.Dev
}
