package main

import (
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A host is the machine as doctor sees it; tests make others.
type host struct {
	files  fs.FS // rooted at /
	uid    int
	env    func(string) string
	access func(name string) error // opening for reading and writing
	bpf    func() error            // a harmless bpf(2)
}

func thisHost() host {
	return host{files: os.DirFS("/"), uid: os.Geteuid(), env: os.Getenv, access: openBoth, bpf: tryBPF}
}

func openBoth(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return f.Close()
}

// tryBPF makes a map of one element (bpf(2), BPF_MAP_CREATE with union bpf_attr's
// first four fields) and drops it.
func tryBPF() error {
	attr := struct{ mapType, keySize, valueSize, maxEntries uint32 }{unix.BPF_MAP_TYPE_ARRAY, 4, 4, 1}
	fd, _, errno := unix.Syscall(unix.SYS_BPF, unix.BPF_MAP_CREATE, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr))
	if errno != 0 {
		return errno
	}
	return unix.Close(int(fd))
}

// stat is os.Stat of an absolute path.
func (h host) stat(name string) (fs.FileInfo, error) {
	return fs.Stat(h.files, strings.TrimPrefix(name, "/"))
}

// text is a file's content without its last newline; "" if it cannot be read.
func (h host) text(name string) string {
	b, err := fs.ReadFile(h.files, strings.TrimPrefix(name, "/"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// number is a file that holds one number.
func (h host) number(name string) (n int, ok bool) {
	n, err := strconv.Atoi(h.text(name))
	return n, err == nil
}

// find looks a program up in PATH, and where distributions put it.
func (h host) find(program string) (name string, info fs.FileInfo, ok bool) {
	dirs := append(strings.Split(h.env("PATH"), ":"), "/usr/bin", "/bin")
	for _, dir := range dirs {
		if !path.IsAbs(dir) {
			continue
		}
		name := path.Join(dir, program)
		if info, err := h.stat(name); err == nil && info.Mode()&0o111 != 0 {
			return name, info, true
		}
	}
	return "", nil, false
}

// self is a field of our /proc/self/status, such as CapEff.
func (h host) self(key string) string {
	for line := range strings.SplitSeq(h.text("/proc/self/status"), "\n") {
		if value, ok := strings.CutPrefix(line, key+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// capable says whether we have a capability (capabilities(7)).
func (h host) capable(bit int) bool {
	set, err := strconv.ParseUint(h.self("CapEff"), 16, 64)
	return err == nil && set>>bit&1 == 1
}
