package keeper

import (
	"context"
	"os"
	"slices"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers/internal/procfs"
)

// request is one call as its handler sees it.
type request struct {
	server *server
	id     uint64
	in     *coder
	out    coder
	files  []*os.File // came with the call
	passed []*os.File // go with the reply
	after  func()     // runs once the reply is sent
}

type handler func(context.Context, *request) error

// The methods, by their number on the wire.
const (
	callAttach = iota
	callClose
	callHold
	callRegisters
	callStatus
	callReadMemory
	callRegions
	callSample
	callWriteMemory
	callWriteRegister
	callStop
	callCont
	callWait
	callSignal
	callProcessFile
	callOpenImage
	callReadImage
	callCloseImage
	callSyscall
	callReadStream
	callWriteStream
	callSizeStream
	callCount
)

var methods = [callCount]handler{
	callAttach: attach, callClose: closeTarget, callHold: hold, callRegisters: registers, callStatus: threadStatus,
	callReadMemory: readMemory, callRegions: regions, callSample: takeSamples,
	callWriteMemory: powered(writeMemory), callWriteRegister: powered(writeRegister), callStop: powered(stop), callCont: powered(cont),
	callWait: powered(wait), callSignal: powered(sendSignal), callProcessFile: powered(processFile),
	callOpenImage: powered(openImage), callReadImage: readImage, callCloseImage: closeImage,
	callSyscall: powered(readSyscall), callReadStream: powered(readStream), callWriteStream: powered(writeStream),
	callSizeStream: powered(sizeStream),
}

// target is the attached one.
func (q *request) target() (core.Target, error) {
	if err := q.in.err(); err != nil {
		return nil, err
	}
	if t := q.server.current(); t != nil {
		return t, nil
	}
	return nil, core.Errorf(core.ErrGone, "answering in the keeper: nothing is attached")
}

// powered makes a handler of a function that needs a power. Its arguments are read first by the function.
func powered[P any](f func(context.Context, P, *request) error) handler {
	return func(ctx context.Context, q *request) error {
		t := q.server.current()
		if t == nil {
			return core.Errorf(core.ErrGone, "answering in the keeper: nothing is attached")
		}
		p, ok := core.Power[P](t)
		if !ok {
			return core.Errorf(core.ErrUnsupported, "answering in the keeper: the target cannot do this")
		}
		return f(ctx, p, q)
	}
}

func closeTarget(_ context.Context, q *request) error {
	t, err := q.target()
	if err != nil {
		return err
	}
	return t.Close()
}

func hold(ctx context.Context, q *request) error {
	var tids []int
	list(q.in, &tids, number)
	t, err := q.target()
	if err != nil {
		return err
	}
	release, err := t.Hold(ctx, tids...)
	if err != nil {
		return err
	}
	q.server.mu.Lock()
	q.server.holds[q.id] = release
	q.server.mu.Unlock()
	return nil
}

// thread reads a thread id and finds the thread.
func (q *request) thread(ctx context.Context) (core.Thread, error) {
	var tid int
	number(q.in, &tid)
	t, err := q.target()
	if err != nil {
		return nil, err
	}
	th, err := core.FindThread(ctx, t, tid)
	if err != nil {
		return nil, core.Errorf(core.ErrGone, "%w", err)
	}
	return th, nil
}

func registers(ctx context.Context, q *request) error {
	th, err := q.thread(ctx)
	if err != nil {
		return err
	}
	regs, err := th.Registers(ctx)
	if err == nil {
		q.out.registers(&regs)
	}
	return err
}

func threadStatus(ctx context.Context, q *request) error {
	th, err := q.thread(ctx)
	if err != nil {
		return err
	}
	st, err := th.Status(ctx)
	if err == nil {
		q.out.status(&st)
	}
	return err
}

// readMax is how many bytes one call carries.
const readMax = 1 << 20

func readMemory(ctx context.Context, q *request) error {
	var addr, size uint64
	q.in.uint(&addr)
	q.in.uint(&size)
	t, err := q.target()
	if err != nil {
		return err
	}
	b := make([]byte, min(size, readMax))
	n, err := t.Space().ReadMemory(ctx, b, addr)
	b = b[:n]
	q.out.bytes(&b)
	return err
}

func regions(ctx context.Context, q *request) error {
	t, err := q.target()
	if err != nil {
		return err
	}
	all, err := t.Space().Regions(ctx)
	if err == nil {
		list(&q.out, &all, (*coder).region)
	}
	return err
}

func takeSamples(ctx context.Context, q *request) error {
	var tids []int
	var w core.Want
	list(q.in, &tids, number)
	q.in.want(&w)
	t, err := q.target()
	if err != nil {
		return err
	}
	if w.Stack < 0 || w.Stack > bodyLimit/2 {
		return core.Errorf(core.ErrInvalid, "sampling %d bytes of stack: too many", w.Stack)
	}
	all, err := core.Sample(ctx, t, tids, w)
	list(&q.out, &all, (*coder).snapshot)
	return err
}

func writeMemory(ctx context.Context, w core.MemoryWriter, q *request) error {
	var addr uint64
	var b []byte
	q.in.uint(&addr)
	q.in.bytes(&b)
	if err := q.in.err(); err != nil {
		return err
	}
	n, err := w.WriteMemory(ctx, b, addr)
	number(&q.out, &n)
	return err
}

func writeRegister(ctx context.Context, w core.RegisterWriter, q *request) error {
	var tid, i int
	var b []byte
	number(q.in, &tid)
	number(q.in, &i)
	q.in.bytes(&b)
	if err := q.in.err(); err != nil {
		return err
	}
	return w.WriteRegister(ctx, tid, i, b)
}

func stop(ctx context.Context, s core.Stopper, q *request) error {
	var tid int
	number(q.in, &tid)
	if err := q.in.err(); err != nil {
		return err
	}
	return s.Stop(ctx, tid)
}

func cont(ctx context.Context, s core.Stopper, q *request) error {
	var tid int
	number(q.in, &tid)
	if err := q.in.err(); err != nil {
		return err
	}
	return s.Cont(ctx, tid)
}

func wait(ctx context.Context, w core.Waiter, q *request) error {
	var state core.State
	text(q.in, &state)
	if err := q.in.err(); err != nil {
		return err
	}
	return w.Wait(ctx, core.State(strings.Clone(string(state))))
}

func sendSignal(ctx context.Context, s core.Signaler, q *request) error {
	var sig, tid int
	number(q.in, &sig)
	number(q.in, &tid)
	if err := q.in.err(); err != nil {
		return err
	}
	return s.Signal(ctx, sig, tid)
}

func processFile(ctx context.Context, p core.ProcessFiles, q *request) error {
	var name string
	text(q.in, &name)
	if err := q.in.err(); err != nil {
		return err
	}
	b, err := p.ProcessFile(ctx, name)
	q.out.bytes(&b)
	return err
}

func readSyscall(ctx context.Context, s core.SyscallReader, q *request) error {
	var tid int
	number(q.in, &tid)
	if err := q.in.err(); err != nil {
		return err
	}
	call, err := s.Syscall(ctx, tid)
	if err == nil {
		q.out.syscall(&call)
	}
	return err
}

// openImage passes the file, or keeps it open under the call's id for readImage.
func openImage(ctx context.Context, p core.Images, q *request) error {
	var r core.Region
	q.in.region(&r)
	if err := q.in.err(); err != nil {
		return err
	}
	f, err := p.OpenImage(ctx, r)
	if err != nil {
		return err
	}
	size := f.Size()
	number(&q.out, &size)
	if image, ok := f.(procfs.Image); ok && q.server.shared {
		q.passed = []*os.File{image.File}
		q.after = func() { f.Close() }
		return nil
	}
	q.server.mu.Lock()
	q.server.images[q.id] = f
	q.server.mu.Unlock()
	return nil
}

// image finds one that openImage keeps, for a call with its id.
func (q *request) image(forget bool) (core.File, error) {
	var id uint64
	q.in.uint(&id)
	q.server.mu.Lock()
	defer q.server.mu.Unlock()
	f := q.server.images[id]
	if f == nil {
		return nil, core.Errorf(core.ErrGone, "reading an image: it is closed")
	}
	if forget {
		delete(q.server.images, id)
	}
	return f, nil
}

func readImage(_ context.Context, q *request) error {
	f, err := q.image(false)
	if err != nil {
		return err
	}
	return readAt(q, f.ReadAt)
}

// readAt answers a call whose arguments are an offset and a size; short means the end.
func readAt(q *request, read func([]byte, int64) (int, error)) error {
	var offset int64
	var size uint64
	number(q.in, &offset)
	q.in.uint(&size)
	if err := q.in.err(); err != nil {
		return err
	}
	b := make([]byte, min(size, readMax))
	n, err := read(b, offset)
	b = b[:n]
	q.out.bytes(&b)
	if n > 0 || isEOF(err) {
		return nil
	}
	return err
}

func closeImage(_ context.Context, q *request) error {
	f, err := q.image(true)
	if err != nil {
		return err
	}
	return f.Close()
}

// stream reads a number and finds that standard stream.
func (q *request) stream(s core.Stdio) (core.StdioFile, error) {
	var n int
	number(q.in, &n)
	return s.Stdio(n)
}

func readStream(_ context.Context, s core.Stdio, q *request) error {
	f, err := q.stream(s)
	if err != nil {
		return err
	}
	return readAt(q, f.ReadAt)
}

func writeStream(_ context.Context, s core.Stdio, q *request) error {
	f, err := q.stream(s)
	if err != nil {
		return err
	}
	var b []byte
	q.in.bytes(&b)
	if err := q.in.err(); err != nil {
		return err
	}
	n, err := f.Write(b)
	number(&q.out, &n)
	return err
}

func sizeStream(_ context.Context, s core.Stdio, q *request) error {
	f, err := q.stream(s)
	if err != nil {
		return err
	}
	size, err := f.Size()
	number(&q.out, &size)
	return err
}

// attach makes the target: the driver's name and verb, the spec, and for launch the
// server's environment and directory.
func attach(ctx context.Context, q *request) error {
	var spec core.Spec
	var environ []string
	var directory string
	q.in.spec(&spec)
	list(q.in, &environ, text)
	text(q.in, &directory)
	s := q.server
	if err := q.in.err(); err != nil || s.current() != nil {
		return core.Errorf(core.ErrInvalid, "attaching in the keeper: malformed, or a second time")
	}
	i := slices.IndexFunc(s.drivers, func(d core.Driver) bool { return d.Name == spec.Driver && d.Verb == spec.Verb })
	if i < 0 {
		return core.Errorf(core.ErrUnsupported, "attaching in the keeper: no driver %q for %s", spec.Driver, spec.Verb)
	}
	s.shared = len(q.files) > 0
	for _, f := range q.files {
		f.Close()
	}
	if spec.Verb == "launch" {
		spec = launchFrom(spec, environ, directory)
	}
	t, err := s.drivers[i].Attach(ctx, spec)
	if err != nil {
		return err
	}
	s.attached(t, q)
	return nil
}

// launchFrom makes a launch as it would be in the server's process.
func launchFrom(spec core.Spec, environ []string, directory string) core.Spec {
	os.Clearenv()
	for _, kv := range environ {
		if name, value, ok := strings.Cut(kv, "="); ok && name != "" {
			os.Setenv(name, value)
		}
	}
	if !spec.Has("cwd") {
		spec.Options = append(spec.Options, core.Option{Key: "cwd", Value: directory})
	}
	return spec
}

// attached tells what the target can do and passes its standard streams.
func (s *server) attached(t core.Target, q *request) {
	s.mu.Lock()
	s.target = t
	s.mu.Unlock()
	if n, ok := core.Power[core.Notifier](t); ok {
		n.Notify(s.happened)
		go s.pushEvents()
	}
	names, pid := core.PowerNames(t), os.Getpid()
	list(&q.out, &names, text)
	number(&q.out, &pid)
	q.out.bool(&s.shared)
	var streams []int
	if std, ok := core.Power[core.Stdio](t); ok {
		for n := range 3 {
			if f, err := std.Stdio(n); err == nil {
				streams = append(streams, n)
				if stream, ok := f.(procfs.Stream); ok && s.shared {
					q.passed = append(q.passed, stream.File)
				}
			}
		}
	}
	list(&q.out, &streams, number)
}
