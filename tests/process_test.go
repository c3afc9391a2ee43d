package tests

import (
	"syscall"
)

// newGroup puts a command into a process group of its own.
func newGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func killGroup(pid int, how string) error {
	return syscall.Kill(-pid, map[string]syscall.Signal{"-INT": syscall.SIGINT, "-KILL": syscall.SIGKILL, "-TERM": syscall.SIGTERM}[how])
}

// syscallKill ends a process that this test had launched, if it is there still.
func syscallKill(pid int) {
	if alive(pid) {
		syscall.Kill(pid, syscall.SIGKILL)
	}
}
