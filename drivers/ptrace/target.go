package ptrace

import (
	"bytes"
	"context"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers/internal/procfs"
	"github.com/stackfs/stackfs/drivers/internal/procmem"
)

// Target is a process under ptrace. It has all of core's powers but Stdio, which
// Launched adds.
type Target struct {
	pid   int
	ro    bool
	mem   *procmem.Memory
	loop  *loop
	child *os.Process // of Launch; nil: not ours
	close sync.Once
}

// Launched is a process that we have started.
type Launched struct {
	*Target
	*stdio
}

// Info implements core.Target.
func (t *Target) Info(ctx context.Context) (core.Info, error) {
	if err := t.check(ctx, "reading the state"); err != nil {
		return core.Info{}, err
	}
	info, _, _ := t.loop.board.read()
	if comm, err := procfs.Read(t.pid, "comm"); err == nil && info.State != core.Exited {
		info.Comm = strings.TrimSuffix(string(comm), "\n")
	}
	return info, nil
}

// check is ErrGone after Close.
func (t *Target) check(ctx context.Context, doing string) error {
	select {
	case <-t.loop.done:
		return t.loop.gone()
	default:
		return core.ContextError(ctx, doing)
	}
}

// checkAlive is ErrGone after Close and after the process has ended.
func (t *Target) checkAlive(ctx context.Context, doing string) error {
	if err := t.check(ctx, doing); err != nil {
		return err
	}
	if info, _, _ := t.loop.board.read(); info.State == core.Exited {
		return core.Errorf(core.ErrGone, "%s: the process has ended (%s)", doing, info.Reason)
	}
	return nil
}

func (t *Target) readOnly(doing string) error {
	return core.Errorf(core.ErrReadOnly, "%s: attached with ro", doing)
}

// Space implements core.Target.
func (t *Target) Space() core.Space { return space{t} }

type space struct{ t *Target }

func (s space) ReadMemory(ctx context.Context, p []byte, addr uint64) (int, error) {
	if err := s.t.checkAlive(ctx, "reading memory"); err != nil {
		return 0, err
	}
	return s.t.mem.ReadMemory(ctx, p, addr)
}

func (s space) Regions(ctx context.Context) ([]core.Region, error) {
	text, err := s.t.ProcessFile(ctx, "maps")
	if err != nil {
		return nil, err
	}
	return core.ParseMaps(bytes.NewReader(text))
}

// mapped is memory as process_vm_readv alone reads it: what a stack needs.
type mapped struct{ m *procmem.Memory }

func (m mapped) ReadMemory(ctx context.Context, p []byte, addr uint64) (int, error) {
	if m.m.Path() != "process_vm" {
		return m.m.ReadMemory(ctx, p, addr)
	}
	n, err := m.m.ReadMapped(p, addr)
	if err == nil && n < len(p) {
		err = &core.FaultError{Addr: addr + uint64(n)}
	}
	return n, err
}

// SharedMemory implements procmem.Sharer.
func (t *Target) SharedMemory() *procmem.Memory { return t.mem }

// WriteMemory implements core.MemoryWriter.
func (t *Target) WriteMemory(ctx context.Context, p []byte, addr uint64) (int, error) {
	if t.ro {
		return 0, t.readOnly("writing memory")
	}
	if err := t.checkAlive(ctx, "writing memory"); err != nil {
		return 0, err
	}
	return t.mem.WriteMemory(ctx, p, addr)
}

// ProcessFile implements core.ProcessFiles for auxv, environ, cmdline, maps and the
// links cwd and exe.
func (t *Target) ProcessFile(ctx context.Context, name string) (b []byte, err error) {
	if err := t.checkAlive(ctx, "reading "+name); err != nil {
		return nil, err
	}
	switch name {
	case "auxv", "environ", "cmdline", "maps":
		b, err = procfs.Read(t.pid, name)
	case "cwd", "exe":
		var link string
		link, err = os.Readlink(procfs.Path(t.pid, name))
		b, err = []byte(link), procfs.Error(err)
	default:
		return nil, core.Errorf(core.ErrNotFound, "reading %q: want auxv, environ, cmdline, maps, cwd or exe", name)
	}
	if gone := t.mem.Alive(); gone != nil {
		return nil, gone
	}
	return b, err
}

// OpenImage implements core.Images.
func (t *Target) OpenImage(ctx context.Context, r core.Region) (core.File, error) {
	if err := t.checkAlive(ctx, "opening an image"); err != nil {
		return nil, err
	}
	return procfs.OpenImage(ctx, t.pid, r)
}

// Close implements core.Target. It returns when the kernel has let go of all threads.
func (t *Target) Close() error {
	t.close.Do(func() {
		t.loop.do(context.Background(), func() { t.loop.closing = true })
		t.loop.join()
		t.mem.Close()
		if t.child != nil {
			go t.child.Wait() // it runs on; as its parent we take notice of its end
		}
	})
	return nil
}

// Close implements core.Target; the program runs on.
func (l Launched) Close() error {
	err := l.Target.Close()
	l.stdio.Close()
	return err
}

// join waits until the tracer's thread has ended; only then are its tracees free.
func (l *loop) join() {
	<-l.done
	path := procfs.Path(os.Getpid(), "task/"+itoa(l.tracer))
	for end := time.Now().Add(longest); time.Now().Before(end); time.Sleep(20 * time.Microsecond) {
		if unix.Access(path, unix.F_OK) != nil {
			return
		}
	}
}
