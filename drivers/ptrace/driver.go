package ptrace

import (
	"context"
	"slices"
	"strconv"

	"github.com/stackfs/stackfs/core"
)

// Driver is the row of attach ptrace.
func Driver() core.Driver {
	return core.Driver{
		Name: "ptrace", Verb: "attach", Usage: "pid=1234 [follow=parent]",
		Doc: "a running process of this machine", Example: "attach ptrace pid=1234",
		Keeper: true, Attach: Attach,
	}
}

// LaunchDriver is the row of launch.
func LaunchDriver() core.Driver {
	return core.Driver{
		Name: "ptrace", Verb: "launch", Usage: "[stop] [pty] [cwd=DIR] [env=K=V]... -- /path/prog arg...",
		Doc: "a program started under ptrace", Example: "launch stop -- /bin/ls -l",
		Keeper: true, Attach: Launch,
	}
}

// common are the words that every attach line takes; all but ro are for others.
var common = []string{"name", "root", "debuginfo", "ro", "follow"}

// checkOptions is ErrInvalid for a word that is not among common and more.
func checkOptions(s core.Spec, more ...string) error {
	for _, o := range s.Options {
		if !slices.Contains(common, o.Key) && !slices.Contains(more, o.Key) {
			return core.Errorf(core.ErrInvalid, "parsing %s ptrace: no option %q: want one of %v", s.Verb, o.Key, append(more, common...))
		}
	}
	switch follow, ok := s.Value("follow"); {
	case !ok || follow == "parent":
		return nil
	case follow == "child" || follow == "both":
		return core.Errorf(core.ErrUnsupported, "parsing follow=%s: children are let go; attach to the child by its pid", follow)
	default:
		return core.Errorf(core.ErrInvalid, "parsing follow=%s: want parent", follow)
	}
}

// Attach attaches to a running process (pid=N, ro). ErrNotFound: no such process; ErrGone:
// it has ended; ErrBusy: it is traced already; ErrPermission; ErrInvalid: stackfs itself, or not a process.
func Attach(ctx context.Context, s core.Spec) (core.Target, error) {
	if err := checkOptions(s, "pid"); err != nil {
		return nil, err
	}
	if len(s.Args) > 0 {
		return nil, core.Errorf(core.ErrInvalid, "parsing attach ptrace: what follows -- is for launch")
	}
	word, _ := s.Value("pid")
	pid, err := strconv.Atoi(word)
	if err != nil || pid <= 0 {
		return nil, core.Errorf(core.ErrInvalid, "parsing pid=%s: want the number of a process", word)
	}
	if err := checkProcess(pid); err != nil {
		return nil, err
	}
	t, err := newTarget(ctx, pid, s.Has("ro"))
	if err != nil {
		return nil, err
	}
	if err := t.start(ctx); err != nil {
		return nil, err
	}
	return t, nil
}
