package core

import (
	"syscall"
	"time"
	"unsafe"
)

// Now is CLOCK_MONOTONIC, the clock of every time that stackfs prints: the one
// that tracefs (trace_clock mono), perf and bpftrace print, so records compare.
func Now() time.Duration {
	const clockMonotonic = 1
	var ts syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clockMonotonic, uintptr(unsafe.Pointer(&ts)), 0)
	return time.Duration(ts.Nano())
}
