package main

import (
	"bytes"
	"debug/elf"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// debuginfoJobs ask whole processes the same question: stackfs debuginfo and what
// people use for it now.
var debuginfoJobs = []job{
	questionJob("address of one kernel function, no cache", []string{"--no-cache", "schedule"}, "drgn", drgnScript("prog['schedule'].address_()"), "<= 0.25"),
	questionJob("struct task_struct by DWARF, no cache", []string{"--no-cache", "--source=dwarf", "struct task_struct"}, "drgn", drgnScript("str(prog.type('struct task_struct'))"), "<= 0.25"),
	questionJob("line of one kernel address, no cache", []string{"--no-cache", "0xffffffff81000100"}, "drgn", drgnScript("prog.symbol(0xffffffff81000100)"), "<= 0.25"),
	questionJob("line of one kernel address", []string{"--no-cache", "0xffffffff81000100"}, "eu-addr2line", func(b *rig) *exec.Cmd {
		return b.pinned("eu-addr2line", "-f", "-i", "-e", b.kernel, "0xffffffff81000100")
	}, "-"),
	questionJob("index of all names built", []string{"--no-cache", "--functions", "zzz*"}, "drgn", drgnScript("1"), "<= 0.7"),
	questionJob("struct task_struct by BTF", []string{"--source=btf", "struct task_struct"}, "pahole", func(b *rig) *exec.Cmd {
		return b.pinned("pahole", "-F", "btf", "-C", "task_struct", b.kernel)
	}, "<= 30 ms, 40 MiB"),
	questionJob("struct task_struct with the cache file", []string{"--source=dwarf", "struct task_struct"}, "drgn", drgnScript("str(prog.type('struct task_struct'))"), "<= 50 ms, 60 MiB"),
	questionJob("address of one kernel function with the cache file", []string{"schedule"}, "gdb", func(b *rig) *exec.Cmd {
		return b.pinned("gdb", "-nx", "-batch", "-ex", "info address schedule", b.kernel)
	}, "<= 50 ms"),
	questionJob("symbols of the kernel", []string{"--symbols"}, "nm -n", func(b *rig) *exec.Cmd { return b.pinned("nm", "-n", b.kernel) }, "<= 100 ms"),
	addressesJob("10 000 addresses of the kernel", func(b *rig) string { return b.kernel }),
	addressesJob("10 000 addresses of a Go program", func(b *rig) string { return b.path("stackfs") }),
}

// drgnScript runs a line of Python in drgn with the kernel loaded.
func drgnScript(line string) func(b *rig) *exec.Cmd {
	return func(b *rig) *exec.Cmd {
		return b.pinned("/usr/bin/python3", "-c", "import drgn, sys\nprog = drgn.Program()\nprog.load_debug_info([sys.argv[1]])\n"+line, b.kernel)
	}
}

// prepareKernel finds the kernel and warms the page cache and the cache of indexes.
func prepareKernel(b *rig) error {
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	found, _ := filepath.Glob(filepath.Join(cache, "stackfs-fixtures/usr/lib/debug/boot/vmlinux-*"))
	if len(found) == 0 {
		return fmt.Errorf("no kernel with debug info: run tests/fixtures.sh")
	}
	b.kernel = found[len(found)-1]
	_, err = b.timed(b.pinned(b.path("stackfs"), "debuginfo", b.kernel, "--functions", "*zzz*"))
	return err
}

// questionJob times one process each; the memory of ours is printed beside.
func questionJob(name string, args []string, peerName string, peer func(b *rig) *exec.Cmd, wanted string) job {
	j := job{name: name, unit: "ms", wanted: wanted, prepare: prepareKernel, peerName: peerName}
	j.ours = func(b *rig) (float64, error) {
		return b.timed(b.pinned(append([]string{b.path("stackfs"), "debuginfo", b.kernel}, args...)...))
	}
	j.peer = func(b *rig) (float64, error) { return b.timed(peer(b)) }
	return j
}

// timed runs a whole process and gives its milliseconds; its largest resident memory
// (with the pages of mapped files) is noted in the rig. A status of 1 is an answer (nothing found).
func (b *rig) timed(c *exec.Cmd) (float64, error) {
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	begun := time.Now()
	err := c.Run()
	took := time.Since(begun)
	if c.ProcessState == nil || c.ProcessState.ExitCode() > 1 {
		return 0, fmt.Errorf("%s: %w: %s", strings.Join(c.Args, " "), err, errs.Bytes())
	}
	if usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		b.memory = float64(usage.Maxrss) / 1024
	}
	return float64(took.Microseconds()) / 1000, nil
}

// addressesJob asks for function, file, line and inlined calls of random addresses.
func addressesJob(name string, file func(b *rig) string) job {
	var input []byte
	j := job{name: name, unit: "ms", wanted: "<= 0.5", peerName: "eu-addr2line -f -i"}
	j.prepare = func(b *rig) error {
		if err := prepareKernel(b); err != nil {
			return err
		}
		var err error
		input, err = randomAddresses(file(b), 10_000)
		return err
	}
	j.ours = func(b *rig) (float64, error) {
		c := b.pinned(b.path("stackfs"), "debuginfo", "--no-cache", file(b), "-")
		c.Stdin = bytes.NewReader(input)
		return b.timed(c)
	}
	j.peer = func(b *rig) (float64, error) {
		c := b.pinned("eu-addr2line", "-f", "-i", "-e", file(b))
		c.Stdin = bytes.NewReader(input)
		return b.timed(c)
	}
	return j
}

// randomAddresses are addresses in the code of a file, the same in each run.
func randomAddresses(file string, n int) ([]byte, error) {
	f, err := elf.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text := f.Section(".text")
	if text == nil {
		return nil, fmt.Errorf("%s has no .text", file)
	}
	r := rand.New(rand.NewSource(1))
	var out []byte
	for range n {
		out = fmt.Appendf(out, "0x%x\n", text.Addr+uint64(r.Int63n(int64(text.Size))))
	}
	return out, nil
}
