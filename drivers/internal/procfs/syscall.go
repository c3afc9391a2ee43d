package procfs

import (
	"strconv"
	"strings"

	"github.com/stackfs/stackfs/core"
)

// ParseSyscall reads the line of /proc/PID/syscall: "running", "-1 SP PC" or the
// call's number, six arguments, SP and PC (proc_pid_syscall(5)). ErrBusy for a
// thread that runs.
func ParseSyscall(line string) (core.Syscall, error) {
	f := strings.Fields(line)
	if len(f) == 1 && f[0] == "running" {
		return core.Syscall{}, core.Errorf(core.ErrBusy, "reading a system call: the thread runs")
	}
	bad := core.Errorf(core.ErrInvalid, "parsing %.80q: not a line of /proc/PID/syscall", line)
	if len(f) != 3 && len(f) != 9 {
		return core.Syscall{}, bad
	}
	nr, err := strconv.Atoi(f[0])
	if err != nil || (nr < 0) != (len(f) == 3) || nr < -1 {
		return core.Syscall{}, bad
	}
	var values [8]uint64
	for i, word := range f[1:] {
		if values[i], err = strconv.ParseUint(word, 0, 64); err != nil {
			return core.Syscall{}, bad
		}
	}
	s := core.Syscall{Number: nr}
	if nr < 0 {
		s.SP, s.PC = values[0], values[1]
		return s, nil
	}
	copy(s.Args[:], values[:6])
	s.SP, s.PC = values[6], values[7]
	return s, nil
}
