package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A rig is what the jobs run on: the built programs, the mount, the targets.
type rig struct {
	dir, cpus string
	server    *exec.Cmd
	peer      *exec.Cmd
	targets   []*exec.Cmd
	kernel    string  // a vmlinux with debug info
	memory    float64 // MiB, of the process that was timed last; 0: none was
}

func (b *rig) build() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	steps := [][]string{
		{"go", "build", "-o", b.path("stackfs"), "./cmd/stackfs"},
		{"gcc", "-O1", "-pthread", "-o", b.path("deep"), "tests/samples/deep.c"},
		{"gcc", "-O1", "-o", b.path("big"), "tests/samples/big.c"},
		{"cp", self, b.path("bench")},
		{"mkdir", b.path("mnt"), b.path("peermnt")},
	}
	for _, s := range steps {
		if out, err := exec.Command(s[0], s[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(s, " "), err, out)
		}
	}
	b.server = b.pinned(b.path("stackfs"), "mount", "--foreground", b.path("mnt"))
	if err := b.server.Start(); err != nil {
		return err
	}
	return waitFor(b.path("mnt/version"))
}

// pinned is a command on the rig's processors.
func (b *rig) pinned(args ...string) *exec.Cmd {
	return exec.Command("taskset", append([]string{"-c", b.cpus}, args...)...)
}

func waitFor(file string) error {
	for range 100 {
		if _, err := os.Stat(file); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("%s does not appear", file)
}

// target starts a program and attaches it under a name.
func (b *rig) target(name string, args ...string) error {
	pid, err := b.start(args...)
	if err != nil {
		return err
	}
	return b.ctl(fmt.Sprintf("attach ptrace pid=%d name=%s", pid, name))
}

// start starts a program whose first line of output is its process id.
func (b *rig) start(args ...string) (pid int, err error) {
	cmd := b.pinned(args...)
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	b.targets = append(b.targets, cmd)
	line, err := bufio.NewReader(pipe).ReadString('\n')
	if err != nil {
		return 0, err
	}
	time.Sleep(100 * time.Millisecond)
	return strconv.Atoi(strings.TrimSpace(line))
}

func (b *rig) ctl(line string) error {
	f, err := os.OpenFile(b.path("mnt/ctl"), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(line + "\n")
	return err
}

func (b *rig) stopTargets() {
	if b.peer != nil {
		_ = b.peer.Process.Signal(syscall.SIGTERM)
		_ = b.peer.Wait()
		b.peer = nil
	}
	for _, t := range b.targets {
		_ = t.Process.Kill()
		_ = t.Wait()
	}
	b.targets = nil
	_ = b.ctl("detach t")
}

func (b *rig) stop() {
	b.stopTargets()
	if b.server != nil && b.server.Process != nil {
		_ = b.server.Process.Signal(syscall.SIGTERM)
		_ = b.server.Wait()
	}
}

// startPeer serves the minimal go-fuse program; pid is whose memory it reads.
func (b *rig) startPeer(pid int) error {
	b.peer = b.pinned(b.path("bench"), "peer", b.path("peermnt"), strconv.Itoa(pid))
	if err := b.peer.Start(); err != nil {
		return err
	}
	return waitFor(b.path("peermnt/constant"))
}

// seconds times a command line run by sh.
func (b *rig) seconds(line string) (float64, error) {
	cmd := b.pinned("sh", "-c", line)
	start := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(start).Seconds()
	if err != nil {
		return 0, fmt.Errorf("%s: %w\n%.300s", line, err, out)
	}
	return took, nil
}

// rate runs clients that open, read and close a file for a second, and returns
// how often they did in all.
func (b *rig) rate(file string, clients int) (float64, error) {
	client := b.pinned(b.path("bench"), "client", file, strconv.Itoa(clients))
	client.Stderr = os.Stderr
	out, err := client.Output()
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
}

// rss is the resident memory of the server and its keepers, MiB.
func (b *rig) rss() (float64, error) {
	total := 0.0
	for _, pid := range b.family() {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			return 0, err
		}
		_, after, _ := strings.Cut(string(text), "VmRSS:")
		kib, err := strconv.ParseFloat(strings.Fields(after)[0], 64)
		if err != nil {
			return 0, err
		}
		total += kib / 1024
	}
	return total, nil
}

// family is the server's process and its children.
func (b *rig) family() []int {
	pids := []int{b.server.Process.Pid}
	out, _ := exec.Command("pgrep", "-P", strconv.Itoa(pids[0])).Output()
	for _, f := range strings.Fields(string(out)) {
		if pid, err := strconv.Atoi(f); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}
