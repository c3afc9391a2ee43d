package fs

import (
	"context"
	"io"
	"sync"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"

	"github.com/stackfs/stackfs/nodes"
)

// A handle is one open of a file.
type handle struct {
	h        *nodes.Handle
	srv      *Server
	inode    *inode
	nonblock bool
	// mu makes reads of a stream and writes of lines follow one another.
	mu turn
}

// turn is a mutex that can be waited for with a limit: a reader that is
// interrupted while another one of the same descriptor blocks goes at once.
type turn struct {
	once sync.Once
	free chan struct{}
}

func (t *turn) take(ctx context.Context) bool {
	t.once.Do(func() { t.free = make(chan struct{}, 1) })
	select {
	case t.free <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (t *turn) give() { <-t.free }

// Open opens the node; what computed files show is computed here.
func (i *inode) Open(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	mode := flags & syscall.O_ACCMODE
	read, write := mode != syscall.O_WRONLY, mode != syscall.O_RDONLY
	patient, done := request(ctx)
	defer done()
	h, err := i.node.Open(patient, read, write)
	if err != nil {
		return nil, 0, Errno(err)
	}
	return &handle{h: h, srv: i.srv, inode: i, nonblock: flags&syscall.O_NONBLOCK != 0}, openFlags(h), 0
}

// Release is the end of a handle. The name of a file whose target has gone while it
// was open is one that the kernel would keep, and the target's directory with it.
func (h *handle) Release(context.Context) syscall.Errno {
	if h.inode.node.Gone() != nil {
		if name, dir := h.inode.Parent(); dir != nil {
			go dir.NotifyEntry(name) // not in a handler: it waits for locks of the kernel
		}
	}
	return 0
}

// openFlags tells the kernel how a handle is read: nothing is flushed at close;
// only logs are cached.
func openFlags(h *nodes.Handle) uint32 {
	switch {
	case h.Log != nil:
		return fuse.FOPEN_NOFLUSH
	case h.Stream != nil:
		return fuse.FOPEN_NOFLUSH | fuse.FOPEN_DIRECT_IO | fuse.FOPEN_NONSEEKABLE | fuse.FOPEN_STREAM
	}
	return fuse.FOPEN_NOFLUSH | fuse.FOPEN_DIRECT_IO
}

// Read implements fs.FileReader.
func (h *handle) Read(ctx context.Context, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	switch {
	case h.h.Snapshot:
		text := h.h.Text
		if off >= int64(len(text)) {
			return fuse.ReadResultData(nil), 0
		}
		return fuse.ReadResultData(text[off:min(off+int64(len(dest)), int64(len(text)))]), 0
	case h.h.Blob != nil:
		patient, done := request(ctx)
		defer done()
		n, err := h.h.Blob.ReadAt(patient, dest, off)
		return result(dest[:n], err)
	case h.h.Stream != nil:
		return h.readStream(ctx, dest)
	case h.h.Log != nil:
		n, err := h.h.Log.ReadLog(dest, off)
		if err == io.EOF {
			err = nil
		}
		return result(dest[:n], err)
	}
	return nil, syscall.EBADF
}

// result is an answer to a read. One with an error must have no data: go-fuse
// would send the data without the error.
func result(data []byte, err error) (fuse.ReadResult, syscall.Errno) {
	if err != nil {
		return nil, Errno(err)
	}
	return fuse.ReadResultData(data), 0
}

func (h *handle) readStream(ctx context.Context, dest []byte) (fuse.ReadResult, syscall.Errno) {
	wait := !h.nonblock && !h.srv.isNonblock(ctx)
	if !h.mu.take(ctx) {
		return nil, syscall.EINTR
	}
	defer h.mu.give()
	n, err := h.h.Stream.Read(ctx, dest, wait)
	return result(dest[:n], err)
}

// Write implements fs.FileWriter.
func (h *handle) Write(ctx context.Context, data []byte, off int64) (uint32, syscall.Errno) {
	if !h.mu.take(ctx) {
		return 0, syscall.EINTR
	}
	defer h.mu.give()
	patient, done := request(ctx)
	defer done()
	var n int
	var err error
	switch {
	case h.h.Lines != nil:
		n, err = h.h.Lines.Write(patient, data)
	case h.h.Blob != nil:
		n, err = h.h.Blob.WriteAt(patient, data, off)
	default:
		return 0, syscall.EBADF
	}
	return uint32(n), Errno(err)
}
