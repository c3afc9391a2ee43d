// Package ptrace makes targets of this machine's processes, running ones and such
// as it starts itself.
//
// # Model
//
// A target is one conversation: a goroutine with a thread of its own (the tracer;
// ptrace ties every call to the thread that attached) that owns the state of all
// tracees, runs what callers send it, and takes their stops from wait4. It never
// blocks: a thread that does not stop at once is waited for while other calls go on.
//
// All threads are attached with PTRACE_SEIZE, which they do not feel. A hold is
// PTRACE_INTERRUPT; a thread runs while nobody wants it to stand still. Signals are
// passed on unchanged, as they were sent; a group-stopped process stays so
// (PTRACE_LISTEN). Children of fork and vfork are let go at once.
//
// # A stop is not felt
//
// A thread that a stop takes out of a system call which then returns EINTR is set
// back to the call at the stop itself, so that it is right even if the tracer dies
// there; register reads show the state before that. See rewind.go.
//
// # Letting go
//
// Close ends the tracer's thread. The kernel then detaches what it traces without
// waking any of it (exit_ptrace); only threads that stand in a stop are detached
// one by one before, with the signal that they were to get.
//
// # In process
//
// A target that is a child of this very process must not be waited for by
// os.Process.Wait before Close: the kernel would give that its stops.
//
// # Locking
//
// The state of threads belongs to the loop and has no lock. Info and the list of
// threads are copies under board.mu, read without asking the loop.
//
// # Errors
//
// ErrGone for a process or thread that has ended, ErrBusy for registers of a
// thread that is not held and for a process that somebody else traces,
// ErrPermission with what to change, ErrReadOnly for a target attached with ro,
// ErrTimeout for a thread that does not stop in time (it is in state D; the
// request stays with it and is taken back when it stops).
package ptrace
