package procfs

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Monotonic is the time of CLOCK_MONOTONIC, which events carry.
func Monotonic() time.Duration {
	var ts unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts) != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}

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
