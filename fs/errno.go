package fs

import (
	"context"
	"errors"
	"syscall"

	"github.com/stackfs/stackfs/core"
)

var errnos = []struct {
	kind  error
	errno syscall.Errno
}{
	{context.Canceled, syscall.EINTR},
	{context.DeadlineExceeded, syscall.ETIMEDOUT},
	{core.ErrGone, syscall.ESRCH},
	{core.ErrNotFound, syscall.ENOENT},
	{core.ErrInvalid, syscall.EINVAL},
	{core.ErrNoData, syscall.ENODATA},
	{core.ErrBusy, syscall.EBUSY},
	{core.ErrReadOnly, syscall.EROFS},
	{core.ErrPermission, syscall.EPERM},
	{core.ErrAccess, syscall.EACCES},
	{core.ErrTimeout, syscall.ETIMEDOUT},
	{core.ErrExists, syscall.EEXIST},
	{core.ErrAgain, syscall.EAGAIN},
	{core.ErrNameTooLong, syscall.ENAMETOOLONG},
	{core.ErrUnsupported, syscall.EOPNOTSUPP},
	{core.ErrNoDevice, syscall.ENODEV},
}

// Errno is what a client sees of an error.
func Errno(err error) syscall.Errno {
	if err == nil {
		return 0
	}
	if _, fault := core.IsFault(err); fault {
		return syscall.EIO
	}
	for _, e := range errnos {
		if errors.Is(err, e.kind) {
			return e.errno
		}
	}
	return syscall.EIO
}
