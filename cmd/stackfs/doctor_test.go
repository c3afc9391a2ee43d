package main

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// goodHost is a host on which all is well, for an ordinary user.
func goodHost() (host, fstest.MapFS) {
	files := fstest.MapFS{
		"dev/fuse":                                  {Mode: fs.ModeDevice | fs.ModeCharDevice | 0o666},
		"usr/bin/fusermount3":                       {Mode: fs.ModeSetuid | 0o755},
		"etc/fuse.conf":                             {Data: []byte("# comment\nuser_allow_other\n")},
		"proc/self/status":                          {Data: []byte("CapEff:\t0000000000000000\nNoNewPrivs:\t0\nSeccomp:\t0\n")},
		"usr/lib/debug/x":                           {},
		"run/systemd/system/x":                      {},
		"usr/bin/qemu-system-x86_64":                {Mode: 0o755},
		"proc/sys/kernel/perf_event_paranoid":       {Data: []byte("1\n")},
		"sys/kernel/tracing/uprobe_events":          {},
		"etc/systemd/system/stackfs.service":        {Data: []byte("[Service]\nKillMode=mixed\n")},
		"proc/sys/kernel/yama/ptrace_scope":         {Data: []byte("0\n")},
		"proc/sys/kernel/unprivileged_bpf_disabled": {Data: []byte("2\n")},
	}
	return host{
		files: files, uid: 1000,
		env:    func(k string) string { return map[string]string{"PATH": "/usr/bin:relative"}[k] },
		access: func(string) error { return nil },
		bpf:    func() error { return nil },
	}, files
}

func status(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func doctorLine(t *testing.T, h host, name string) string {
	t.Helper()
	var out bytes.Buffer
	_ = examine(h, &out)
	for line := range strings.Lines(out.String()) {
		if strings.HasPrefix(line[5:], name+": ") {
			return strings.TrimSuffix(line, "\n")
		}
	}
	t.Fatalf("no line of %s in\n%s", name, out.String())
	return ""
}

func TestDoctorIsContentWithAGoodHost(t *testing.T) {
	h, _ := goodHost()
	var out bytes.Buffer
	require.NoError(t, examine(h, &out))
	assert.NotContains(t, out.String(), "FAIL")
	assert.Equal(t, len(checks), strings.Count(out.String(), "\n"))
	// An ordinary user always lacks CAP_SYS_PTRACE; all else is fine.
	assert.Equal(t, 1, strings.Count(out.String(), "warn"), out.String())
}

// TestDoctorSaysWhatToChange: one thing is wrong at a time.
func TestDoctorSaysWhatToChange(t *testing.T) {
	rootCaps := "CapEff:\t000001ffffffffff\n"
	cases := []struct {
		check, line string
		spoil       func(h *host, files fstest.MapFS)
	}{
		{"fuse-device", "FAIL fuse-device: there is no /dev/fuse; modprobe fuse", func(_ *host, f fstest.MapFS) { delete(f, "dev/fuse") }},
		{"fuse-device", "FAIL fuse-device: /dev/fuse is no character device", func(_ *host, f fstest.MapFS) { f["dev/fuse"] = &fstest.MapFile{} }},
		{"fuse-device", "FAIL fuse-device: root may not open /dev/fuse", func(h *host, _ fstest.MapFS) {
			h.uid, h.access = 0, func(string) error { return syscall.EPERM }
		}},
		{"fuse-device", "FAIL fuse-device: /dev/fuse is root's alone", func(h *host, _ fstest.MapFS) {
			h.access = func(string) error { return syscall.EACCES }
		}},
		{"fuse-device", "FAIL fuse-device: /dev/fuse cannot be opened: no such device; modprobe fuse", func(h *host, _ fstest.MapFS) {
			h.access = func(string) error { return syscall.ENODEV }
		}},
		{"fusermount3", "FAIL fusermount3: fusermount3 is not installed", func(_ *host, f fstest.MapFS) { delete(f, "usr/bin/fusermount3") }},
		{"fusermount3", "FAIL fusermount3: /usr/bin/fusermount3 is not setuid root", func(_ *host, f fstest.MapFS) { f["usr/bin/fusermount3"].Mode = 0o755 }},
		{"fusermount3", "warn fusermount3: fusermount3 is not installed", func(h *host, f fstest.MapFS) {
			h.uid = 0
			delete(f, "usr/bin/fusermount3")
			f["proc/self/status"] = status(rootCaps)
		}},
		{"allow-other", "warn allow-other: --allow-other is for root only", func(_ *host, f fstest.MapFS) { f["etc/fuse.conf"] = status("#user_allow_other\n") }},
		{"allow-other", "ok   allow-other: root may", func(h *host, _ fstest.MapFS) { h.uid = 0 }},
		{"ptrace", "warn ptrace: only programs that stackfs launches", func(_ *host, f fstest.MapFS) { f["proc/sys/kernel/yama/ptrace_scope"] = status("1\n") }},
		{"ptrace", "FAIL ptrace: only root may attach", func(_ *host, f fstest.MapFS) { f["proc/sys/kernel/yama/ptrace_scope"] = status("2\n") }},
		{"ptrace", "FAIL ptrace: nobody may attach", func(_ *host, f fstest.MapFS) { f["proc/sys/kernel/yama/ptrace_scope"] = status("3\n") }},
		{"ptrace", "ok   ptrace: processes of the same user", func(_ *host, f fstest.MapFS) { delete(f, "proc/sys/kernel/yama/ptrace_scope") }},
		{"ptrace", "ok   ptrace: any process", func(_ *host, f fstest.MapFS) { f["proc/self/status"] = status(rootCaps) }},
		{"capabilities", "warn capabilities: root lacks CAP_SYS_PTRACE (CapEff is 00000000a80425fb)", func(h *host, f fstest.MapFS) {
			h.uid = 0
			f["proc/self/status"] = status("CapEff:\t00000000a80425fb\n")
		}},
		{"sandbox", "FAIL sandbox: no_new_privs is set", func(_ *host, f fstest.MapFS) { f["proc/self/status"] = status("NoNewPrivs:\t1\n") }},
		{"sandbox", "warn sandbox: a seccomp filter", func(_ *host, f fstest.MapFS) { f["proc/self/status"] = status("Seccomp:\t2\n") }},
		{"uprobes", "warn uprobes: no uprobes", func(_ *host, f fstest.MapFS) { delete(f, "sys/kernel/tracing/uprobe_events") }},
		{"perf-events", "warn perf-events: perf events are for root (perf_event_paranoid is 4)", func(_ *host, f fstest.MapFS) {
			f["proc/sys/kernel/perf_event_paranoid"] = status("4\n")
		}},
		{"perf-events", "warn perf-events: the kernel has no perf events", func(_ *host, f fstest.MapFS) { delete(f, "proc/sys/kernel/perf_event_paranoid") }},
		{"bpf", "warn bpf: bpf(2) is for root", func(h *host, _ fstest.MapFS) { h.bpf = func() error { return syscall.EPERM } }},
		{"bpf", "warn bpf: the kernel has no bpf(2)", func(h *host, _ fstest.MapFS) { h.bpf = func() error { return syscall.ENOSYS } }},
		{"bpf", "warn bpf: bpf(2) is refused though CAP_BPF is there", func(h *host, f fstest.MapFS) {
			h.bpf = func() error { return syscall.EPERM }
			f["proc/self/status"] = status(rootCaps)
		}},
		{"qemu", "warn qemu: no qemu-system-x86_64 here", func(_ *host, f fstest.MapFS) { delete(f, "usr/bin/qemu-system-x86_64") }},
		{"qemu", "warn qemu: /usr/bin/qemu-system-x86_64 is there, but /dev/kvm", func(h *host, _ fstest.MapFS) {
			h.access = func(name string) error {
				if name == "/dev/kvm" {
					return syscall.ENOENT
				}
				return nil
			}
		}},
		{"debug-info", "warn debug-info: no separate debug info", func(_ *host, f fstest.MapFS) { delete(f, "usr/lib/debug/x") }},
		{"debug-info", "ok   debug-info: DEBUGINFOD_URLS is set", func(h *host, f fstest.MapFS) {
			delete(f, "usr/lib/debug/x")
			h.env = func(string) string { return "https://example.org" }
		}},
		{"systemd", "warn systemd: /etc/systemd/system/stackfs.service has no KillMode=mixed", func(_ *host, f fstest.MapFS) {
			f["etc/systemd/system/stackfs.service"] = status("[Service]\n")
		}},
		{"systemd", "ok   systemd: systemd does not run here", func(_ *host, f fstest.MapFS) { delete(f, "run/systemd/system/x") }},
	}
	for _, c := range cases {
		t.Run(c.line, func(t *testing.T) {
			h, files := goodHost()
			c.spoil(&h, files)
			line := doctorLine(t, h, c.check)
			assert.True(t, strings.HasPrefix(line, c.line), line)
			var out bytes.Buffer
			assert.Equal(t, strings.HasPrefix(c.line, "FAIL"), errors.Is(examine(h, &out), errUnfit), out.String())
		})
	}
}

func TestDoctorOfThisHost(t *testing.T) {
	var out bytes.Buffer
	if err := examine(thisHost(), &out); err != nil {
		assert.Contains(t, out.String(), "FAIL")
	}
	assert.Equal(t, len(checks), strings.Count(out.String(), "\n"), out.String())
}
