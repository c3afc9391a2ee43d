package ptrace

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/core"
)

// helperArgs are the arguments that make our program the helper.
var helperArgs = []string{"keeper", "--exec"}

// planFD is where the helper finds its plan, masterFD where the program keeps the
// other end of its pseudo-terminal.
const (
	planFD     = 4
	masterFD   = 3
	masterHigh = 1000
)

// plan is what the helper is to become.
type plan struct {
	cwd  string
	pty  bool
	args []string
}

// pack writes a length and the parts, each with a NUL behind it.
func (p plan) pack() []byte {
	text := strings.Join(append([]string{p.cwd, map[bool]string{true: "pty"}[p.pty]}, p.args...), "\x00")
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(text))), text...)
}

// readPlan is the reverse of pack.
func readPlan(r io.Reader) (plan, error) {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return plan{}, err
	}
	text, err := io.ReadAll(io.LimitReader(r, int64(binary.LittleEndian.Uint32(size[:]))))
	parts := strings.Split(string(text), "\x00")
	if err != nil || len(parts) < 3 || len(text) != int(binary.LittleEndian.Uint32(size[:])) {
		return plan{}, core.Errorf(core.ErrInvalid, "reading the plan of a launch: too short")
	}
	return plan{parts[0], parts[1] == "pty", parts[2:]}, nil
}

// RunExecHelper is what a program that launches must call first in main (tests: in
// TestMain) with its arguments after the program's name: if they say so it is the
// helper of Launch, and does not return.
func RunExecHelper(args []string) {
	if !slices.Equal(args, helperArgs) {
		return
	}
	unix.CloseOnExec(planFD)
	pipe := os.NewFile(planFD, "plan")
	p, err := readPlan(pipe)
	if err == nil {
		_, err = io.ReadFull(pipe, make([]byte, 1)) // until we are attached to
	}
	if err != nil {
		os.Exit(127)
	}
	what, err := p.run()
	errno := syscall.EINVAL
	errors.As(err, &errno)
	pipe.Write(append([]byte{byte(errno)}, what...)) // if nobody reads it there is nobody to tell
	os.Exit(127)
}

// run becomes the program, or returns what failed.
func (p plan) run() (what string, err error) {
	if p.cwd != "" {
		if err := os.Chdir(p.cwd); err != nil {
			return "changing to directory " + p.cwd, err
		}
	}
	if err := p.keepTerminal(); err != nil {
		return "taking the terminal", err
	}
	path := p.args[0]
	if !strings.Contains(path, "/") {
		if path, err = exec.LookPath(path); err != nil {
			return "finding " + p.args[0], syscall.ENOENT
		}
	}
	return "executing " + path, syscall.Exec(path, p.args, os.Environ())
}

// keepTerminal makes the pseudo-terminal ours and keeps its master open in the
// program, so that nobody gets SIGHUP when the keeper goes.
func (p plan) keepTerminal() error {
	if !p.pty {
		return nil
	}
	if err := unix.IoctlSetInt(0, unix.TIOCSCTTY, 0); err != nil {
		return err
	}
	_, err := unix.FcntlInt(masterFD, unix.F_DUPFD, masterHigh)
	if err != nil { // more than RLIMIT_NOFILE allows
		_, err = unix.FcntlInt(masterFD, unix.F_DUPFD, 100)
	}
	if err != nil {
		return err
	}
	return unix.Close(masterFD)
}
