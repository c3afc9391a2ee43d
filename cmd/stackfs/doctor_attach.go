package main

import (
	"fmt"
)

// Capabilities by number (capabilities(7), linux/capability.h).
const (
	capSysPtrace = 19
	capSysAdmin  = 21
	capPerfmon   = 38
	capBPF       = 39
)

func checkPtrace(h host) finding {
	if h.capable(capSysPtrace) {
		return finding{fine, "any process may be attached to", ""}
	}
	const name = "/proc/sys/kernel/yama/ptrace_scope"
	scope, ok := h.number(name)
	switch {
	case !ok || scope == 0:
		return finding{fine, "processes of the same user may be attached to", ""}
	case scope == 1:
		return finding{
			warn, "only programs that stackfs launches may be attached to (ptrace_scope is 1)",
			"sysctl kernel.yama.ptrace_scope=0, or mount --keeper 'sudo -n stackfs keeper'",
		}
	case scope == 2:
		return finding{
			fail, "only root may attach (ptrace_scope is 2)",
			"sysctl kernel.yama.ptrace_scope=0, or mount --keeper 'sudo -n stackfs keeper'",
		}
	}
	return finding{fail, "nobody may attach until the next boot (ptrace_scope is 3)", "boot with kernel.yama.ptrace_scope=0 in /etc/sysctl.d"}
}

func checkCapabilities(h host) finding {
	if h.capable(capSysPtrace) {
		return finding{fine, "CAP_SYS_PTRACE is there", ""}
	}
	if h.uid == 0 {
		return finding{
			warn, fmt.Sprintf("root lacks CAP_SYS_PTRACE (CapEff is %s), so only root's own programs can be attached to", h.self("CapEff")),
			"start the container with --cap-add SYS_PTRACE",
		}
	}
	return finding{warn, "without CAP_SYS_PTRACE only your own programs can be attached to, and no setuid ones", "sudo stackfs mount, or --keeper 'sudo -n stackfs keeper'"}
}

// checkSandbox: a seccomp filter may answer EPERM to ptrace, and no_new_privs
// takes fusermount3's setuid bit away.
func checkSandbox(h host) finding {
	switch {
	case h.self("NoNewPrivs") == "1" && h.uid != 0:
		return finding{fail, "no_new_privs is set, so fusermount3 cannot become root", "start the shell without it (docker: not --security-opt no-new-privileges; systemd: NoNewPrivileges=no)"}
	case h.self("Seccomp") == "2":
		return finding{warn, "a seccomp filter is in force, which may refuse ptrace, process_vm_readv, bpf and perf_event_open", "docker run --security-opt seccomp=unconfined"}
	}
	return finding{fine, "neither seccomp nor no_new_privs is in the way", ""}
}
