package procmem

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/core"
)

// mapped makes three pages of our own: readable, without permissions, not mapped.
func mapped(t *testing.T) (b []byte, addr uint64) {
	t.Helper()
	b, err := unix.Mmap(-1, 0, 3*4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b {
		b[i] = byte(i * 7)
	}
	addr = uint64(uintptr(unsafe.Pointer(&b[0])))
	t.Cleanup(func() { unix.RawSyscall(unix.SYS_MUNMAP, uintptr(addr), 2*4096, 0) })
	if err := unix.Mprotect(b[4096:8192], unix.PROT_NONE); err != nil {
		t.Fatal(err)
	}
	unix.RawSyscall(unix.SYS_MUNMAP, uintptr(addr)+8192, 4096, 0)
	return b, addr
}

func TestReadMemory(t *testing.T) {
	_, addr := mapped(t)
	m, err := Open(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	pidfd, mem := m.Files()
	ctx := context.Background()
	for name, m := range map[string]*Memory{"own": m, "descriptors": FromFiles(0, pidfd, mem)} {
		p := make([]byte, 3*4096)
		n, err := m.ReadMemory(ctx, p, addr)
		if bad, ok := core.IsFault(err); n != 8192 || !ok || bad != addr+8192 {
			t.Errorf("%s: %d bytes, %v", name, n, err)
		}
		if p[4097] != byte(4097*7%256) {
			t.Errorf("%s: a page without permissions reads as 0x%02x", name, p[4097])
		}
		n, err = m.ReadMemory(ctx, p[:10], ^uint64(0)-4)
		if bad, ok := core.IsFault(err); n != 0 || !ok || bad != ^uint64(0)-4 {
			t.Errorf("%s: the end of the address space: %d bytes, %v", name, n, err)
		}
		if n, err = m.WriteMemory(ctx, []byte("xy"), addr+8191); n != 1 {
			t.Errorf("%s: wrote %d bytes across the end, %v", name, n, err)
		}
		if bad, ok := core.IsFault(err); !ok || bad != addr+8192 {
			t.Errorf("%s: %v", name, err)
		}
		if _, err = m.ReadMemory(ctx, p[:1], addr+8191); err != nil || p[0] != 'x' {
			t.Errorf("%s: wrote x, read %q, %v", name, p[:1], err)
		}
	}
}

func TestGone(t *testing.T) {
	cmd := exec.Command("sleep", "100")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	m, err := Open(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	cmd.Process.Kill()
	time.Sleep(20 * time.Millisecond)
	for range 2 { // as a zombie, then reaped
		n, err := m.ReadMemory(context.Background(), make([]byte, 8), 0x400000)
		if n != 0 || !errors.Is(err, core.ErrGone) {
			t.Errorf("%d bytes, %v", n, err)
		}
		cmd.Wait()
	}
	if m.Alive() == nil {
		t.Error("alive after its end")
	}
}

func TestReadLarge(t *testing.T) {
	b := bytes.Repeat([]byte("stackfs "), (9<<20)/8)
	m, err := Open(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	p := make([]byte, len(b))
	n, err := m.ReadMemory(context.Background(), p, uint64(uintptr(unsafe.Pointer(&b[0]))))
	if n != len(p) || err != nil || !bytes.Equal(p, b) {
		t.Errorf("%d bytes, %v", n, err)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := m.ReadMemory(cancelled, p, 0x1000); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
