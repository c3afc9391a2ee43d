package debuginfo

import (
	"os"
	"slices"
	"strconv"
	"syscall"

	"github.com/stackfs/stackfs/core"
)

// targetRoot is the root directory that a live process of this host has, where it
// is not this process's own: a container, or a chroot. key tells one from another,
// the same for all processes of a container. Both are empty where it is the same,
// and where the process cannot be asked.
func targetRoot(info core.Info, regions []core.Region) (root, key string) {
	if info.PID <= 0 || !isProcess(info.PID, regions) {
		return "", ""
	}
	dir := "/proc/" + strconv.Itoa(info.PID)
	theirs, err := namespaceAndRoot(dir)
	if err != nil {
		return "", ""
	}
	ours, err := namespaceAndRoot("/proc/self")
	if err != nil || ours == theirs {
		return "", ""
	}
	return dir + "/root", theirs
}

// isProcess says whether the process with this number on this host is the one with
// these regions, and not one of a dump or of another machine: its executable is
// mapped in them.
func isProcess(pid int, regions []core.Region) bool {
	var exe syscall.Stat_t
	if syscall.Stat("/proc/"+strconv.Itoa(pid)+"/exe", &exe) != nil {
		return false
	}
	return slices.ContainsFunc(regions, func(r core.Region) bool { return r.Inode == exe.Ino && r.Inode != 0 })
}

func namespaceAndRoot(dir string) (string, error) {
	ns, err := os.Readlink(dir + "/ns/mnt")
	if err != nil {
		return "", err
	}
	root, err := os.Readlink(dir + "/root")
	return ns + root, err
}

// findRoot fills in where the target's own files are seen from here.
func (p *Program) findRoot(info core.Info) {
	p.root, p.rootKey = p.options.Root, p.options.Root
	if p.root == "" {
		p.root, p.rootKey = targetRoot(info, p.regions)
	}
}
