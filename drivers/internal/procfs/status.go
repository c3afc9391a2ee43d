package procfs

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stackfs/stackfs/core"
)

// Status is what stackfs needs of /proc/PID/status (proc_pid_status(5)). The
// signal sets have bit N-1 for signal N.
type Status struct {
	State             byte
	TGID, Tracer, UID int
	Threads           int
	Pending, Shared   uint64 // SigPnd: the thread's; ShdPnd: the process's
	Blocked           uint64
	Ignored, Caught   uint64
}

// ParseStatus reads the text of /proc/PID/status; lines it does not know are skipped,
// ErrInvalid if State or Tgid is missing or a number is none.
func ParseStatus(text string) (Status, error) {
	s := Status{}
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(line, ":")
		if err := s.set(key, strings.TrimSpace(value)); err != nil {
			return Status{}, core.Errorf(core.ErrInvalid, "parsing %.80q of /proc/PID/status: %w", line, err)
		}
	}
	if s.State == 0 || s.TGID == 0 {
		return Status{}, core.Errorf(core.ErrInvalid, "parsing /proc/PID/status: no State or Tgid line")
	}
	return s, nil
}

func (s *Status) set(key, value string) (err error) {
	switch key {
	case "State":
		if value == "" {
			return strconv.ErrSyntax
		}
		s.State = value[0]
	case "Tgid":
		s.TGID, err = strconv.Atoi(value)
	case "TracerPid":
		s.Tracer, err = strconv.Atoi(value)
	case "Threads":
		s.Threads, err = strconv.Atoi(value)
	case "Uid":
		uid, _, _ := strings.Cut(value, "\t")
		s.UID, err = strconv.Atoi(uid)
	case "SigPnd":
		s.Pending, err = strconv.ParseUint(value, 16, 64)
	case "ShdPnd":
		s.Shared, err = strconv.ParseUint(value, 16, 64)
	case "SigBlk":
		s.Blocked, err = strconv.ParseUint(value, 16, 64)
	case "SigIgn":
		s.Ignored, err = strconv.ParseUint(value, 16, 64)
	case "SigCgt":
		s.Caught, err = strconv.ParseUint(value, 16, 64)
	}
	return err
}

// ThreadStatus reads the status of one thread; tid alone, without its process, if pid is 0.
func ThreadStatus(pid, tid int) (Status, error) {
	name := "status"
	if pid != 0 {
		name = fmt.Sprintf("task/%d/status", tid)
		tid = pid
	}
	b, err := Read(tid, name)
	if err != nil {
		return Status{}, err
	}
	return ParseStatus(string(b))
}
