package main

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
)

func checkUprobes(h host) finding {
	for _, dir := range []string{"/sys/kernel/tracing", "/sys/kernel/debug/tracing"} {
		_, err := h.stat(dir + "/uprobe_events")
		if err == nil || errors.Is(err, fs.ErrPermission) {
			return finding{fine, dir + "/uprobe_events is there", ""}
		}
	}
	if _, err := h.stat("/sys/bus/event_source/devices/uprobe/type"); err == nil {
		return finding{fine, "the kernel has uprobes (perf_event_open)", ""}
	}
	return finding{warn, "no uprobes, so probes of the kernel mechanism cannot be had", "mount -t tracefs tracefs /sys/kernel/tracing, or a kernel with CONFIG_UPROBE_EVENTS"}
}

func checkPerf(h host) finding {
	level, ok := h.number("/proc/sys/kernel/perf_event_paranoid")
	switch {
	case !ok:
		return finding{warn, "the kernel has no perf events, which kernel probes and profiles use", "a kernel with CONFIG_PERF_EVENTS"}
	case h.capable(capPerfmon) || h.capable(capSysAdmin):
		return finding{fine, "perf events may be used", ""}
	case level <= 1:
		return finding{fine, "perf events may be used on your own programs", ""}
	}
	return finding{warn, "perf events are for root (perf_event_paranoid is " + h.text("/proc/sys/kernel/perf_event_paranoid") + ")", "sysctl kernel.perf_event_paranoid=1"}
}

func checkBPF(h host) finding {
	err := h.bpf()
	switch {
	case err == nil:
		return finding{fine, "bpf(2) may be used", ""}
	case errors.Is(err, syscall.ENOSYS):
		return finding{warn, "the kernel has no bpf(2)", "a kernel with CONFIG_BPF_SYSCALL"}
	case h.capable(capBPF) || h.capable(capSysAdmin):
		return finding{warn, "bpf(2) is refused though CAP_BPF is there: " + err.Error(), "a seccomp filter or lockdown forbids it"}
	case h.text("/proc/sys/kernel/unprivileged_bpf_disabled") == "0":
		return finding{warn, "bpf(2) is refused: " + err.Error(), "sudo, or CAP_BPF"}
	}
	return finding{warn, "bpf(2) is for root, and so are probes of the kernel mechanism", "mount --keeper 'sudo -n stackfs keeper'"}
}

func checkQEMU(h host) finding {
	name, _, ok := h.find("qemu-system-x86_64")
	if !ok {
		return finding{warn, "no qemu-system-x86_64 here, which is needed to run VMs, not to attach to them", "apt-get install qemu-system-x86"}
	}
	if h.access("/dev/kvm") != nil {
		return finding{warn, name + " is there, but /dev/kvm cannot be opened: VMs run slowly", "modprobe kvm, join the group kvm, or --device /dev/kvm"}
	}
	return finding{fine, name + " with /dev/kvm", ""}
}

func checkDebugInfo(h host) finding {
	var have []string
	if entries, err := fs.ReadDir(h.files, "usr/lib/debug"); err == nil && len(entries) > 0 {
		have = append(have, "/usr/lib/debug has files")
	}
	if h.env("DEBUGINFOD_URLS") != "" {
		have = append(have, "DEBUGINFOD_URLS is set")
	}
	if len(have) == 0 {
		return finding{warn, "no separate debug info is installed: names come from the programs' own symbols", "apt-get install libc6-dbg, or compile with -g"}
	}
	return finding{fine, strings.Join(have, ", "), ""}
}
