package core

import (
	"context"
	"io"
	"reflect"
)

// Power finds an optional power P (one of the interfaces below) of a target. A
// target that stands for one elsewhere says which powers that one has by
// implementing Offers(name string) bool, name being the interface's.
func Power[P any](t Target) (power P, ok bool) {
	power, ok = t.(P)
	if o, limited := t.(interface{ Offers(string) bool }); ok && limited {
		ok = o.Offers(reflect.TypeFor[P]().Name())
	}
	if !ok {
		var none P
		return none, false
	}
	return power, true
}

// Has says whether a target has power P.
func Has[P any](t Target) bool {
	_, ok := Power[P](t)
	return ok
}

// PowerNames tells which of the optional powers a target has, for a far end.
func PowerNames(t Target) []string {
	var names []string
	for _, p := range powers {
		if p.has(t) {
			names = append(names, p.name)
		}
	}
	return names
}

type power struct {
	name string
	has  func(Target) bool
}

func powerOf[P any]() power { return power{reflect.TypeFor[P]().Name(), Has[P]} }

var powers = []power{
	powerOf[MemoryWriter](), powerOf[RegisterWriter](), powerOf[Sampler](), powerOf[Stopper](), powerOf[Waiter](),
	powerOf[Signaler](), powerOf[ProcessFiles](), powerOf[Images](), powerOf[SyscallReader](), powerOf[Stdio](),
	powerOf[Notifier](),
}

// MemoryWriter writes a target's memory; code too (a private copy is made as
// ptrace does). n < len(p) implies an error, a byte that cannot be written is a
// *FaultError.
type MemoryWriter interface {
	WriteMemory(ctx context.Context, p []byte, addr uint64) (n int, err error)
}

// RegisterWriter writes register i of a held thread, little-endian bytes.
type RegisterWriter interface {
	WriteRegister(ctx context.Context, tid, i int, b []byte) error
}

// A Snapshot is one thread at one moment.
type Snapshot struct {
	TID       int
	Registers Registers
	Stack     Bytes // from the stack pointer (less the red zone) upwards, as asked; shorter where the mapping ends
	Err       error // why this thread could not be taken (ErrGone, ErrTimeout)
}

// Want is what to take of each thread.
type Want struct {
	Stack int  // bytes of the stack, at most
	All   bool // every register; else the general ones, which is quicker
}

// Sampler takes threads' registers and stacks, each thread being held just for
// that; a thread that is held already stays so.
type Sampler interface {
	Sample(ctx context.Context, tids []int, w Want) ([]Snapshot, error)
}

// Stopper stops and continues on request: the whole target (tid 0) or one
// thread. Both return when it has happened; both may be said twice.
type Stopper interface {
	Stop(ctx context.Context, tid int) error
	Cont(ctx context.Context, tid int) error
}

// Waiter waits until the target's state is the given one (Stopped or Exited).
type Waiter interface {
	Wait(ctx context.Context, s State) error
}

// Signaler sends a signal to the target (tid 0) or to one thread of it.
type Signaler interface {
	Signal(ctx context.Context, sig, tid int) error
}

// ProcessFiles reads what the kernel tells about a process: auxv, environ,
// cmdline, maps whole; cwd, exe as link text.
type ProcessFiles interface {
	ProcessFile(ctx context.Context, name string) ([]byte, error)
}

// A File is an image to read: an executable, a library. Descriptor is an open
// descriptor that may be mapped, or -1.
type File interface {
	io.ReaderAt
	io.Closer
	Size() int64
	Descriptor() int
}

// Images opens the file behind a mapping, as the target sees it: through its
// mount namespace, also when it has been deleted or replaced since.
type Images interface {
	OpenImage(ctx context.Context, r Region) (File, error)
}

// Syscall is the system call a thread is in. Number is -1 outside of one.
type Syscall struct {
	Number int
	Args   [6]uint64
	SP, PC uint64
}

// SyscallReader tells the system call a thread is blocked in, without stopping
// it; ErrBusy when the thread runs.
type SyscallReader interface {
	Syscall(ctx context.Context, tid int) (Syscall, error)
}

// Stdio gives the standard streams of a launched program: 0 to write to, 1 and 2
// to read from. Read ones have a growing true size. The caller must not close
// them. ErrNotFound if the stream is not stackfs's to give.
type Stdio interface {
	Stdio(n int) (StdioFile, error)
}

// StdioFile is one end of a launched program's standard stream.
type StdioFile interface {
	io.ReaderAt
	io.Writer
	Size() (int64, error)
}

// Notifier tells what happens to the target to f, in order, from now until
// Close; f must not block. One f at a time: a later call replaces it.
type Notifier interface {
	Notify(f func(Event))
}
