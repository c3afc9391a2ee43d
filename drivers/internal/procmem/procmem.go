// Package procmem reads and writes the memory of a process of this machine.
//
// Reads go by process_vm_readv(2), which is fastest; what that cannot read goes by
// a descriptor of /proc/PID/mem, which ignores page protections and needs no
// rights once open. A pidfd guards against a process id used again. The keeper
// opens both descriptors and hands copies to the server, so that both read alike.
//
// A Memory may be used by any number of goroutines; Replace (after exec) and Close
// may be called at any time.
package procmem

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers/internal/procfs"
)

// chunk is how many bytes are read between two looks at the context.
const chunk = 4 << 20

// ErrStale is a kind of failure: the descriptor is of an address space that is no
// longer the process's, which has run another program since.
var ErrStale = errors.New("address space was replaced")

// Memory is the memory of one process.
type Memory struct {
	pid   int // 0: the id is not known here, only the descriptor is used
	pidfd *os.File
	noVM  atomic.Bool // process_vm_readv is not permitted
	mu    sync.RWMutex
	mem   *os.File
}

// Sharer is a target whose memory another process may read by descriptors.
type Sharer interface{ SharedMemory() *Memory }

// Open opens the memory of a process: ErrGone, ErrPermission.
func Open(pid int) (*Memory, error) {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return nil, procfs.Error(os.NewSyscallError("pidfd_open", err))
	}
	m := &Memory{pid: pid, pidfd: os.NewFile(uintptr(fd), "pidfd")}
	if err := m.Reopen(); err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

// FromFiles makes a Memory of descriptors that another process opened; it owns
// them from then on. pid is 0 where that process is not in our pid namespace.
func FromFiles(pid int, pidfd, mem *os.File) *Memory {
	m := &Memory{pid: pid, pidfd: pidfd, mem: mem}
	m.noVM.Store(pid == 0)
	return m
}

// Reopen opens /proc/PID/mem again, after exec.
func (m *Memory) Reopen() error {
	path := procfs.Path(m.pid, "mem")
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrPermission) {
		f, err = os.Open(path)
	}
	if err != nil {
		return procfs.Error(err)
	}
	m.Replace(f)
	return nil
}

// Replace takes a new descriptor of /proc/PID/mem in place of the old one.
func (m *Memory) Replace(f *os.File) {
	m.mu.Lock()
	old := m.mem
	m.mem = f
	m.mu.Unlock()
	if old != nil {
		old.Close()
	}
}

// Files returns the pidfd and the descriptor of /proc/PID/mem, to be passed on;
// both stay the Memory's. nil after Close.
func (m *Memory) Files() (pidfd, mem *os.File) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.pidfd, m.mem
}

// Path names the way that reads take: process_vm or proc-mem.
func (m *Memory) Path() string {
	if m.noVM.Load() {
		return "proc-mem"
	}
	return "process_vm"
}

// Close lets go of the descriptors.
func (m *Memory) Close() error {
	m.Replace(nil)
	return m.pidfd.Close()
}

// Alive is nil while the process has not been reaped, else ErrGone.
func (m *Memory) Alive() error {
	err := unix.ESRCH
	raw, connErr := m.pidfd.SyscallConn()
	if connErr == nil {
		connErr = raw.Control(func(fd uintptr) {
			_, _, err = unix.RawSyscall6(unix.SYS_PIDFD_SEND_SIGNAL, fd, 0, 0, 0, 0, 0)
		})
	}
	if connErr != nil || err == unix.ESRCH {
		return core.Errorf(core.ErrGone, "process %d is gone", m.pid)
	}
	return nil // EPERM too: it is there, and of another user
}

// ReadMemory implements core.Memory.
func (m *Memory) ReadMemory(ctx context.Context, p []byte, addr uint64) (int, error) {
	done := 0
	for done < len(p) {
		if err := core.ContextError(ctx, "reading memory"); err != nil {
			return done, err
		}
		at := addr + uint64(done)
		if at < addr { // beyond the last address
			return done, &core.FaultError{Addr: at}
		}
		part := p[done:min(len(p), done+chunk)]
		if left := -at; left != 0 && uint64(len(part)) > left {
			part = part[:left]
		}
		n, err := m.readChunk(part, at)
		done += n
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// readChunk reads all of p or says why not.
func (m *Memory) readChunk(p []byte, addr uint64) (n int, err error) {
	if !m.noVM.Load() {
		n, err = m.ReadMapped(p, addr)
		if err == nil && n == len(p) || errors.Is(err, core.ErrGone) {
			return n, err
		}
	}
	rest, err := m.readFile(p[n:], addr+uint64(n))
	n += rest
	if err != nil || n == len(p) {
		return n, err
	}
	return n, &core.FaultError{Addr: addr + uint64(n)}
}

// ReadMapped reads by process_vm_readv alone, up to the first byte that this
// cannot read; pages that the process itself may not read are among those.
func (m *Memory) ReadMapped(p []byte, addr uint64) (int, error) {
	if len(p) == 0 || m.noVM.Load() {
		return 0, nil
	}
	local := []unix.Iovec{{Base: &p[0]}}
	local[0].SetLen(len(p))
	n, err := unix.ProcessVMReadv(m.pid, local, []unix.RemoteIovec{{Base: uintptr(addr), Len: len(p)}}, 0)
	switch {
	case err == unix.EPERM, err == unix.ENOSYS:
		m.noVM.Store(true)
		return 0, nil
	case err == unix.ESRCH:
		return 0, core.Errorf(core.ErrGone, "reading memory: process %d is gone", m.pid)
	case err != nil:
		n = 0
	}
	return n, m.Alive()
}

// readFile reads by /proc/PID/mem up to the first byte that is not there.
func (m *Memory) readFile(p []byte, addr uint64) (int, error) {
	if int64(addr) < 0 || int64(addr)+int64(len(p)) < 0 { // the kernel's half; pread(2) takes no such offset
		return 0, m.Alive()
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.mem == nil {
		return 0, core.Errorf(core.ErrGone, "reading memory: target is closed")
	}
	n, err := m.mem.ReadAt(p, int64(addr))
	if n == 0 && err == io.EOF {
		return 0, m.stale("reading memory")
	}
	return n, nil
}

// stale is what a read or write of no bytes means: the address space has gone,
// with its process or by exec.
func (m *Memory) stale(doing string) error {
	if err := m.Alive(); err != nil {
		return err
	}
	if m.pid != 0 {
		if st, err := procfs.ThreadStat(m.pid, m.pid); err == nil && st.State == 'Z' {
			return core.Errorf(core.ErrGone, "%s: process %d has ended", doing, m.pid)
		}
	}
	return core.Errorf(core.ErrGone, "%s: %w", doing, ErrStale)
}

// WriteMemory implements core.MemoryWriter: through /proc/PID/mem, which writes
// read-only private pages as ptrace does, else by process_vm_writev(2).
func (m *Memory) WriteMemory(ctx context.Context, p []byte, addr uint64) (int, error) {
	if err := core.ContextError(ctx, "writing memory"); err != nil {
		return 0, err
	}
	if len(p) == 0 {
		return 0, nil
	}
	if addr+uint64(len(p)) < addr || int64(addr) < 0 || int64(addr)+int64(len(p)) < 0 {
		return 0, &core.FaultError{Addr: addr, Write: true}
	}
	n, err := m.writeFile(p, addr)
	if err == nil && n < len(p) {
		n += m.writeMapped(p[n:], addr+uint64(n))
	}
	if err == nil && n < len(p) {
		err = &core.FaultError{Addr: addr + uint64(n), Write: true}
	}
	return n, err
}

func (m *Memory) writeFile(p []byte, addr uint64) (int, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.mem == nil {
		return 0, core.Errorf(core.ErrGone, "writing memory: target is closed")
	}
	raw, err := m.mem.SyscallConn()
	if err != nil {
		return 0, core.Errorf(core.ErrGone, "writing memory: target is closed")
	}
	done, gone := 0, false
	err = raw.Control(func(fd uintptr) { // not File.WriteAt, which does not tell how much it wrote before an error
		for done < len(p) {
			n, err := unix.Pwrite(int(fd), p[done:], int64(addr)+int64(done))
			if err == unix.EINTR {
				continue
			}
			gone = n == 0 && err == nil
			if n <= 0 {
				return
			}
			done += n
		}
	})
	if err != nil || gone {
		return done, m.stale("writing memory")
	}
	return done, nil
}

func (m *Memory) writeMapped(p []byte, addr uint64) int {
	if m.noVM.Load() {
		return 0
	}
	local := []unix.Iovec{{Base: &p[0]}}
	local[0].SetLen(len(p))
	n, err := unix.ProcessVMWritev(m.pid, local, []unix.RemoteIovec{{Base: uintptr(addr), Len: len(p)}}, 0)
	if err != nil {
		return 0
	}
	return n
}
