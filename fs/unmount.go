package fs

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// Unmount takes a stackfs mount away, also a dead or busy one (lazily).
func Unmount(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	mounted, err := isMounted(dir)
	if err != nil {
		return err
	}
	if !mounted {
		return fmt.Errorf("unmounting %s: no stackfs is mounted there; `mount -t fuse.stackfs` lists the mounts", dir)
	}
	const detach = 2 // MNT_DETACH
	if err := syscall.Unmount(dir, detach); err == nil {
		return nil
	}
	out, err := exec.Command("fusermount3", "-u", "-z", dir).CombinedOutput()
	if err != nil {
		return fmt.Errorf("unmounting %s: %s; is package fuse3 installed?", dir, strings.TrimSpace(string(out)+" "+err.Error()))
	}
	return nil
}

// Recover takes away a stackfs mount at dir whose server is dead. A living one,
// and any other kind of mount, stays.
func Recover(dir string) error {
	_, err := os.Stat(dir)
	if !errors.Is(err, syscall.ENOTCONN) && !errors.Is(err, syscall.ECONNABORTED) {
		return nil
	}
	return Unmount(dir)
}

// isMounted looks for a stackfs in the list of mounts (proc(5), mountinfo: the
// fifth field is the mount point, octal escapes for blanks; the type follows " - ").
func isMounted(dir string) (bool, error) {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return false, err
	}
	defer f.Close()
	unescape := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)
	for lines := bufio.NewScanner(f); lines.Scan(); {
		head, tail, _ := strings.Cut(lines.Text(), " - ")
		fields := strings.Fields(head)
		if len(fields) > 4 && unescape.Replace(fields[4]) == dir && strings.HasPrefix(tail, "fuse.stackfs ") {
			return true, nil
		}
	}
	return false, nil
}
