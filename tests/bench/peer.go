package main

import (
	"context"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"fmt"
	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// servePeer is the minimal go-fuse program: a file with a constant, and a file
// that reads a process's memory by process_vm_readv.
func servePeer(args []string) error {
	pid, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	second := time.Second
	root := &fs.Inode{}
	o := &fs.Options{EntryTimeout: &second, AttrTimeout: &second, OnAdd: func(ctx context.Context) {
		add := func(name string, n fs.InodeEmbedder) {
			root.AddChild(name, root.NewPersistentInode(ctx, n, fs.StableAttr{Mode: syscall.S_IFREG}), false)
		}
		add("constant", &constant{})
		add("mem", &memory{pid: pid})
	}}
	o.MaxWrite, o.DirectMount, o.DisableXAttrs, o.DisableSplice = 1<<20, true, true, true
	server, err := fs.Mount(args[0], root, o)
	if err != nil {
		return err
	}
	done := make(chan os.Signal, 1)
	signal.Notify(done, syscall.SIGTERM, syscall.SIGINT)
	<-done
	return server.Unmount()
}

var text = make([]byte, 400)

type constant struct{ fs.Inode }

func (c *constant) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return c, fuse.FOPEN_DIRECT_IO, 0
}

func (c *constant) Read(_ context.Context, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	if off >= int64(len(text)) {
		return fuse.ReadResultData(nil), 0
	}
	return fuse.ReadResultData(text[off:min(int(off)+len(dest), len(text))]), 0
}

type memory struct {
	fs.Inode
	pid int
}

func (m *memory) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return m, fuse.FOPEN_DIRECT_IO, 0
}

func (m *memory) Read(_ context.Context, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	local := []unix.Iovec{{Base: &dest[0], Len: uint64(len(dest))}}
	n, err := unix.ProcessVMReadv(m.pid, local, []unix.RemoteIovec{{Base: uintptr(off), Len: len(dest)}}, 0)
	if err != nil {
		return nil, syscall.EIO
	}
	return fuse.ReadResultData(dest[:n]), 0
}

// runClient opens, reads and closes a file for a second in each of n threads and
// prints how often.
func runClient(args []string) error {
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	var count atomic.Int64
	end := time.Now().Add(time.Second)
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			b := make([]byte, 8192)
			for time.Now().Before(end) {
				fd, err := syscall.Open(args[0], syscall.O_RDONLY, 0)
				if err != nil {
					fail(err)
				}
				if k, err := syscall.Read(fd, b); err != nil || k == 0 {
					fail(fmt.Errorf("read %d: %w", k, err))
				}
				_ = syscall.Close(fd)
				count.Add(1)
			}
		})
	}
	wg.Wait()
	_, err = os.Stdout.WriteString(strconv.FormatInt(count.Load(), 10) + "\n")
	return err
}
