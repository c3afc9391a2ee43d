package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/stackfs/stackfs/fs"
	"github.com/stackfs/stackfs/nodes"
)

const (
	// attachLimit is how long all the --attach of a mount may take.
	attachLimit = 60 * time.Second
	// closeLimit is how long letting go of all targets may take; keepers then see
	// the server's end and do it by themselves.
	closeLimit = 5 * time.Second
	// collectPercent makes the garbage collector run early: a server is idle most of
	// the time, and its size counts.
	collectPercent = 40
)

// mount serves a tree, in the background unless asked otherwise.
func (a app) mount(ctx context.Context, c mountConfig) error {
	if c.ready != 0 {
		return a.daemon(ctx, c)
	}
	point, err := prepareMountpoint(c.dir)
	if err != nil {
		return err
	}
	c.dir = point.path
	if err := cannotMount(thisHost()); err != nil {
		point.undo()
		return fmt.Errorf("mounting at %s: %w; stackfs doctor says more", c.dir, err)
	}
	if err := c.absolute(); err != nil {
		point.undo()
		return err
	}
	if !c.foreground {
		err = a.background(ctx, c)
	} else if err = logTo(c.log); err == nil {
		err = a.serve(ctx, c, nil)
	}
	if err != nil {
		point.undo()
	}
	return err
}

// absolute keeps what the user's directory means: a server is in /.
func (c *mountConfig) absolute() (err error) {
	if c.cwd, err = os.Getwd(); err != nil {
		return err
	}
	if c.log != "" {
		c.log, err = filepath.Abs(c.log)
	}
	return err
}

// daemon is the server in the background. What goes wrong before it is ready is
// told to the parent, later to the log.
func (a app) daemon(ctx context.Context, c mountConfig) error {
	ready := openReady(c.ready)
	err := closeInherited(c.ready + 1)
	if err == nil {
		err = a.serve(ctx, c, ready)
	}
	if err != nil && ready.tell(err.Error()) == nil {
		return toldError{err}
	}
	return err
}

// A toldError was told to the parent, which prints it.
type toldError struct{ error }

func (toldError) Error() string   { return "" }
func (e toldError) Unwrap() error { return e.error }

// A server is one mount while it is served.
type server struct {
	dir    string
	tree   *nodes.Mount
	fuse   *fs.Server
	gone   chan struct{} // closed when the mount is gone
	panics chan string   // the value and the stack of a panic
	ends   chan os.Signal
}

// serve mounts, attaches, tells that it is ready, and waits for an end.
func (a app) serve(ctx context.Context, c mountConfig, ready *readyPipe) error {
	debug.SetGCPercent(collectPercent)
	s, err := a.newServer(c)
	if err != nil {
		return err
	}
	if ready != nil { // fusermount3 has said what it had to say
		err = logTo(c.log)
	}
	if err == nil {
		err = s.attachAll(ctx, c)
	}
	if err == nil {
		err = s.announce(ready)
	}
	if err != nil {
		s.close()
		return err
	}
	slog.Info("mounted", "dir", c.dir, "version", version())
	return s.wait()
}

func (a app) newServer(c mountConfig) (*server, error) {
	words, err := keeperCommand(c.keeper)
	if err != nil {
		return nil, err
	}
	if err := os.Chdir("/"); err != nil { // or the mount would keep a file system busy
		return nil, err
	}
	s := &server{dir: c.dir, gone: make(chan struct{}), panics: make(chan string, 1), ends: make(chan os.Signal, 1)}
	signal.Notify(s.ends, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	s.tree = nodes.NewMount(a.drivers(words), version())
	s.fuse, err = fs.Mount(c.dir, s.tree, fs.Options{AllowOther: c.allowOther, OnPanic: s.onPanic})
	if err != nil {
		return nil, err
	}
	go func() {
		s.fuse.Wait()
		close(s.gone)
	}()
	return s, nil
}

func (s *server) onPanic(v any, stack []byte) {
	select {
	case s.panics <- fmt.Sprintf("%v\n%s", v, stack):
	default:
	}
}

// attachAll makes the targets asked for; a signal or the mount's end stops it.
func (s *server) attachAll(ctx context.Context, c mountConfig) error {
	ctx, cancel := context.WithTimeout(ctx, attachLimit)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- s.attachEach(ctx, c) }()
	select {
	case err := <-done:
		return err
	case sig := <-s.ends:
		return fmt.Errorf("attaching: ended by %s", sig)
	case <-s.gone:
		return errors.New("attaching: the mount was taken away meanwhile")
	case <-ctx.Done():
		return fmt.Errorf("attaching took longer than %s: %w", attachLimit, ctx.Err())
	}
}

func (s *server) attachEach(ctx context.Context, c mountConfig) error {
	for _, spec := range c.attach {
		line, err := launchIn(c.cwd, spec)
		if err == nil {
			_, err = s.tree.Attach(ctx, line)
		}
		if err != nil {
			return attachError(spec, err)
		}
	}
	return nil
}

// attachError adds to an error the line and what may be done about it.
func attachError(spec string, err error) error {
	var w *nodes.WordError
	if errors.As(err, &w) && w.Hint != "" {
		return fmt.Errorf("attaching %q: %w; %s", spec, err, w.Hint)
	}
	return fmt.Errorf("attaching %q: %w", spec, err)
}

// announce tells parent and service manager that the mount can be used.
func (s *server) announce(ready *readyPipe) error {
	if err := ready.tell(readyWord); err != nil {
		return err
	}
	return notifySystemd()
}

// wait returns when something ends the server, after the targets were let go of.
// A signal and an unmount are a good end.
func (s *server) wait() error {
	select {
	case sig := <-s.ends:
		slog.Info("ending", "signal", sig.String())
		s.close()
		return nil
	case <-s.gone:
		slog.Info("ending: the mount was taken away")
		s.close()
		return nil
	case v := <-s.panics:
		slog.Error("ending after a panic in a handler", "panic", v)
		s.close()
		what, _, _ := strings.Cut(v, "\n")
		return fmt.Errorf("serving %s: %w: %s", s.dir, errPanic, what)
	}
}

// close lets go of all targets and takes the mount away.
func (s *server) close() {
	err := doWithin(closeLimit, func() error {
		s.tree.Close()
		return nil
	})
	if err != nil {
		slog.Error("letting go of the targets took too long; their keepers do it")
	}
	select {
	case <-s.gone:
		return
	default:
	}
	if err := doWithin(closeLimit, func() error { return s.fuse.Unmount(s.dir) }); err != nil {
		slog.Error("unmounting", "dir", s.dir, "error", err)
	}
}
