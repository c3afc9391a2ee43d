package ptrace

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/core"
)

// launching is a target whose program has not begun yet.
type launching struct {
	stop  bool       // leave it stopped there
	begun chan error // nil when the program's first instruction is next
}

// launched is called at the exec that begins the program.
func (l *loop) launched(t *thread) {
	if l.launching.stop {
		l.stopAll, t.request = true, true
	}
	l.info.Generation = 0
	if comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", l.pid)); err == nil {
		l.info.Comm = strings.TrimSuffix(string(comm), "\n")
	}
	l.publish()
	l.launching.begun <- nil
	l.launching = nil
}

// Launch starts a program (stop, pty, cwd=DIR, env=K=V, ro) and attaches to it before its
// first instruction. It outlives us. ErrNotFound, ErrAccess, ErrInvalid if it cannot be executed.
func Launch(ctx context.Context, s core.Spec) (core.Target, error) {
	if err := checkOptions(s, "stop", "pty", "cwd", "env"); err != nil {
		return nil, err
	}
	if len(s.Args) == 0 {
		return nil, core.Errorf(core.ErrInvalid, "parsing launch: no program: want launch -- /path/prog arg...")
	}
	for _, kv := range s.Values("env") {
		if !strings.Contains(kv, "=") {
			return nil, core.Errorf(core.ErrInvalid, "parsing env=%s: want env=NAME=VALUE", kv)
		}
	}
	files, err := newStdio(s.Has("pty"))
	if err != nil {
		return nil, err
	}
	t, err := launch(ctx, s, files)
	if err != nil {
		files.Close()
		return nil, err
	}
	return Launched{t, files}, nil
}

// launch starts the helper, attaches to it, and sees it become the program.
func launch(ctx context.Context, s core.Spec, files *stdio) (*Target, error) {
	helper, err := startHelper(s, files)
	if err != nil {
		return nil, err
	}
	defer helper.pipe.Close()
	t, err := newTarget(ctx, helper.process.Pid, s.Has("ro"))
	if err != nil {
		helper.process.Kill()
		helper.process.Wait()
		return nil, err
	}
	t.child = helper.process
	begun := make(chan error, 1)
	t.loop.info.Launched = true
	t.loop.launching = &launching{stop: s.Has("stop"), begun: begun}
	err = t.start(ctx)
	if err == nil {
		err = helper.release(ctx, begun)
	}
	if err != nil {
		helper.process.Kill()
		t.Close()
		return nil, err
	}
	return t, nil
}

// helper is our own program, about to become another.
type helper struct {
	process *os.Process
	pipe    *os.File // our end of a socket pair: the plan, a go, and why it failed if so
}

func startHelper(s core.Spec, files *stdio) (*helper, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("launching: %w", err)
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("launching: %w", err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "launch"), os.NewFile(uintptr(pair[1]), "launch")
	defer theirs.Close()
	p, err := os.StartProcess(exe, append([]string{exe}, helperArgs...), &os.ProcAttr{
		Env: environment(s.Values("env")), Files: append(files.inherited(), theirs), Sys: &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		ours.Close()
		return nil, fmt.Errorf("launching: %w", err)
	}
	cwd, _ := s.Value("cwd")
	err = files.started()
	if err == nil {
		_, err = ours.Write(plan{cwd, files.pty, s.Args}.pack())
	}
	if err != nil {
		err = fmt.Errorf("launching: %w", err)
		ours.Close()
		p.Kill()
		p.Wait()
		return nil, err
	}
	return &helper{p, ours}, nil
}

// environment is ours with the given NAME=VALUEs in place of what they replace.
func environment(changes []string) []string {
	env := slices.DeleteFunc(os.Environ(), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return slices.ContainsFunc(changes, func(c string) bool { return strings.HasPrefix(c, name+"=") })
	})
	return append(env, changes...)
}

// release lets the helper execute the program and waits until it does.
func (h *helper) release(ctx context.Context, begun <-chan error) error {
	failed := make(chan error, 1)
	go func() { failed <- h.outcome() }() // ends when the helper does or we close the pipe
	var err error
	for range 2 { // both say how it went; why it failed is known to the helper
		select {
		case e := <-begun:
			if e == nil {
				return nil
			}
			err = e
		case e := <-failed:
			if e != nil {
				return e
			}
		case <-ctx.Done():
			return core.ContextError(ctx, "launching")
		}
	}
	return err
}

// outcome tells the helper to go on and reads why it could not; nil if it did.
func (h *helper) outcome() error {
	if _, err := h.pipe.Write([]byte{1}); err != nil {
		return fmt.Errorf("launching: %w", err)
	}
	b := make([]byte, 4096)
	n, _ := h.pipe.Read(b) // 0 at EOF: the descriptor was closed by exec
	if n == 0 {
		return nil
	}
	return failure(b[0], string(b[1:n]))
}

// failure is the error of an errno that execve or chdir gave.
func failure(errno byte, text string) error {
	err := syscall.Errno(errno)
	kind := core.ErrInvalid
	switch {
	case errors.Is(err, syscall.ENOENT):
		kind = core.ErrNotFound
	case errors.Is(err, syscall.EACCES):
		kind = core.ErrAccess
	case errors.Is(err, syscall.EPERM):
		kind = core.ErrPermission
	}
	return core.Errorf(kind, "launching: %s: %w", text, err)
}
