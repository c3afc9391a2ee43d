package debuginfo

import (
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/stackfs/stackfs/core"
)

// minMapped is the size from which files are mapped, bytes: for smaller ones a
// copy of what is needed costs less than the mapping and its page faults.
const minMapped = 1 << 20

// fuseMagic is what statfs(2) says of a FUSE file (FUSE_SUPER_MAGIC, linux/magic.h).
const fuseMagic = 0x65735546

// mapFile maps a whole file of the host, nil if it cannot or need not be. Files of
// FUSE are read instead: their pages may come from this very process, which could
// not give them while it waits for one.
func mapFile(f core.File) []byte {
	fd, size := f.Descriptor(), f.Size()
	if fd < 0 || size < minMapped || int64(int(size)) != size {
		return nil
	}
	var st syscall.Statfs_t
	if err := syscall.Fstatfs(fd, &st); err != nil || uint32(st.Type) == fuseMagic {
		return nil
	}
	b, err := syscall.Mmap(fd, 0, int(size), syscall.PROT_READ, syscall.MAP_PRIVATE)
	if err != nil {
		return nil
	}
	return b
}

// unmap ends a mapping that mapFile made, when nothing can refer to it any more.
func unmap(b []byte) { _ = syscall.Munmap(b) }

// Guard calls f, which may touch what [Image.Section] gave, in this goroutine. A
// mapped file that became shorter meanwhile raises SIGBUS where it is read; that
// ends f and is ErrInvalid. f must not hold locks without deferring their release.
func Guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch r := recover().(type) {
		case nil:
		case faultError:
			err = core.Errorf(core.ErrInvalid, "a debug file was cut short while it was read; attach or refresh again: %w", error(r))
		default:
			panic(r)
		}
	}()
	return f()
}

// faultError is what the runtime panics with for a fault at an address
// (runtime/debug.SetPanicOnFault); a nil pointer has no Addr and stays a panic.
type faultError interface {
	runtime.Error
	Addr() uintptr
}
