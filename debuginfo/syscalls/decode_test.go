package syscalls

import (
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/stackfs/stackfs/core"
)

// TestText is the golden of what a call looks like.
func TestText(t *testing.T) {
	data := make([]byte, 512)
	copy(data, "/etc/passwd\x00")
	copy(data[64:], "a string that is longer than thirty-two bytes\x00")
	binary.LittleEndian.PutUint64(data[128:], 2)
	binary.LittleEndian.PutUint64(data[136:], 500000000)
	copy(data[160:], "\x02\x00\x00\x50\x7f\x00\x00\x01")
	memory := core.Bytes{Addr: 0x1000, Data: data}
	fdcwd := ^uint64(99)
	for _, c := range []struct {
		name string
		args [6]uint64
		want string
	}{
		{"openat", [6]uint64{fdcwd, 0x1000, 0, 0o777}, `openat (AT_FDCWD, "/etc/passwd", O_RDONLY)`},
		{"openat", [6]uint64{fdcwd, 0x1000, 0x80241, 0o644}, `openat (AT_FDCWD, "/etc/passwd", O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC, 0644)`},
		{"open", [6]uint64{0x1040, 0x20000002}, `open ("a string that is longer than thirty-two bytes", O_RDWR|0x20000000)`},
		{"write", [6]uint64{1, 0x1040, 45}, `write (1, "a string that is longer than thi"..., 45)`},
		{"write", [6]uint64{1, 0x9000, 45}, `write (1, 0x9000, 45)`},
		{"write", [6]uint64{1, 0x11f8, 20}, `write (1, 0x11f8, 20)`},
		{"read", [6]uint64{0, 0x1000, 10}, `read (0, 0x1000, 10)`},
		{"nanosleep", [6]uint64{0x1080, 0}, `nanosleep ({tv_sec=2, tv_nsec=500000000}, NULL)`},
		{"connect", [6]uint64{3, 0x10a0, 16}, `connect (3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16)`},
		{"futex", [6]uint64{0x1100, 128, 1, 0}, `futex (0x1100, FUTEX_WAIT_PRIVATE, 1, NULL)`},
		{"clone", [6]uint64{0x1200011, 0, 0, 0x7000}, `clone (child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7000)`},
		{"fcntl", [6]uint64{3, 2, 1}, `fcntl (3, F_SETFD, FD_CLOEXEC)`},
		{"fcntl", [6]uint64{3, 1}, `fcntl (3, F_GETFD)`},
		{"getpid", [6]uint64{}, `getpid ()`},
	} {
		nr, _ := Number(core.AMD64, c.name)
		call := Decode(t.Context(), core.AMD64, memory, core.Syscall{Number: nr, Args: c.args})
		if call.String() != c.want {
			t.Errorf("have %s\nwant %s", call, c.want)
		}
	}
	nr, _ := Number(core.AMD64, "close")
	text, err := json.Marshal(Decode(t.Context(), core.AMD64, nil, core.Syscall{Number: nr, Args: [6]uint64{7}}))
	if err != nil || string(text) != `{"name":"close","args":[{"name":"fd","value":"7"}]}` {
		t.Errorf("%s %v", text, err)
	}
}

func TestResult(t *testing.T) {
	for _, c := range []struct {
		name string
		ret  uint64
		want string
	}{
		{"openat", 3, "3"},
		{"openat", neg(-2), "-1 ENOENT (No such file or directory)"},
		{"mmap", 0x7f0012345000, "0x7f0012345000"},
		{"mmap", neg(-12), "-1 ENOMEM (Cannot allocate memory)"},
		{"brk", 0x55550000, "0x55550000"},
		{"umask", 0o22, "022"},
		{"exit_group", 0, "?"},
		{"getpriority", 20, "20"},
		{"poll", neg(-516), "? ERESTART_RESTARTBLOCK (restarted by restart_syscall)"},
		{"lseek", 1 << 40, "1099511627776"},
		{"x", neg(-999), "-1 (errno 999)"},
	} {
		if have := Result(core.AMD64, c.name, c.ret); have != c.want {
			t.Errorf("%s: have %s, want %s", c.name, have, c.want)
		}
	}
}
