package fs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"

	"github.com/stackfs/stackfs/nodes"
)

// Options say how a tree is mounted.
type Options struct {
	// AllowOther lets root (and whom the files' modes allow) use the mount as well.
	AllowOther bool
	// OnPanic is told of a panic in a handler and its stack, once; the caller is to
	// unmount and end. nil: it goes on as EIO.
	OnPanic func(v any, stack []byte)
}

// A Server serves one mount.
type Server struct {
	fuse     *fuse.Server
	root     *inode
	uid, gid uint32
	mounted  time.Time
	removing sync.Map // names of targets whose removal the kernel is waiting for
	nonblock sync.Map // cancel channels of reads that carry O_NONBLOCK
}

// maxWrite is the largest request, bytes: the kernel's limit. It also sets the
// size of direct reads.
const maxWrite = 1 << 20

// Mount mounts a tree. A mount left dead there by a crash is taken away first.
func Mount(dir string, m *nodes.Mount, o Options) (*Server, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := Recover(dir); err != nil {
		return nil, err
	}
	if mounted, err := isMounted(dir); err != nil || mounted {
		return nil, fmt.Errorf("mounting at %s: a stackfs is mounted there already; `stackfs umount %s` takes it away", dir, dir)
	}
	s := &Server{uid: uint32(os.Getuid()), gid: uint32(os.Getgid()), mounted: time.Now()}
	s.root = &inode{node: m.Root(), srv: s}
	life := nameLife
	mo := fuse.MountOptions{
		FsName: "stackfs", Name: "stackfs", AllowOther: o.AllowOther,
		MaxWrite: maxWrite, DisableXAttrs: true, DisableReadDirPlus: true, DisableSplice: true,
		DirectMount: os.Getuid() == 0, EnableLocks: false, MaxBackground: 64,
	}
	if o.AllowOther {
		mo.Options = append(mo.Options, "default_permissions")
	}
	var once sync.Once
	mo.PanicHandler = func(v any) fuse.Status {
		if o.OnPanic != nil {
			stack := debug.Stack()
			once.Do(func() { go o.OnPanic(v, stack) })
		}
		return fuse.EIO
	}
	raw := nonblockReads{fs.NewNodeFS(s.root, &fs.Options{MountOptions: mo, EntryTimeout: &life, AttrTimeout: &life}), s}
	if s.fuse, err = fuse.NewServer(raw, dir, &mo); err != nil {
		return nil, fmt.Errorf("mounting at %s: %w; stackfs doctor says what is missing", dir, err)
	}
	closeOnExec()
	m.Forget = s.forget
	go s.fuse.Serve()
	return s, s.fuse.WaitMount()
}

// closeOnExec keeps the connection to the kernel out of child processes, which
// go-fuse's direct mount does not: a child that holds it makes clients wait for
// ever when the server is killed.
func closeOnExec() {
	fds, _ := os.ReadDir("/proc/self/fd")
	for _, e := range fds {
		if link, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && link == "/dev/fuse" {
			if fd, err := strconv.Atoi(e.Name()); err == nil {
				syscall.CloseOnExec(fd)
			}
		}
	}
}

// nonblockReads passes on what package fs of go-fuse does not: the flags of the
// descriptor at the time of the read, which fcntl may have changed since open.
type nonblockReads struct {
	fuse.RawFileSystem
	srv *Server
}

// Read implements fuse.RawFileSystem.
func (r nonblockReads) Read(cancel <-chan struct{}, in *fuse.ReadIn, buf []byte) (fuse.ReadResult, fuse.Status) {
	if in.Flags&syscall.O_NONBLOCK != 0 {
		r.srv.nonblock.Store(cancel, true)
		defer r.srv.nonblock.Delete(cancel)
	}
	return r.RawFileSystem.Read(cancel, in, buf)
}

func (s *Server) isNonblock(ctx context.Context) bool {
	c, ok := ctx.(*fuse.Context)
	if !ok {
		return false
	}
	_, found := s.nonblock.Load(c.Cancel)
	return found
}

// forget makes the kernel forget a target's name. It waits for that, so that a
// name attached again is the new target; not when the kernel itself is waiting for
// the removal, which forgets the name too.
func (s *Server) forget(name string) {
	if _, ok := s.removing.Load(name); ok {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.root.NotifyEntry(name)
	}()
	select {
	case <-done:
	case <-time.After(time.Second):
	}
}

// Wait returns when the mount is gone.
func (s *Server) Wait() { s.fuse.Wait() }

// Unmount takes the mount away; a busy one is detached, so that it goes when its
// last user does.
func (s *Server) Unmount(dir string) error {
	err := s.fuse.Unmount()
	if err == nil {
		return nil
	}
	return Unmount(dir)
}
