package syscalls

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/tests/need"
)

// The truth is strace. So that both see the very same call, with the same
// addresses, pids and memory, the program runs once, under strace, with a seccomp
// filter whose listener is this test: at each entry strace has been there, and
// the call waits until it has been decoded here too.

// A seen is one call as decoded here at its entry.
type seen struct {
	call  Call
	kinds []*kind
	raw   core.Syscall
}

// What testdata/script.c says before its calls, and what it waits for: without
// that it makes none, for they would be executed.
const (
	scriptMagic  = 0x5374616b6673
	scriptAgreed = 0x600d
)

type notification struct { // struct seccomp_notif
	id         uint64
	pid, flags uint32
	nr         int32
	arch       uint32
	ip         uint64
	args       [6]uint64
}

type response struct { // struct seccomp_notif_resp
	id    uint64
	val   int64
	err   int32
	flags uint32
}

const (
	notifRecv = 0xc0502100 // SECCOMP_IOCTL_NOTIF_RECV
	notifSend = 0xc0182101 // SECCOMP_IOCTL_NOTIF_SEND
)

// processMemory is the memory of a process (process_vm_readv(2)).
type processMemory int

func (p processMemory) ReadMemory(_ context.Context, b []byte, addr uint64) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	const page = 4096
	for done := 0; done < len(b); {
		n := min(len(b)-done, int(page-(addr+uint64(done))%page))
		local := syscall.Iovec{Base: &b[done], Len: uint64(n)}
		remote := [2]uint64{addr + uint64(done), uint64(n)}
		got, _, e := syscall.Syscall6(310, uintptr(p), uintptr(unsafe.Pointer(&local)), 1, uintptr(unsafe.Pointer(&remote)), 1, 0)
		if e != 0 || int(got) != n {
			return done, &core.FaultError{Addr: addr + uint64(done)}
		}
		done += n
	}
	return len(b), nil
}

// compileC builds a program of testdata.
func compileC(t testing.TB, name string, flags ...string) string {
	t.Helper()
	gcc := need.Command(t, "gcc", "apt install gcc")
	out := filepath.Join(t.TempDir(), name)
	args := append([]string{"-w", "-O1", "-o", out, filepath.Join("testdata", name+".c")}, flags...)
	if text, err := exec.Command(gcc, args...).CombinedOutput(); err != nil {
		t.Fatalf("gcc %s: %v\n%s", name, err, text)
	}
	return out
}

// watch runs a program under strace and returns, by thread, what was seen here
// and what strace wrote.
func watch(t *testing.T, argv ...string) (here map[int][]seen, there map[int][]string) {
	t.Helper()
	strace := need.Command(t, "strace", "apt install strace")
	notify := compileC(t, "notify")
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "ours"), os.NewFile(uintptr(pair[1]), "theirs")
	defer ours.Close()
	dir := t.TempDir()
	cmd := exec.Command(strace, append([]string{"-ff", "-q", "-e", "raw=none", "-o", filepath.Join(dir, "t"), "--", notify, "3"}, argv...)...)
	cmd.ExtraFiles = []*os.File{theirs}
	out, err := os.Create(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr, cmd.Dir = out, out, dir
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	listener := receiveFD(t, ours)
	here = serve(t, listener)
	syscall.Close(listener)
	if err := cmd.Wait(); err != nil {
		text, _ := os.ReadFile(out.Name())
		t.Logf("%v: %v\n%.2000s", argv, err, text)
	}
	return here, readTraces(t, dir)
}

func receiveFD(t *testing.T, f *os.File) int {
	t.Helper()
	control := make([]byte, syscall.CmsgSpace(4))
	_, n, _, _, err := syscall.Recvmsg(int(f.Fd()), make([]byte, 1), control, 0)
	if err != nil || n == 0 {
		need.Missing(t, fmt.Sprintf("no seccomp listener (%v)", err), "Linux 5.19 or later, and no sandbox that forbids SECCOMP_FILTER_FLAG_NEW_LISTENER")
	}
	return int(binary.LittleEndian.Uint32(control[16:]))
}

// serve decodes calls until the last process with the filter is gone.
func serve(t *testing.T, listener int) map[int][]seen {
	t.Helper()
	out, denied := map[int][]seen{}, map[int]bool{}
	type pollFD struct {
		fd              int32
		events, revents int16
	}
	for {
		p := pollFD{fd: int32(listener), events: 1}
		if _, _, e := syscall.Syscall(syscall.SYS_POLL, uintptr(unsafe.Pointer(&p)), 1, 60000); e == syscall.EINTR {
			continue
		}
		if p.revents&1 == 0 {
			return out
		}
		var n notification
		if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, uintptr(listener), notifRecv, uintptr(unsafe.Pointer(&n))); e != 0 {
			if e == syscall.ENOENT || e == syscall.EINTR {
				continue
			}
			t.Fatalf("receiving a notification: %v", e)
		}
		pid := int(n.pid)
		raw := core.Syscall{Number: int(n.nr), Args: n.args, PC: n.ip}
		magic := n.nr == syscall.SYS_GETPID && n.args[0]&^1 == scriptMagic&^1
		if magic {
			denied[pid] = n.args[0] == scriptMagic
		} else {
			raw.SP = stackPointer(pid)
			name, _ := Name(core.AMD64, raw.Number)
			call, kinds := tableOf(core.AMD64).decode(context.Background(), name, processMemory(pid), raw)
			out[pid] = append(out[pid], seen{call, kinds, raw})
		}
		resp := response{id: n.id, flags: 1} // SECCOMP_USER_NOTIF_FLAG_CONTINUE
		if denied[pid] {
			resp = response{id: n.id} // 0 is the result, or an error
			if len(out[pid])%2 == 0 {
				resp.err = -int32(syscall.EXDEV)
			}
		}
		if magic && denied[pid] {
			resp = response{id: n.id, val: scriptAgreed}
		}
		_, _, e := syscall.Syscall(syscall.SYS_IOCTL, uintptr(listener), notifSend, uintptr(unsafe.Pointer(&resp)))
		if e != 0 && !errors.Is(e, syscall.ENOENT) {
			t.Fatalf("answering a notification: %v", e)
		}
	}
}

// stackPointer reads the last but one word of /proc/PID/syscall.
func stackPointer(pid int) uint64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/syscall", pid))
	words := strings.Fields(string(text))
	if len(words) < 2 {
		return 0
	}
	sp, _ := strconv.ParseUint(words[len(words)-2], 0, 64)
	return sp
}

func readTraces(t *testing.T, dir string) map[int][]string {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "t.*"))
	out := map[int][]string{}
	for _, f := range files {
		pid, err := strconv.Atoi(strings.TrimPrefix(filepath.Ext(f), "."))
		text, err2 := os.ReadFile(f)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSuffix(line, "\n")
			if strings.HasPrefix(line, "---") || strings.HasPrefix(line, "+++") || line == "" {
				continue
			}
			out[pid] = append(out[pid], line)
			if strings.HasPrefix(line, "sendmsg(1000, ") {
				out[pid] = nil // up to here there was no filter
			}
		}
	}
	return out
}

// parseTrace takes a line of strace apart: name(args) = result.
func parseTrace(line string) (name string, args []string, result string, err error) {
	name, rest, ok := strings.Cut(line, "(")
	if !ok {
		return "", nil, "", fmt.Errorf("no call: %s", line)
	}
	depth, quoted, start := 0, false, 0
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case strings.HasPrefix(rest[i:], "/*"):
			i += strings.Index(rest[i:], "*/") + 1
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case depth > 0 && strings.IndexByte(")]}", c) >= 0:
			depth--
		case c == ',' && depth == 0, c == ')' && depth == 0:
			if arg := strings.TrimSpace(rest[start:i]); arg != "" || c == ',' {
				args = append(args, arg)
			}
			start = i + 1
			if c == ')' {
				return name, args, strings.TrimSpace(rest[i+1:]), nil
			}
		}
	}
	return name, args, "", fmt.Errorf("no end: %s", line)
}
