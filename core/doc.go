// Package core is the vocabulary of stackfs: what a target is, what its
// memory, registers and threads look like, and which errors they give.
//
// # Model
//
// A [Target] is something that runs or ran: a process, a virtual machine, a
// process inside one, a dump. It has [Thread]s with [Registers], and a
// [Space]: its memory with the [Region]s that lie in it. Everything beyond that
// is an optional power, an interface of one or two methods in powers.go that
// [Power] finds; what a driver lacks it does not implement, and the tree then
// lacks the files that need it.
//
// Facts (Info, Region, Registers, Event) are values; things that move (Target,
// Thread, Memory) are handles that ask the driver at each call, so a handle to
// something that is gone answers [ErrGone] instead of an old value.
//
// # Holding
//
// Hold makes threads stand still until the returned release function is called.
// Holds nest and are counted a thread. Sampling (registers and stack in one
// hold) is the [Sampler] power; [Sample] falls back to Hold for drivers without it.
//
// # Locking
//
// A driver that is a conversation (ptrace, a remote stub) is one goroutine fed
// by a channel; handles may be used by any number of goroutines. No lock is held
// across a call into a target but a hold itself.
//
// # Errors
//
// Errors wrap one of the sentinels of errors.go; package fs maps these, and
// nothing else, to errno. A context that is cancelled makes the call end with
// the context's error (EINTR); one whose deadline passes with [ErrTimeout].
package core
