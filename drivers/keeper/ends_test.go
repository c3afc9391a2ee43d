package keeper

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers/internal/procfs"
	"github.com/stackfs/stackfs/drivers/ptrace"
	"github.com/stackfs/stackfs/tests/inferior"
)

// untraced waits until nobody traces a process and it does not stand still.
func untraced(t *testing.T, pid int, limit time.Duration) {
	t.Helper()
	end := time.Now().Add(limit)
	for {
		s, err := procfs.ThreadStatus(0, pid)
		if err != nil {
			t.Fatal(err)
		}
		if s.Tracer == 0 && s.State != 't' && s.State != 'T' {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("after %v: %+v", limit, s)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestKeeperIsKilled(t *testing.T) {
	p := sample(t, "threads")
	target := open(t, nil, p.PID)
	events := make(chan core.Event, 16)
	target.Notify(func(e core.Event) { events <- e })
	if _, err := target.Hold(limited(t)); err != nil {
		t.Fatal(err)
	}
	waiting := make(chan error, 1)
	go func() { waiting <- target.Wait(limited(t), core.Exited) }()
	time.Sleep(20 * time.Millisecond)
	target.c.process.cmd.Process.Kill()
	if err := <-waiting; !errors.Is(err, core.ErrGone) {
		t.Errorf("a call that was waiting: %v", err)
	}
	info, err := target.Info(limited(t))
	if err != nil || info.State != core.Gone || info.Keeper != "lost" {
		t.Errorf("%+v, %v", info, err)
	}
	_, err = target.Hold(limited(t))
	_, e2 := target.Threads(limited(t))
	_, e3 := target.Space().ReadMemory(limited(t), make([]byte, 1), 0x1000)
	_, e4 := target.Space().Regions(limited(t))
	for _, err := range []error{err, e2, e3, e4} {
		if !errors.Is(err, core.ErrGone) {
			t.Errorf("after the keeper's death: %v", err)
		}
	}
	for e := range events {
		if e.What == "lost" {
			break
		}
	}
	untraced(t, p.PID, time.Second)
}

// TestServerIsKilled is run twice: as the server in a process of its own, and as the one who kills it.
func TestServerIsKilled(t *testing.T) {
	if word := os.Getenv("STACKFS_TEST_SERVER"); word != "" {
		serveUntilKilled(t, word)
		return
	}
	p := sample(t, "threads")
	server := exec.Command(os.Args[0], "-test.run=^TestServerIsKilled$")
	server.Env = append(os.Environ(), fmt.Sprintf("STACKFS_TEST_SERVER=%d", p.PID))
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	keeper := 0
	for s := bufio.NewScanner(out); keeper == 0 && s.Scan(); {
		fmt.Sscanf(s.Text(), "held by %d", &keeper)
	}
	server.Process.Kill()
	server.Wait()
	if keeper == 0 {
		t.Fatal("the server did not attach")
	}
	untraced(t, p.PID, 2*time.Second)
	for end := time.Now().Add(2 * time.Second); unix.Kill(keeper, 0) == nil; time.Sleep(time.Millisecond) {
		if st, err := procfs.ThreadStat(keeper, keeper); err == nil && st.State == 'Z' {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the keeper lives on")
		}
	}
}

func serveUntilKilled(t *testing.T, word string) {
	target, err := Remote(ptrace.Driver(), nil).Attach(limited(t), core.Spec{Options: []core.Option{{Key: "pid", Value: word}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := target.Hold(limited(t)); err != nil {
		t.Fatal(err)
	}
	info, err := target.Info(limited(t))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("held by", info.Keeper)
	time.Sleep(20 * time.Second)
}

func TestKeeperDescriptors(t *testing.T) {
	leak, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer leak.Close()
	unix.FcntlInt(leak.Fd(), unix.F_SETFD, 0) // as go-fuse's /dev/fuse
	p := sample(t, "threads")
	target := open(t, nil, p.PID)
	pid := target.c.process.cmd.Process.Pid
	entries, err := os.ReadDir(procfs.Path(pid, "fd"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		link, _ := os.Readlink(procfs.Path(pid, "fd/"+e.Name()))
		if e.Name() > "2" && link == os.DevNull {
			t.Errorf("descriptor %s is %s", e.Name(), link)
		}
	}
	if sid, err := unix.Getsid(pid); err != nil || sid != pid {
		t.Errorf("session %d, %v", sid, err)
	}
	if cwd, _ := os.Readlink(procfs.Path(pid, "cwd")); cwd != "/" {
		t.Errorf("directory %s", cwd)
	}
	for _, s := range []unix.Signal{unix.SIGINT, unix.SIGTERM, unix.SIGHUP} {
		unix.Kill(pid, s)
	}
	if release, err := target.Hold(limited(t)); err != nil {
		t.Error(err)
	} else {
		release()
	}
}

func TestKeeperCommands(t *testing.T) {
	p := sample(t, "threads")
	info, err := open(t, piped(t), p.PID).Info(limited(t))
	if err != nil || !strings.Contains(info.Keeper, "no shared memory") || info.Memory != "calls" {
		t.Errorf("through pipes: %+v, %v", info, err)
	}
	_, err = Remote(ptrace.Driver(), []string{"sh", "-c", "echo sorry, not today >&2; exit 1"}).Attach(limited(t), core.Spec{})
	if !errors.Is(err, core.ErrPermission) || !strings.Contains(err.Error(), "sorry, not today") {
		t.Errorf("a keeper that ends at once: %v", err)
	}
	_, err = Remote(ptrace.Driver(), []string{"/no/such/keeper"}).Attach(limited(t), core.Spec{})
	if !errors.Is(err, core.ErrNotFound) {
		t.Errorf("no keeper: %v", err)
	}
	short, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_, err = Remote(ptrace.Driver(), []string{"sleep", "2"}).Attach(short, core.Spec{})
	if !errors.Is(err, core.ErrTimeout) {
		t.Errorf("a keeper that says nothing: %v", err)
	}
	_, err = Remote(ptrace.Driver(), []string{"echo", "garbage garbage garbage"}).Attach(limited(t), core.Spec{})
	if err == nil {
		t.Error("garbage was taken for a keeper")
	}
	_, err = Remote(ptrace.Driver(), nil).Attach(limited(t), core.Spec{Options: []core.Option{{Key: "pid", Value: fmt.Sprint(os.Getpid())}}})
	if !errors.Is(err, core.ErrInvalid) {
		t.Errorf("the keeper's own server as a target: %v", err)
	}
}

func TestExecThroughKeeper(t *testing.T) {
	for name, command := range map[string][]string{"socket": nil, "pipes": piped(t)} {
		p := sample(t, "execs", "1", "wait")
		target := open(t, command, p.PID)
		fmt.Fprintln(p.In)
		for {
			info, err := target.Info(limited(t))
			if err != nil {
				t.Fatal(err)
			}
			if info.Generation == 1 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		p.Line("ready 0")
		regions, err := target.Space().Regions(limited(t))
		if err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 4)
		if _, err := target.Space().ReadMemory(limited(t), b, regions[0].Start); err != nil || !bytes.Equal(b, []byte("\x7fELF")) {
			t.Errorf("%s: memory after exec: %q, %v", name, b, err)
		}
		if mem := target.c.mem; mem != nil {
			_, file := mem.Files()
			if n, err := file.ReadAt(b, int64(regions[0].Start)); n != 4 {
				t.Errorf("%s: the descriptor after exec: %v", name, err)
			}
		}
	}
}

func TestLaunchThroughKeeper(t *testing.T) {
	t.Setenv("STACKFS_TEST", "from the server")
	dir := t.TempDir()
	t.Chdir(dir)
	path := inferior.Build(t, "launched")
	for name, command := range map[string][]string{"socket": nil, "pipes": piped(t)} {
		target, err := Remote(ptrace.LaunchDriver(), command).Attach(limited(t), core.Spec{Args: []string{path}})
		if err != nil {
			t.Fatal(err)
		}
		endWith(t, target)
		text := waitOutput(t, target, "tty")
		if !strings.Contains(text, "cwd "+dir+"\n") || !strings.Contains(text, "env from the server\n") {
			t.Errorf("%s: output %q", name, text)
		}
		std, _ := core.Power[core.Stdio](target)
		in, err := std.Stdio(0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := in.Write([]byte("end\n")); err != nil {
			t.Error(err)
		}
		waitOutput(t, target, "got end")
		if w, _ := core.Power[core.Waiter](target); w.Wait(limited(t), core.Exited) != nil {
			t.Error("no end")
		}
		if info, err := target.Info(limited(t)); err != nil || info.Reason != "exit 3" {
			t.Errorf("%s: %+v, %v", name, info, err)
		}
		target.Close()
	}
	_, err := Remote(ptrace.LaunchDriver(), nil).Attach(limited(t), core.Spec{Args: []string{"/no/such/program"}})
	if !errors.Is(err, core.ErrNotFound) {
		t.Errorf("no program: %v", err)
	}
}
