package keeper

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers/internal/procfs"
)

// Remote is the same driver with its targets held by child processes. command is how
// to start one: nil is our own program with the argument keeper; a wrapper such
// as sudo -n stackfs keeper must leave descriptors 0 and 1 to it.
func Remote(d core.Driver, command []string) core.Driver {
	attach := d.Attach
	d.Attach = func(ctx context.Context, s core.Spec) (core.Target, error) {
		if attach == nil {
			return nil, core.Errorf(core.ErrUnsupported, "attaching: driver %s makes no targets", d.Name)
		}
		s.Verb, s.Driver = d.Verb, d.Name
		return start(ctx, s, command)
	}
	return d
}

// start starts a keeper and has it attach.
func start(ctx context.Context, s core.Spec, command []string) (core.Target, error) {
	p, err := startProcess(command)
	if err != nil {
		return nil, err
	}
	c := newClient(p)
	go c.receive()
	if err := c.attach(ctx, s); err != nil {
		if errors.Is(err, errLost) {
			err = p.died()
		}
		c.end()
		return nil, err
	}
	return &Proxy{c}, nil
}

// process is a keeper's process.
type process struct {
	cmd    *exec.Cmd
	conn   *conn
	errors *os.File      // what it wrote to its standard error
	ended  chan struct{} // closed when it has
}

func startProcess(command []string) (*process, error) {
	if len(command) == 0 {
		exe, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("starting a keeper: %w", err)
		}
		command = []string{exe, "keeper"}
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("starting a keeper: %w", err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "keeper"), os.NewFile(uintptr(pair[1]), "keeper")
	defer theirs.Close()
	p := &process{ended: make(chan struct{})}
	if p.conn, err = newConn(ours, ours); err != nil {
		return nil, fmt.Errorf("starting a keeper: %w", err)
	}
	if p.errors, err = procfs.Unlinked(); err != nil {
		p.conn.close()
		return nil, fmt.Errorf("starting a keeper: %w", err)
	}
	p.cmd = exec.Command(command[0], command[1:]...)
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr, p.cmd.Dir = theirs, theirs, p.errors, "/"
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := p.cmd.Start(); err != nil {
		p.conn.close()
		p.errors.Close()
		return nil, core.Errorf(core.ErrNotFound, "starting a keeper by %q (--keeper): %w", strings.Join(command, " "), err)
	}
	go func() {
		defer close(p.ended)
		p.cmd.Wait() // how it ended is in what it wrote
	}()
	return p, nil
}

// died is the error of a keeper that ended before it answered.
func (p *process) died() error {
	select {
	case <-p.ended:
	case <-time.After(time.Second):
	}
	tail := make([]byte, 2048)
	st, err := p.errors.Stat()
	n := 0
	if err == nil {
		n, _ = p.errors.ReadAt(tail, max(0, st.Size()-int64(len(tail))))
	}
	why := string(bytes.TrimSpace(tail[:n]))
	if why == "" {
		why = "it said nothing"
	}
	return core.Errorf(core.ErrPermission, "starting a keeper by %q (--keeper): it ended at once: %s", p.cmd.String(), why)
}

// end closes the socket, upon which a keeper exits by itself within a second; one that does not
// is killed, and then the kernel lets go of its target.
func (p *process) end() {
	p.conn.close()
	go func() {
		select {
		case <-p.ended:
		case <-time.After(3 * time.Second):
			p.cmd.Process.Kill()
			<-p.ended
		}
		p.errors.Close()
	}()
}
