// Command bench measures stackfs beside its peers in the same run and prints a
// table of ratios. Every job runs stackfs and the peer in turn, five times or
// more, and compares the medians; where the processes run is fixed and named,
// since a wake-up across processors decides everything on a small machine.
//
//	go run ./tests/bench [-rounds 5] [-only NAME] [-cpus 0]
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "peer" {
		fail(servePeer(os.Args[2:]))
		return
	}
	if len(os.Args) > 1 && os.Args[1] == "client" {
		fail(runClient(os.Args[2:]))
		return
	}
	rounds := flag.Int("rounds", 5, "runs of each side of a job")
	only := flag.String("only", "", "run the jobs whose name contains this")
	cpus := flag.String("cpus", "0;0-1", "placements to measure, separated by semicolons, as taskset takes them")
	flag.Parse()
	for _, placement := range strings.Split(*cpus, ";") {
		fail(bench(*rounds, *only, placement))
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(rounds int, only, placement string) error {
	dir, err := os.MkdirTemp("", "stackfs-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &rig{dir: dir, cpus: placement}
	defer b.stop()
	if err := b.build(); err != nil {
		return err
	}
	fmt.Printf("\nall processes on CPUs %s, medians of %d\n\n", placement, rounds)
	fmt.Printf("| job | stackfs | peer | ratio | wanted |\n|---|---|---|---|---|\n")
	for _, j := range append(slices.Clone(jobs), debuginfoJobs...) {
		if strings.Contains(j.name, only) {
			if err := b.run(j, rounds); err != nil {
				return fmt.Errorf("%s: %w", j.name, err)
			}
		}
	}
	return nil
}

// A job is one line of the table.
type job struct {
	name string
	unit string
	// ours and peer measure once; peer is nil where the bound is absolute.
	ours, peer func(b *rig) (float64, error)
	peerName   string
	wanted     string
	prepare    func(b *rig) error
}

func (b *rig) run(j job, rounds int) error {
	b.stopTargets()
	if err := j.prepare(b); err != nil {
		return err
	}
	var ours, peer []float64
	var memory [2]float64
	for range rounds {
		b.memory = 0
		v, err := j.ours(b)
		if err != nil {
			return err
		}
		ours, memory[0] = append(ours, v), max(memory[0], b.memory)
		if j.peer == nil {
			continue
		}
		if v, err = j.peer(b); err != nil {
			return err
		}
		peer, memory[1] = append(peer, v), max(memory[1], b.memory)
	}
	mine := median(ours)
	if memory[0] > 0 {
		j.wanted += fmt.Sprintf(" (largest resident: %.0f MiB, peer %.0f MiB)", memory[0], memory[1])
	}
	if j.peer == nil {
		fmt.Printf("| %s | %.4g %s | - | - | %s |\n", j.name, mine, j.unit, j.wanted)
		return nil
	}
	other := median(peer)
	fmt.Printf("| %s | %.4g %s | %s %.4g %s | %.2f | %s |\n", j.name, mine, j.unit, j.peerName, other, j.unit, mine/other, j.wanted)
	return nil
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

func (b *rig) path(name string) string { return filepath.Join(b.dir, name) }
