package debuginfo

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"github.com/stackfs/stackfs/core"
)

// hostFile is a file of the machine that stackfs runs on.
type hostFile struct {
	*os.File
	size int64
}

func (f hostFile) Size() int64     { return f.size }
func (f hostFile) Descriptor() int { return int(f.Fd()) }

func openHost(path string) (hostFile, error) { return openIn("", path) }

// openIn opens a regular file; where a root is given, links cannot lead out of it.
// ErrNotFound if there is no such file.
func openIn(root, path string) (hostFile, error) {
	fd, err := openBelow(root, path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return hostFile{}, core.Errorf(core.ErrNotFound, "no such file")
	}
	if err != nil {
		return hostFile{}, fmt.Errorf("opening: %w", err)
	}
	f := os.NewFile(uintptr(fd), filepath.Join(root, path))
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = core.Errorf(core.ErrInvalid, "%s is not a regular file", f.Name())
	}
	if err != nil {
		f.Close()
		return hostFile{}, err
	}
	return hostFile{f, st.Size()}, nil
}

// openFlags do not wait for the writer of a pipe.
const openFlags = syscall.O_RDONLY | syscall.O_CLOEXEC | syscall.O_NONBLOCK

func openBelow(root, path string) (fd int, err error) {
	if root == "" {
		return syscall.Open(path, openFlags, 0)
	}
	const oPath = 0x200000 // O_PATH, asm-generic/fcntl.h
	dir, err := syscall.Open(root, oPath|syscall.O_CLOEXEC|syscall.O_DIRECTORY, 0)
	if err != nil {
		return -1, err
	}
	defer syscall.Close(dir)
	return openat2(dir, path)
}

// openat2 opens a path as if dir was the root directory (openat2(2), Linux 5.6).
func openat2(dir int, path string) (fd int, err error) {
	const (
		number        = 437  // __NR_openat2, the same on all architectures
		resolveInRoot = 0x10 // RESOLVE_IN_ROOT, linux/openat2.h
	)
	name, err := syscall.BytePtrFromString(path)
	if err != nil {
		return -1, err
	}
	how := struct{ flags, mode, resolve uint64 }{openFlags, 0, resolveInRoot}
	n, _, errno := syscall.Syscall6(number, uintptr(dir), uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(&how)), unsafe.Sizeof(how), 0, 0)
	if errno != 0 {
		return -1, errno
	}
	return int(n), nil
}

// realPath is where the file is without symbolic links, in the mount namespace that
// it was opened in; path if that cannot be told.
func (f hostFile) realPath(path string) string {
	real, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(f.Descriptor()))
	if err != nil || !filepath.IsAbs(real) {
		return path
	}
	return strings.TrimSuffix(real, " (deleted)")
}

// sameCRC checks that d belongs to img as .gnu_debuglink says: by the CRC-32 of the
// whole file. A file whose link leads to itself is not its own debug file.
func (img *Image) sameCRC(d *Image) error {
	if a, b := fileIdentity(img.file.Descriptor()), fileIdentity(d.file.Descriptor()); a != "" && a == b {
		return core.Errorf(core.ErrInvalid, "this is the file itself")
	}
	if img.buildID != "" && d.buildID != "" && img.buildID != d.buildID {
		return img.sameBuild(d)
	}
	h := crc32.NewIEEE()
	if _, err := io.Copy(h, io.NewSectionReader(d.file, 0, d.file.Size())); err != nil {
		return fmt.Errorf("reading: %w", err)
	}
	if h.Sum32() != img.debugCRC {
		return core.Errorf(core.ErrInvalid, "CRC 0x%08x, want 0x%08x: the file belongs to another build", h.Sum32(), img.debugCRC)
	}
	return nil
}

// fileIdentity tells one version of a file from another; empty: not known.
func fileIdentity(fd int) string {
	var st syscall.Stat_t
	if fd < 0 || syscall.Fstat(fd, &st) != nil {
		return ""
	}
	return fmt.Sprintf("%d:%d %d.%09d %d", st.Dev, st.Ino, st.Mtim.Sec, st.Mtim.Nsec, st.Size)
}
