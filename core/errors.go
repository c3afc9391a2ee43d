package core

import (
	"context"
	"errors"
	"fmt"
)

// The kinds of failure. Every error that leaves a package of stackfs wraps one
// of them; the errno in the comment is what a user of the mount sees.
var (
	ErrNotFound    = errors.New("not found")               // ENOENT
	ErrInvalid     = errors.New("invalid")                 // EINVAL
	ErrNoData      = errors.New("no debug info says it")   // ENODATA
	ErrGone        = errors.New("target is gone")          // ESRCH
	ErrBusy        = errors.New("busy")                    // EBUSY
	ErrReadOnly    = errors.New("read-only target")        // EROFS
	ErrPermission  = errors.New("not permitted")           // EPERM
	ErrAccess      = errors.New("access denied")           // EACCES
	ErrTimeout     = errors.New("timed out")               // ETIMEDOUT
	ErrExists      = errors.New("exists already")          // EEXIST
	ErrAgain       = errors.New("nothing there yet")       // EAGAIN
	ErrNameTooLong = errors.New("name is too long")        // ENAMETOOLONG
	ErrUnsupported = errors.New("not supported by driver") // EOPNOTSUPP
	ErrNoDevice    = errors.New("cannot be mapped")        // ENODEV
)

// Kinds lists the sentinels in an order that stays: the index is how a kind
// crosses the socket between a keeper and its server.
var Kinds = []error{
	ErrNotFound, ErrInvalid, ErrNoData, ErrGone, ErrBusy, ErrReadOnly, ErrPermission, ErrAccess, ErrTimeout,
	ErrExists, ErrAgain, ErrNameTooLong, ErrUnsupported, ErrNoDevice, context.Canceled,
}

// A FaultError says that a byte of memory could not be read or written (EIO).
type FaultError struct {
	Addr  uint64 // the first byte that failed
	Write bool
	Err   error // why, if the driver knows; may be nil
}

func (e *FaultError) Error() string {
	verb := "reading"
	if e.Write {
		verb = "writing"
	}
	if e.Err != nil {
		return fmt.Sprintf("%s memory at 0x%016x: %v", verb, e.Addr, e.Err)
	}
	return fmt.Sprintf("%s memory at 0x%016x: not mapped or not readable", verb, e.Addr)
}

func (e *FaultError) Unwrap() error { return e.Err }

// Errorf makes an error of a kind with a message of its own: the kind's text is
// not part of the message, errors.Is finds it all the same. A %w in format is
// wrapped as well.
func Errorf(kind error, format string, args ...any) error {
	return &kindError{kind, fmt.Errorf(format, args...)}
}

type kindError struct{ kind, err error }

func (e *kindError) Error() string   { return e.err.Error() }
func (e *kindError) Unwrap() []error { return []error{e.kind, e.err} }

// ContextError turns the end of ctx into the error a user is to see:
// context.Canceled stays, a passed deadline is ErrTimeout. It is nil while ctx
// is alive.
func ContextError(ctx context.Context, doing string) error {
	err := ctx.Err()
	if errors.Is(err, context.DeadlineExceeded) {
		return Errorf(ErrTimeout, "%s: no answer within options/timeout", doing)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}
