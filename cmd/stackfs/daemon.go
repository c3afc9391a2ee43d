package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// readyWord is what a server in the background tells its parent when the mount
// and all targets are there; anything else is the reason why not.
const readyWord = "ready\n"

// endLimit is how long a server that is told to end may take.
const endLimit = 15 * time.Second

// background starts the server of a mount as a daemon and returns when it is
// ready, or has said why not and is gone.
func (a app) background(ctx context.Context, c mountConfig) error {
	if c.log == "" {
		c.log = defaultLog(c.dir)
	}
	d, err := startDaemon(c)
	if err != nil {
		return fmt.Errorf("starting the server: %w", err)
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if err := d.await(ctx); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "mounted at %s (pid %d, log %s)\n", c.dir, d.cmd.Process.Pid, c.log)
	return nil
}

// A daemon is the server's process as its parent sees it.
type daemon struct {
	cmd    *exec.Cmd
	told   chan string // all that it wrote to the ready pipe
	stderr chan string // what fusermount3 said until the mount was there
}

func startDaemon(c mountConfig) (*daemon, error) {
	self, err := selfPath()
	if err != nil {
		return nil, err
	}
	ready, readyEnd, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer readyEnd.Close()
	stderr, stderrEnd, err := os.Pipe()
	if err != nil {
		ready.Close()
		return nil, err
	}
	defer stderrEnd.Close()
	cmd := exec.Command(self, c.daemonArgs()...)
	cmd.Stderr = stderrEnd
	cmd.ExtraFiles = []*os.File{readyEnd} // becomes descriptor 3
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		ready.Close()
		stderr.Close()
		return nil, err
	}
	return &daemon{cmd, slurp(ready), slurp(stderr)}, nil
}

// daemonArgs is the command line of the server in the background.
func (c mountConfig) daemonArgs() []string {
	args := []string{"mount", "--foreground", "--ready=3", "--log=" + c.log, "--cwd=" + c.cwd}
	for _, spec := range c.attach {
		args = append(args, "--attach="+spec)
	}
	if c.keeper != "" {
		args = append(args, "--keeper="+c.keeper)
	}
	args = append(args, "--allow-other="+strconv.FormatBool(c.allowOther))
	return append(args, "--", c.dir)
}

// slurp reads a pipe to its end.
func slurp(f *os.File) chan string {
	out := make(chan string, 1)
	go func() {
		defer f.Close()
		text, _ := io.ReadAll(f)
		out <- string(text)
	}()
	return out
}

// await returns when the daemon is ready; else it is gone and the error says why.
// The daemon limits the time that all takes; a signal here ends it.
func (d *daemon) await(ctx context.Context) error {
	var told string
	select {
	case told = <-d.told:
	case <-ctx.Done():
		_ = d.cmd.Process.Signal(syscall.SIGTERM)
		told = "interrupted"
	}
	if told == readyWord {
		return nil
	}
	d.end()
	reason := oneLine(told)
	select {
	case text := <-d.stderr:
		if text = oneLine(text); text != "" {
			reason += "; " + text
		}
	case <-time.After(time.Second):
	}
	if reason == "" {
		reason = "the server ended without a word: " + d.cmd.ProcessState.String()
	}
	return errors.New(reason)
}

// oneLine makes a sentence of what fusermount3 and go-fuse break into lines.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// end waits for the daemon's end and kills it if that takes too long.
func (d *daemon) end() {
	kill := time.AfterFunc(endLimit, func() { _ = d.cmd.Process.Kill() })
	defer kill.Stop()
	_ = d.cmd.Wait()
}

// defaultLog is where a server in the background logs to: the user's state
// directory (XDG base directories), for root beside the system's logs.
func defaultLog(dir string) string {
	base := os.Getenv("XDG_STATE_HOME")
	if base == "" && os.Getuid() == 0 {
		base = "/var/log"
	}
	if base == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return os.DevNull
		}
		base = filepath.Join(home, ".local/state")
	}
	name := strings.ReplaceAll(strings.Trim(dir, "/"), "/", "-")
	return filepath.Join(base, "stackfs", name+".log")
}
