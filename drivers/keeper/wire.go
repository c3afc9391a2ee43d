package keeper

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/core"
)

// A frame is 4 bytes of length of what follows, one byte of kind, one of how many
// descriptors came with it, 8 of id, and the body. All numbers are little-endian.
const (
	headSize  = 4 + 1 + 1 + 8
	bodyLimit = 64 << 20 // bytes
	filesMax  = 16       // descriptors that may be under way
)

// The kinds of frames. The server sends calls, cancels and releases; the keeper the others.
const (
	kindCall    = iota + 1 // body: method, timeout, arguments
	kindCancel             // id: the call
	kindRelease            // id: the call that made the hold
	kindReply              // body: error, results
	kindState              // body: Info, thread ids
	kindFiles              // with a pidfd and /proc/PID/mem
	kindEvent              // body: Event
)

type frame struct {
	kind  byte
	id    uint64
	body  []byte
	files []*os.File // the receiver's to close
}

// conn carries frames. One goroutine receives; any may send.
type conn struct {
	in    io.Reader
	out   io.Writer
	unix  *net.UnixConn // nil: descriptors cannot cross
	ends  []io.Closer
	mu    sync.Mutex // orders what is sent
	buf   []byte     // received and not used yet
	space []byte
	files []*os.File // came before the frame that they belong to was read
}

// newConn talks over a socket if there is one on the descriptor, else over in and out. It
// owns the files.
func newConn(in, out *os.File) (*conn, error) {
	c := &conn{in: in, out: out, ends: []io.Closer{in, out}, space: make([]byte, 64<<10)}
	domain, err := unix.GetsockoptInt(int(in.Fd()), unix.SOL_SOCKET, unix.SO_DOMAIN)
	if err != nil || domain != unix.AF_UNIX { // net.FileConn would make a pipe non-blocking for all who share it
		return c, nil
	}
	socket, err := net.FileConn(in)
	if err != nil {
		return nil, err
	}
	in.Close()
	out.Close()
	c.unix = socket.(*net.UnixConn)
	c.in, c.out, c.ends = c.unix, c.unix, []io.Closer{c.unix}
	return c, nil
}

func (c *conn) close() {
	for _, e := range c.ends {
		e.Close()
	}
}

// pack appends a frame as bytes.
func (f frame) pack(b []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(headSize-4+len(f.body)))
	b = append(b, f.kind, byte(len(f.files)))
	b = binary.LittleEndian.AppendUint64(b, f.id)
	return append(b, f.body...)
}

// send writes frames one after the other; their files stay the caller's.
func (c *conn) send(frames ...frame) error {
	var b []byte
	var rights []int
	for _, f := range frames {
		if len(f.body) > bodyLimit-headSize {
			return core.Errorf(core.ErrInvalid, "sending %d bytes to or from a keeper: too many at once", len(f.body))
		}
		b = f.pack(b)
		fds, err := duplicates(f.files)
		rights = append(rights, fds...)
		if err != nil {
			closeFDs(rights)
			return err
		}
	}
	defer closeFDs(rights)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(rights) == 0 || c.unix == nil {
		_, err := c.out.Write(b)
		return err
	}
	n, _, err := c.unix.WriteMsgUnix(b, unix.UnixRights(rights...), nil)
	if err == nil && n < len(b) {
		_, err = c.unix.Write(b[n:])
	}
	return err
}

// duplicates copies descriptors, which thus stay open until they are sent.
func duplicates(files []*os.File) (fds []int, err error) {
	for _, f := range files {
		raw, err := f.SyscallConn()
		if err != nil {
			return fds, err
		}
		var fd int
		var dupErr error
		err = raw.Control(func(old uintptr) { fd, dupErr = unix.FcntlInt(old, unix.F_DUPFD_CLOEXEC, 0) })
		if err = errors.Join(err, dupErr); err != nil {
			return fds, err
		}
		fds = append(fds, fd)
	}
	return fds, nil
}

func closeFDs(fds []int) {
	for _, fd := range fds {
		unix.Close(fd)
	}
}

// receive reads the next frame; io.EOF at the end.
func (c *conn) receive() (frame, error) {
	if err := c.fill(headSize); err != nil {
		return frame{}, err
	}
	size := binary.LittleEndian.Uint32(c.buf)
	f := frame{kind: c.buf[4], id: binary.LittleEndian.Uint64(c.buf[6:])}
	files := int(c.buf[5])
	if size < headSize-4 || size > bodyLimit || files > filesMax {
		return frame{}, core.Errorf(core.ErrInvalid, "reading from a keeper's socket: garbage instead of a frame")
	}
	if err := c.fill(4 + int(size)); err != nil {
		return frame{}, errors.Join(err, io.ErrUnexpectedEOF)
	}
	f.body = append([]byte(nil), c.buf[headSize:4+size]...)
	c.buf = append(c.buf[:0], c.buf[4+size:]...)
	f.files = c.take(files)
	return f, nil
}

// take hands out the descriptors of a frame: none if they were lost on the way
// through something that is not a socket.
func (c *conn) take(n int) []*os.File {
	if n == 0 || len(c.files) < n {
		return nil
	}
	files := c.files[:n:n]
	c.files = c.files[n:]
	return files
}

// fill reads until n bytes are buffered.
func (c *conn) fill(n int) error {
	for len(c.buf) < n {
		got, err := c.read()
		c.buf = append(c.buf, c.space[:got]...)
		if err != nil && len(c.buf) < n {
			return err
		}
	}
	return nil
}

func (c *conn) read() (int, error) {
	if c.unix == nil {
		return c.in.Read(c.space)
	}
	var oob [256]byte
	n, oobn, _, _, err := c.unix.ReadMsgUnix(c.space, oob[:])
	if oobn > 0 {
		c.accept(oob[:oobn])
	}
	if err == nil && n == 0 {
		err = io.EOF
	}
	return max(n, 0), err
}

// accept takes descriptors in; a peer that sends more than it says is not believed.
func (c *conn) accept(oob []byte) {
	messages, err := syscall.ParseSocketControlMessage(oob)
	if err != nil {
		return
	}
	for _, m := range messages {
		fds, err := syscall.ParseUnixRights(&m)
		for _, fd := range fds {
			if f := os.NewFile(uintptr(fd), "from keeper"); err == nil && len(c.files) < 2*filesMax {
				c.files = append(c.files, f)
			} else {
				f.Close()
			}
		}
	}
}
