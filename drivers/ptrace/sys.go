package ptrace

import (
	"fmt"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// request is one ptrace(2) call; but for PTRACE_SEIZE (undertaker.seize) none blocks,
// so the scheduler is not told.
func request(req, tid int, addr, data uintptr) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_PTRACE, uintptr(req), uintptr(tid), addr, data, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// requestData is request with something for the kernel to read or fill in. It takes
// a pointer: a stack may move between the making of a uintptr and the call.
func requestData(req, tid int, addr uintptr, data unsafe.Pointer) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_PTRACE, uintptr(req), uintptr(tid), addr, uintptr(data), 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// wait takes one change of a tracee of this thread, tid -1 for any; 0 if there is none.
// Children of other threads, such as those of os/exec, are not seen (__WNOTHREAD), and
// this one has none (onOwnThread).
func wait(tid int) (int, unix.WaitStatus) {
	var ws int32
	n, _, errno := unix.RawSyscall6(unix.SYS_WAIT4, uintptr(tid), uintptr(unsafe.Pointer(&ws)),
		unix.WALL|unix.WNOTHREAD|unix.WNOHANG, 0, 0, 0)
	if errno != 0 {
		return 0, 0
	}
	return int(n), unix.WaitStatus(ws)
}

func schedYield() { unix.RawSyscall(unix.SYS_SCHED_YIELD, 0, 0, 0) }

// eventMessage is what a PTRACE_EVENT says beside itself: the new or former thread's id.
func eventMessage(tid int) int {
	msg, err := unix.PtraceGetEventMsg(tid)
	if err != nil {
		return 0
	}
	return int(msg)
}

func readRegset(tid, kind int, b []byte) (n int, err error) {
	iov := unix.Iovec{Base: &b[0]}
	iov.SetLen(len(b))
	err = requestData(unix.PTRACE_GETREGSET, tid, uintptr(kind), unsafe.Pointer(&iov))
	runtime.KeepAlive(b)
	return int(iov.Len), err
}

func writeRegset(tid, kind int, b []byte) error {
	iov := unix.Iovec{Base: &b[0]}
	iov.SetLen(len(b))
	err := requestData(unix.PTRACE_SETREGSET, tid, uintptr(kind), unsafe.Pointer(&iov))
	runtime.KeepAlive(b)
	return err
}

// SignalName is the name of a signal as kill -l and gdb have it: SIGUSR1, SIG34.
func SignalName(sig int) string {
	if name := unix.SignalName(syscall.Signal(sig)); name != "" {
		return name
	}
	return fmt.Sprintf("SIG%d", sig)
}

// onOwnThread runs f on an operating system thread that ends with it and has no
// children. The main thread never ends in Go's runtime (mexit parks it); on one
// that has forked, wait would see its children too, and take their ends from os/exec
// or their stops from another target of this process.
func onOwnThread(f func()) {
	go func() {
		runtime.LockOSThread()
		if unix.Gettid() != unix.Getpid() && childless() {
			f()
			return
		}
		begun := make(chan struct{})
		onOwnThread(func() { close(begun); f() })
		<-begun
		runtime.UnlockOSThread()
	}()
}

// childless says that this thread has no children.
func childless() bool {
	const options = unix.WEXITED | unix.WNOHANG | unix.WNOWAIT | unix.WALL | unix.WNOTHREAD
	return unix.Waitid(unix.P_ALL, 0, nil, options, nil) == unix.ECHILD
}
