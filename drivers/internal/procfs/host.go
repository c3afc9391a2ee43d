package procfs

import (
	"os"

	"golang.org/x/sys/unix"
)

// Unlinked opens a new file without a name in os.TempDir, to read and write.
func Unlinked() (*os.File, error) {
	fd, err := unix.Open(os.TempDir(), unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
	if err == nil {
		return os.NewFile(uintptr(fd), "unlinked"), nil
	}
	f, err := os.CreateTemp("", "stackfs-*") // the file system cannot: make one and remove its name
	if err != nil {
		return nil, err
	}
	return f, os.Remove(f.Name())
}
