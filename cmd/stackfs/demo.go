package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/tests"
)

const demoLong = `Compile a small program with six threads (this needs gcc), mount the tree on a
temporary directory, launch the program there, and walk through what it shows, each
command with its real output. The mount stays until Ctrl-C, so that you can look
around from another terminal; with --once, or without a terminal, it goes at once.`

// stepLimit is how long one command of the demo may take.
const stepLimit = 20 * time.Second

func newDemo(a app) *cobra.Command {
	var once bool
	cmd := &cobra.Command{
		Use: "demo", Short: "walk through the tree of a sample program", Long: demoLong, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.demo(c.Context(), once || !isTerminal(os.Stdin))
		},
	}
	cmd.Flags().BoolVar(&once, "once", false, "end after the last command")
	return cmd
}

// isTerminal asks for the terminal's settings (tty_ioctl(4)).
func isTerminal(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

func (a app) demo(ctx context.Context, once bool) error {
	// SIGPIPE: `stackfs demo | head` must clean up too.
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	defer stop()
	dir, err := os.MkdirTemp("", "stackfs-demo-*")
	if err != nil {
		return err
	}
	defer cleanDemo(dir)
	program, err := compileSample(ctx, filepath.Join(dir, "bin"))
	if err != nil {
		return err
	}
	point, err := prepareMountpoint(filepath.Join(dir, "mnt"))
	if err != nil {
		return err
	}
	c := mountConfig{
		dir: point.path, cwd: dir, attach: []string{"launch name=kitchen -- " + quote(program)},
		log: filepath.Join(dir, "bin", "log"),
	}
	if err := cannotMount(thisHost()); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "$ stackfs mount --attach %s %s\n", quote(c.attach[0]), c.dir)
	if err := a.background(ctx, c); err != nil {
		return err
	}
	defer endDemo(c.dir)
	if err := a.walk(ctx, c.dir); err != nil || once || ctx.Err() != nil {
		return err
	}
	fmt.Fprintf(a.out, "\nThe mount stays at %s until Ctrl-C: look around from another terminal.\n", c.dir)
	<-ctx.Done()
	return nil
}

// cleanDemo takes the temporary directory away; nothing below a mount that might
// still be there.
func cleanDemo(dir string) {
	_ = os.RemoveAll(filepath.Join(dir, "bin"))
	_ = os.Remove(filepath.Join(dir, "mnt"))
	_ = os.Remove(dir)
}

// endDemo kills the sample and unmounts; nothing is left to report to.
func endDemo(dir string) {
	_ = writeCtl(filepath.Join(dir, "kitchen"), []string{"kill"})
	_ = umount(dir)
}

// compileSample makes the sample program in a directory of its own.
func compileSample(ctx context.Context, dir string) (string, error) {
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		return "", fmt.Errorf("compiling the sample program: there is no gcc; apt-get install gcc libc6-dev")
	}
	source, err := tests.Samples.ReadFile("samples/demo.c")
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	file, program := filepath.Join(dir, "demo.c"), filepath.Join(dir, "kitchen")
	if err := os.WriteFile(file, source, 0o600); err != nil {
		return "", err
	}
	out, err := exec.CommandContext(ctx, gcc, "-g", "-O1", "-pthread", "-o", program, file).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("compiling the sample program: %w: %s; apt-get install gcc libc6-dev", err, strings.TrimSpace(string(out)))
	}
	return program, nil
}

// A step is one command of the walk, and what it is about.
type step struct{ about, command string }

// steps is the walk; the working directory is the mount.
var steps = []step{
	{"A mount is a directory; so is each target in it.", "ls -C . kitchen"},
	{"Every directory says what is in it.", "head -n 12 kitchen/README"},
	{"What is the program doing?", "cat kitchen/status"},
	{"Its threads, by name and by what they are doing.", "grep -H -e ^name -e ^state kitchen/threads/*/status"},
	{"Where is each of them? Each is held for some microseconds while this is read.", "tail -n +1 kitchen/threads/*/backtrace"},
	{"The system calls that they wait in.", "grep . kitchen/threads/*/waiting_on"},
	{"The registers of one.", "head -n 6 $(ls -d kitchen/threads/* | sed -n 2p)/registers"},
	{"Who waits on a condition variable?", "grep -rl pthread_cond_wait kitchen/threads --include=backtrace"},
	{"One function of the program, and its code.", "cat kitchen/functions/cook; head -n 6 kitchen/disassembly/cook"},
	{"What is at an address? A symbol does, too.", "cat kitchen/locations/cook+4"},
	{"Bytes of its memory, by symbol.", "xxd kitchen/bytes/greeting"},
	{"Memory can be written: in mem the offset is the address.", "a=$(sed -n 's/^address:\t//p' kitchen/locations/greeting); printf 'bon appetit!\\0' | dd of=kitchen/mem bs=1 seek=$((a)) status=none; xxd -l 32 kitchen/bytes/greeting"},
	{"Stop it, look, let it run on.", "echo stop > kitchen/ctl; grep -e ^state -e ^reason -e ^where kitchen/status; echo cont > kitchen/ctl; grep ^state kitchen/status"},
	{"A misspelt command fails, and error_log says why.", "echo stpo > kitchen/ctl; cat kitchen/error_log"},
	{"The same, with the reason at hand.", "\"$STACKFS\" ctl kitchen signal USR9"},
	{"What happened to it so far; events is the same, and blocks for more.", "cat kitchen/log"},
	{"What it printed meanwhile.", "tail -n 2 kitchen/io/stdout"},
}

// walk runs the steps and prints each with its output. A command that fails is
// shown as it is: one is meant to.
func (a app) walk(ctx context.Context, dir string) error {
	self, err := selfPath()
	if err != nil {
		return err
	}
	for _, s := range steps {
		fmt.Fprintf(a.out, "\n# %s\n$ %s\n", s.about, strings.ReplaceAll(s.command, `"$STACKFS"`, "stackfs"))
		limited, cancel := context.WithTimeout(ctx, stepLimit)
		cmd := exec.CommandContext(limited, "bash", "-c", s.command)
		cmd.Dir, cmd.Stdout, cmd.Stderr = dir, a.out, a.out
		cmd.Env = append(os.Environ(), "STACKFS="+self, "LC_ALL=C", "COLUMNS=80")
		cmd.WaitDelay = time.Second
		err := cmd.Run()
		late := limited.Err()
		cancel()
		switch {
		case ctx.Err() != nil: // Ctrl-C
			return nil
		case late != nil:
			return fmt.Errorf("%s: %w (%v)", s.command, late, err)
		}
	}
	return nil
}
