package core

import (
	"context"
	"time"
)

// A Target is one thing that is looked into. Its methods may be called from any
// goroutine; after Close, and after the thing itself is gone, they answer ErrGone.
type Target interface {
	// Info is what is known about the target now, without disturbing it.
	Info(ctx context.Context) (Info, error)
	// Space is the target's memory. It stays valid across exec.
	Space() Space
	// Threads lists the threads there are now, by ID, ascending.
	Threads(ctx context.Context) ([]Thread, error)
	// Hold makes the given threads (none given: all, and those made meanwhile)
	// stand still until release is called, which may be done more than once. Holds
	// nest. On an error nothing is held. On a dump it does nothing.
	Hold(ctx context.Context, tids ...int) (release func(), err error)
	// Close lets go of the target and leaves it as it was found.
	Close() error
}

// A Thread is a thread of a target, or a virtual CPU: a small key. What it says
// is looked up at each call; ErrGone once the thread has ended.
type Thread interface {
	ID() int // the kernel's thread id, as the machine that stackfs runs on numbers it
	Status(ctx context.Context) (ThreadStatus, error)
	// Registers needs the thread held, else ErrBusy.
	Registers(ctx context.Context) (Registers, error)
}

// State is what a target or thread does.
type State string

// The states of a target. Waiting is a target whose process does not exist yet.
const (
	Running State = "running"
	Stopped State = "stopped"
	Waiting State = "waiting"
	Exited  State = "exited"
	Gone    State = "gone"
)

// The further states of a thread.
const (
	Sleeping State = "sleeping" // interruptible, in a system call
	Blocked  State = "blocked"  // uninterruptible
	Zombie   State = "zombie"
	Dead     State = "dead"
)

// Info is the facts of a target's status.
type Info struct {
	Driver  string // "ptrace"
	State   State
	Reason  string // none, request, probe NAME, signal NAME, step, exec, exit N
	TID     int    // the thread that the reason is about; 0: none
	PID     int    // 0: not a process
	Comm    string
	Arch    *Arch
	Exe     string // the executable's path as the target sees it
	Threads int
	// ReadOnly: attached with ro.
	ReadOnly bool
	Memory   string // the path taken to memory: process_vm, proc-mem, calls, …
	Keeper   string // the keeper's process id, none or lost, with a remark if it has no shared memory
	// Peeks counts holds made for reading, LongestStop is the longest a thread
	// stood still for one, Restarted counts system calls rewound after one.
	Peeks       int
	LongestStop time.Duration
	Restarted   int
	Warning     string // one sentence, or empty
	// Launched says that the program was started by stackfs.
	Launched bool
	// Generation changes when the target runs another program (exec).
	Generation int
}

// ThreadStatus is the facts of a thread.
type ThreadStatus struct {
	TID, PID int
	Name     string
	State    State
	CPU      int    // the processor it last ran on; -1: not known
	Reason   string // why it is stopped, as Info.Reason
}

// An Event is something that happened to a target itself.
type Event struct {
	Time time.Duration // CLOCK_MONOTONIC
	TID  int
	PID  int
	Comm string
	CPU  int    // -1: not known
	What string // stopped running exec fork exit thread library lost
	Text string // what more there is to say: the signal, the path, the child
}
