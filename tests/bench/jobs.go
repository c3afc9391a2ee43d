package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

var jobs = []job{
	{
		name: "backtraces, 50 threads x 22 frames", unit: "s", peerName: "eu-stack -p", wanted: "<= 1",
		prepare: deep("50", "16"),
		ours:    func(b *rig) (float64, error) { return b.seconds("cat " + b.path("mnt/t/threads/*/backtrace")) },
		peer:    func(b *rig) (float64, error) { return b.seconds(fmt.Sprintf("eu-stack -p %d", b.free())) },
	},
	{
		name: "the same, one thread", unit: "s", peerName: "eu-stack -1 -p", wanted: "-",
		prepare: deep("50", "16"),
		ours: func(b *rig) (float64, error) {
			return b.seconds(fmt.Sprintf("cat %s/%d/backtrace", b.path("mnt/t/threads"), b.pid()))
		},
		peer: func(b *rig) (float64, error) { return b.seconds(fmt.Sprintf("eu-stack -1 -p %d", b.free())) },
	},
	{
		name: "the same, gdb", unit: "s", peerName: "gdb -batch", wanted: "-",
		prepare: deep("50", "16"),
		ours:    func(b *rig) (float64, error) { return b.seconds("cat " + b.path("mnt/t/threads/*/backtrace")) },
		peer: func(b *rig) (float64, error) {
			return b.seconds(fmt.Sprintf("gdb -nx -batch -p %d -ex 'thread apply all bt'", b.free()))
		},
	},
	{
		name: "a thread held, 99th percentile of 200 peeks", unit: "us", wanted: "< 1000",
		prepare: deep("50", "16"),
		ours:    holdP99,
	},
	rateJob("open+read+close of status, 1 client", "status", 1),
	rateJob("open+read+close of status, 4 clients", "status", 4),
	rateJob("open+read+close of options/timeout, 1 client", "options/timeout", 1),
	{
		name: "find, 100 threads", unit: "s", wanted: "< 1",
		prepare: deep("100", "16"),
		ours:    func(b *rig) (float64, error) { return b.seconds("find " + b.path("mnt/t") + " | wc -l") },
	},
	{
		name: "mem by dd bs=1M", unit: "MB/s", peerName: "go-fuse + process_vm_readv", wanted: ">= 0.8",
		prepare: func(b *rig) error {
			if err := b.target("t", b.path("big"), "512"); err != nil {
				return err
			}
			return b.startPeer(b.pid())
		},
		ours: func(b *rig) (float64, error) { return b.dd(b.path("mnt/t/mem")) },
		peer: func(b *rig) (float64, error) { return b.dd(b.path("peermnt/mem")) },
	},
	{
		name: "resident memory after reading everything, 100 threads", unit: "MiB", wanted: "< 100",
		prepare: deep("100", "16"),
		ours: func(b *rig) (float64, error) {
			if _, err := b.seconds("grep -rs . " + b.path("mnt/t") + " --exclude=mem > /dev/null; true"); err != nil {
				return 0, err
			}
			return b.rss()
		},
	},
}

// deep starts two of the same program: one for the peers, and then one that is attached.
func deep(threads, depth string) func(*rig) error {
	return func(b *rig) error {
		if _, err := b.start(b.path("deep"), threads, depth); err != nil {
			return err
		}
		return b.target("t", b.path("deep"), threads, depth)
	}
}

func rateJob(name, file string, clients int) job {
	return job{
		name: name, unit: "/s", peerName: "go-fuse constant", wanted: ">= 0.8",
		prepare: func(b *rig) error {
			if err := deep("4", "16")(b); err != nil {
				return err
			}
			return b.startPeer(b.pid())
		},
		ours: func(b *rig) (float64, error) { return b.rate(b.path("mnt/t/"+file), clients) },
		peer: func(b *rig) (float64, error) { return b.rate(b.path("peermnt/constant"), clients) },
	}
}

// pid is that of the attached target: taskset became it by exec.
func (b *rig) pid() int { return b.targets[len(b.targets)-1].Process.Pid }

// free is the process that nobody is attached to.
func (b *rig) free() int { return b.targets[0].Process.Pid }

// dd reads 1 GiB of the target's largest mapping, over and over, and returns MB/s.
func (b *rig) dd(file string) (float64, error) {
	start, size, err := largest(b.pid())
	if err != nil {
		return 0, err
	}
	const unit = 1 << 20
	blocks := size/unit - 1
	line := fmt.Sprintf("for i in $(seq %d); do dd if=%s bs=1M skip=%d count=%d of=/dev/null 2>/dev/null; done",
		max(1, 1024/blocks), file, (start+unit-1)/unit, blocks)
	took, err := b.seconds(line)
	return float64(max(1, 1024/blocks)*blocks) * unit / 1e6 / took, err
}

// largest finds the largest readable and writable mapping.
func largest(pid int) (start, size uint64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		from, to, _ := strings.Cut(f[0], "-")
		a, _ := strconv.ParseUint(from, 16, 64)
		z, _ := strconv.ParseUint(to, 16, 64)
		if strings.HasPrefix(f[1], "rw") && z-a > size {
			start, size = a, z-a
		}
	}
	return start, size, nil
}

// holdP99 attaches, peeks once and detaches, 200 times, and returns the 99th
// percentile of how long the thread stood still.
func holdP99(b *rig) (float64, error) {
	const rounds = 200
	var held []float64
	file := fmt.Sprintf("%s/%d/backtrace", b.path("mnt/t/threads"), b.pid())
	for range rounds {
		if _, err := os.ReadFile(file); err != nil {
			return 0, err
		}
		us, err := statusField(b.path("mnt/t/status"), "longest_stop_us")
		if err != nil {
			return 0, err
		}
		held = append(held, us)
		if err := b.ctl("detach t"); err != nil {
			return 0, err
		}
		if err := b.ctl(fmt.Sprintf("attach ptrace pid=%d name=t", b.pid())); err != nil {
			return 0, err
		}
	}
	slices.Sort(held)
	return held[rounds*99/100], nil
}

func statusField(file, key string) (float64, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(text), key+":\t")
	return strconv.ParseFloat(strings.Fields(after)[0], 64)
}
