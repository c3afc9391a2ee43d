package main

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
)

func checkFuseDevice(h host) finding {
	const name = "/dev/fuse"
	info, err := h.stat(name)
	switch {
	case err != nil:
		return finding{fail, "there is no /dev/fuse", "modprobe fuse, or start the container with --device /dev/fuse"}
	case info.Mode()&fs.ModeCharDevice == 0:
		return finding{fail, "/dev/fuse is no character device", "rm /dev/fuse; mknod -m 666 /dev/fuse c 10 229"}
	}
	err = h.access(name)
	switch {
	case err == nil:
		return finding{fine, "/dev/fuse can be opened", ""}
	case errors.Is(err, fs.ErrPermission) && h.uid != 0:
		return finding{fail, "/dev/fuse is root's alone, and fusermount3 opens it as you", "as root: chmod 666 /dev/fuse"}
	case errors.Is(err, fs.ErrPermission):
		return finding{fail, "root may not open /dev/fuse", "the container's device rules forbid it: --device /dev/fuse --cap-add SYS_ADMIN"}
	}
	return finding{fail, "/dev/fuse cannot be opened: " + err.Error(), "modprobe fuse"}
}

func checkFusermount(h host) finding {
	name, info, ok := h.find("fusermount3")
	missing := fail
	if h.uid == 0 && h.capable(capSysAdmin) {
		missing = warn // root mounts by itself
	}
	switch {
	case !ok:
		return finding{missing, "fusermount3 is not installed, so ordinary users cannot mount", "apt-get install fuse3"}
	case info.Mode()&fs.ModeSetuid == 0:
		return finding{missing, name + " is not setuid root, so ordinary users cannot mount", "chmod u+s " + name}
	}
	return finding{fine, name + " is setuid root", ""}
}

func checkAllowOther(h host) finding {
	if h.uid == 0 {
		return finding{fine, "root may use --allow-other", ""}
	}
	for line := range strings.SplitSeq(h.text("/etc/fuse.conf"), "\n") {
		if strings.TrimSpace(line) == "user_allow_other" {
			return finding{fine, "/etc/fuse.conf has user_allow_other", ""}
		}
	}
	return finding{warn, "--allow-other is for root only", "add the line user_allow_other to /etc/fuse.conf"}
}

// cannotMount is the reason why mounting must fail here, or nil: the checks of
// doctor that are about it.
func cannotMount(h host) error {
	for _, look := range []func(host) finding{checkFuseDevice, checkFusermount} {
		if f := look(h); f.grade == fail {
			return errors.New(f.text + "; " + f.hint)
		}
	}
	return nil
}

// checkSystemd is about what a service manager does to keepers.
func checkSystemd(h host) finding {
	const remark = "a unit that mounts needs KillMode=mixed, or keepers are killed before they let go"
	if _, err := h.stat("/run/systemd/system"); err != nil {
		return finding{fine, "systemd does not run here; elsewhere " + remark, ""}
	}
	units := []string{"/etc/systemd/system/stackfs.service", "/usr/local/lib/systemd/system/stackfs.service", "/usr/lib/systemd/system/stackfs.service"}
	i := slices.IndexFunc(units, func(u string) bool { return h.text(u) != "" })
	if i >= 0 && !strings.Contains(h.text(units[i]), "\nKillMode=mixed") {
		return finding{warn, units[i] + " has no KillMode=mixed", remark}
	}
	return finding{fine, remark, "the shipped stackfs.service has it"}
}
