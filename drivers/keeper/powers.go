package keeper

import (
	"context"
	"io"
	"time"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers/internal/procfs"
)

// callLimit is for calls whose interface has no context.
const callLimit = 5 * time.Second

func (c *client) limitedCall(method uint64, args, results func(*coder)) error {
	ctx, cancel := context.WithTimeout(context.Background(), callLimit)
	defer cancel()
	_, err := c.call(ctx, method, args, results)
	return err
}

// WriteMemory implements core.MemoryWriter.
func (p *Proxy) WriteMemory(ctx context.Context, b []byte, addr uint64) (done int, err error) {
	for err == nil {
		part, at, n := b[done:min(len(b), done+readMax)], addr+uint64(done), 0
		_, err = p.c.call(ctx, callWriteMemory, func(a *coder) {
			a.uint(&at)
			a.bytes(&part)
		}, func(r *coder) { number(r, &n) })
		done += n
		if done >= len(b) || n == 0 {
			break
		}
	}
	return done, err
}

// WriteRegister implements core.RegisterWriter.
func (p *Proxy) WriteRegister(ctx context.Context, tid, i int, b []byte) error {
	_, err := p.c.call(ctx, callWriteRegister, func(a *coder) {
		number(a, &tid)
		number(a, &i)
		a.bytes(&b)
	}, nil)
	return err
}

// Sample implements core.Sampler: one call, or a few where the stacks are many and large.
func (p *Proxy) Sample(ctx context.Context, tids []int, w core.Want) ([]core.Snapshot, error) {
	each := max(1, (8<<20)/(max(w.Stack, 0)+4096))
	out := make([]core.Snapshot, 0, len(tids))
	for len(tids) > 0 {
		part := tids[:min(each, len(tids))]
		tids = tids[len(part):]
		var some []core.Snapshot
		_, err := p.c.call(ctx, callSample, func(a *coder) {
			list(a, &part, number)
			a.want(&w)
		}, func(r *coder) { list(r, &some, (*coder).snapshot) })
		out = append(out, some...)
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

func (p *Proxy) withTID(ctx context.Context, method uint64, tid int) error {
	_, err := p.c.call(ctx, method, func(a *coder) { number(a, &tid) }, nil)
	return err
}

// Stop implements core.Stopper.
func (p *Proxy) Stop(ctx context.Context, tid int) error { return p.withTID(ctx, callStop, tid) }

// Cont implements core.Stopper.
func (p *Proxy) Cont(ctx context.Context, tid int) error { return p.withTID(ctx, callCont, tid) }

// Wait implements core.Waiter.
func (p *Proxy) Wait(ctx context.Context, s core.State) error {
	_, err := p.c.call(ctx, callWait, func(a *coder) { text(a, &s) }, nil)
	return err
}

// Signal implements core.Signaler.
func (p *Proxy) Signal(ctx context.Context, sig, tid int) error {
	_, err := p.c.call(ctx, callSignal, func(a *coder) {
		number(a, &sig)
		number(a, &tid)
	}, nil)
	return err
}

// ProcessFile implements core.ProcessFiles.
func (p *Proxy) ProcessFile(ctx context.Context, name string) (b []byte, err error) {
	_, err = p.c.call(ctx, callProcessFile, func(a *coder) { text(a, &name) }, func(r *coder) { r.bytes(&b) })
	if err != nil {
		return nil, err
	}
	return b, nil
}

// Syscall implements core.SyscallReader.
func (p *Proxy) Syscall(ctx context.Context, tid int) (s core.Syscall, err error) {
	_, err = p.c.call(ctx, callSyscall, func(a *coder) { number(a, &tid) }, func(r *coder) { r.syscall(&s) })
	return s, err
}

// Notify implements core.Notifier; a keeper that is lost is an event of its own.
func (p *Proxy) Notify(f func(core.Event)) {
	p.c.notifyMu.Lock()
	defer p.c.notifyMu.Unlock()
	for _, e := range p.c.early {
		f(e)
	}
	p.c.notify, p.c.early = f, nil
}

// OpenImage implements core.Images.
func (p *Proxy) OpenImage(ctx context.Context, r core.Region) (core.File, error) {
	var size int64
	id, files, err := p.c.callID(ctx, callOpenImage, nil, func(a *coder) { a.region(&r) }, func(r *coder) { number(r, &size) })
	if err != nil {
		closeFiles(files)
		return nil, err
	}
	if len(files) == 1 {
		return procfs.Image{File: files[0]}, nil
	}
	return farImage{p.c, id, size}, nil
}

// farImage is a file at the far end, read by calls.
type farImage struct {
	c    *client
	id   uint64
	size int64
}

func (f farImage) Size() int64     { return f.size }
func (f farImage) Descriptor() int { return -1 }

func (f farImage) Close() error {
	return f.c.limitedCall(callCloseImage, func(a *coder) { a.uint(&f.id) }, nil)
}

func (f farImage) ReadAt(p []byte, off int64) (int, error) {
	return f.c.readAt(callReadImage, func(a *coder) { a.uint(&f.id) }, p, off)
}

// readAt reads a file at the far end; what is passed first says which.
func (c *client) readAt(method uint64, which func(*coder), p []byte, off int64) (done int, err error) {
	for done < len(p) {
		at, size := off+int64(done), uint64(min(len(p)-done, readMax))
		var b []byte
		err := c.limitedCall(method, func(a *coder) {
			which(a)
			number(a, &at)
			a.uint(&size)
		}, func(r *coder) { r.bytes(&b) })
		if err != nil {
			return done, err
		}
		done += copy(p[done:], b)
		if len(b) == 0 {
			return done, io.EOF
		}
	}
	return done, nil
}

// Stdio implements core.Stdio.
func (p *Proxy) Stdio(n int) (core.StdioFile, error) {
	p.c.mu.Lock()
	defer p.c.mu.Unlock()
	if s := p.c.streams[n]; s != nil {
		return s, nil
	}
	return nil, core.Errorf(core.ErrNotFound, "opening standard stream %d: the program does not have it from stackfs", n)
}

// farStream is a standard stream at the far end, used by calls.
type farStream struct {
	c *client
	n int
}

func (s farStream) which(a *coder) { number(a, &s.n) }

func (s farStream) ReadAt(p []byte, off int64) (int, error) {
	return s.c.readAt(callReadStream, s.which, p, off)
}

func (s farStream) Write(p []byte) (done int, err error) {
	for done < len(p) && err == nil {
		part, n := p[done:min(len(p), done+readMax)], 0
		err = s.c.limitedCall(callWriteStream, func(a *coder) {
			s.which(a)
			a.bytes(&part)
		}, func(r *coder) { number(r, &n) })
		done += n
	}
	return done, err
}

func (s farStream) Size() (size int64, err error) {
	err = s.c.limitedCall(callSizeStream, s.which, func(r *coder) { number(r, &size) })
	return size, err
}
