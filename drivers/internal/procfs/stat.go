package procfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/stackfs/stackfs/core"
)

// Stat is what stackfs needs of a line of /proc/PID/stat (proc_pid_stat(5)).
type Stat struct {
	TID   int
	Comm  string
	State byte // one of R S D T t Z X I …
	PPID  int
	Flags uint64 // PF_* of include/linux/sched.h
	CPU   int    // the processor it last ran on; -1: the line ends before it says
}

// flagKthread is PF_KTHREAD of include/linux/sched.h.
const flagKthread = 0x00200000

// Kthread says that the thread belongs to the kernel.
func (s Stat) Kthread() bool { return s.Flags&flagKthread != 0 }

// ParseStat reads a line of /proc/PID/stat or /proc/PID/task/TID/stat. The name
// may hold anything, so it ends at the last parenthesis.
func ParseStat(line string) (Stat, error) {
	bad := core.Errorf(core.ErrInvalid, "parsing %.80q: not a line of /proc/PID/stat", line)
	open, end := strings.IndexByte(line, '('), strings.LastIndexByte(line, ')')
	if open < 1 || end < open {
		return Stat{}, bad
	}
	tid, err := strconv.Atoi(strings.TrimSpace(line[:open]))
	f := strings.Fields(line[end+1:])
	if err != nil || len(f) < 7 || len(f[0]) != 1 {
		return Stat{}, bad
	}
	ppid, e1 := strconv.Atoi(f[1])
	flags, e2 := strconv.ParseUint(f[6], 10, 64)
	if e1 != nil || e2 != nil {
		return Stat{}, bad
	}
	s := Stat{TID: tid, Comm: line[open+1 : end], State: f[0][0], PPID: ppid, Flags: flags, CPU: -1}
	if len(f) > 36 {
		if s.CPU, err = strconv.Atoi(f[36]); err != nil {
			return Stat{}, bad
		}
	}
	return s, nil
}

// ThreadStat reads the line of one thread of a process; ErrGone if it has ended.
func ThreadStat(pid, tid int) (Stat, error) {
	b, err := Read(pid, fmt.Sprintf("task/%d/stat", tid))
	if err != nil {
		return Stat{}, err
	}
	return ParseStat(string(b))
}

// Read reads a file of /proc/PID whole: ErrGone if the process or thread is not
// there, ErrPermission if the kernel refuses.
func Read(pid int, name string) ([]byte, error) {
	b, err := os.ReadFile(Path(pid, name))
	return b, Error(err)
}

// Path is the path of a file of /proc/PID.
func Path(pid int, name string) string {
	return filepath.Join("/proc", strconv.Itoa(pid), name)
}

// Error turns the failure of a file operation on /proc into one of core's kinds.
func Error(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ESRCH):
		return core.Errorf(core.ErrGone, "%w", err)
	case errors.Is(err, fs.ErrPermission):
		return core.Errorf(core.ErrPermission, "%w: needs the same user or CAP_SYS_PTRACE", err)
	}
	return err
}

// Core turns the kernel's letter (fs/proc/array.c, task_state_array) into core's
// state; a letter it does not know is Running. The t of a thread under ptrace is
// Stopped here: only the tracer knows better.
func (s Stat) Core() core.State {
	switch s.State {
	case 'S', 'I':
		return core.Sleeping
	case 'D':
		return core.Blocked
	case 'T', 't':
		return core.Stopped
	case 'Z':
		return core.Zombie
	case 'X', 'x':
		return core.Dead
	}
	return core.Running
}

// Tasks lists the threads of a process in no order.
func Tasks(pid int) ([]int, error) {
	d, err := os.Open(Path(pid, "task"))
	if err != nil {
		return nil, Error(err)
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	if err != nil {
		return nil, Error(err)
	}
	tids := make([]int, 0, len(names))
	for _, n := range names {
		if tid, err := strconv.Atoi(n); err == nil {
			tids = append(tids, tid)
		}
	}
	return tids, nil
}
