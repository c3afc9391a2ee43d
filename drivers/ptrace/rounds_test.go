package ptrace

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers/internal/procfs"
	"github.com/stackfs/stackfs/tests/inferior"
)

// once attaches, peeks and lets go.
func once(t *testing.T, pid int, peek bool) {
	t.Helper()
	target, err := Attach(limited(t), pidSpec(pid))
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	threads, err := target.Threads(limited(t))
	if err != nil {
		t.Fatal(err)
	}
	if !peek {
		return
	}
	var tids []int
	for _, th := range threads {
		tids = append(tids, th.ID())
	}
	snaps, err := core.Sample(limited(t), target, tids, core.Want{Stack: 256})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range snaps {
		if s.Err != nil && !errors.Is(s.Err, core.ErrGone) {
			t.Errorf("thread %d: %v", s.TID, s.Err)
		}
	}
	release, err := target.Hold(limited(t))
	if err != nil {
		t.Fatal(err)
	}
	release()
}

// untilSeen waits until no signal is pending, so that two of a kind do not become one.
func untilSeen(t *testing.T, pid int) {
	t.Helper()
	for range 2000 {
		s, err := procfs.ThreadStatus(pid, pid)
		if err != nil {
			t.Fatal(err)
		}
		if s.Pending|s.Shared == 0 {
			return
		}
		time.Sleep(50 * time.Microsecond)
	}
	t.Fatal("signals stay pending")
}

func TestSignalsAreCounted(t *testing.T) {
	p := sample(t, "signals")
	sent := map[unix.Signal]int{}
	kinds := []unix.Signal{unix.SIGINT, unix.SIGTRAP, unix.SIGUSR1}
	for i := range 1000 {
		if i%2 == 0 {
			s := kinds[i/2%3]
			unix.Kill(p.PID, s)
			sent[s]++
		}
		once(t, p.PID, i%3 != 0)
		if i%50 == 0 {
			unix.Kill(p.PID, unix.SIGSTOP)
			once(t, p.PID, true)
			unix.Kill(p.PID, unix.SIGCONT)
		}
		untilSeen(t, p.PID)
	}
	fmt.Fprintln(p.In, "counts")
	want := fmt.Sprintf("%d %d %d 0 0", sent[unix.SIGINT], sent[unix.SIGTRAP], sent[unix.SIGUSR1])
	if got := p.Line("counts"); got != want {
		t.Errorf("the program counted INT TRAP USR1 ALRM CHILD: %s, want %s", got, want)
	}
}

func TestGroupStopStays(t *testing.T) {
	p := sample(t, "threads")
	unix.Kill(p.PID, unix.SIGSTOP)
	letter := func() byte {
		time.Sleep(5 * time.Millisecond)
		st, err := procfs.ThreadStat(p.PID, p.PID)
		if err != nil {
			t.Fatal(err)
		}
		return st.State
	}
	target := attach(t, p.PID)
	ctx := limited(t)
	if err := target.Wait(ctx, core.Stopped); err != nil {
		t.Fatal(err)
	}
	if info, _ := target.Info(ctx); info.Reason != "signal SIGSTOP" {
		t.Errorf("reason %q of a stopped process", info.Reason)
	}
	release, err := target.Hold(ctx)
	if err != nil {
		t.Fatal(err)
	}
	release()
	if st, err := (Thread{target, p.PID}).Status(ctx); err != nil || st.State != core.Stopped {
		t.Errorf("after a peek: %+v, %v", st, err)
	}
	target.Close()
	if c := letter(); c != 'T' {
		t.Errorf("state %c after detaching from a stopped process", c)
	}
	target = attach(t, p.PID)
	if err := target.Cont(ctx, 0); err != nil {
		t.Fatal(err)
	}
	target.Close()
	if c := letter(); c == 'T' {
		t.Error("stopped still after cont")
	}
}

func TestThreadsComeAndGo(t *testing.T) {
	p := sample(t, "churn")
	for range 500 {
		once(t, p.PID, true)
	}
	fmt.Fprintln(p.In, "end")
	p.Line("done")
}

func TestExecDuringAttach(t *testing.T) {
	p := sample(t, "execs", "60")
	for {
		target, err := Attach(limited(t), pidSpec(p.PID))
		if err != nil {
			t.Fatal(err)
		}
		ctx := limited(t)
		for range 3 {
			if release, err := target.Hold(ctx); err == nil {
				release()
			} else if !errors.Is(err, core.ErrGone) {
				t.Fatal(err)
			}
			if _, err := target.Info(ctx); err != nil {
				t.Fatal(err)
			}
		}
		target.Close()
		if cmdline, _ := procfs.Read(p.PID, "cmdline"); string(cmdline[max(0, len(cmdline)-3):]) == "\x000\x00" {
			break
		}
	}
	p.Line("ready 0")
}

func TestExecIsSeen(t *testing.T) {
	p := sample(t, "execs", "1", "wait")
	target := attach(t, p.PID)
	fmt.Fprintln(p.In)
	ctx := limited(t)
	for {
		info, err := target.Info(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if info.Generation == 1 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	p.Line("ready 0")
	regions, err := target.Space().Regions(ctx)
	if err != nil || len(regions) == 0 {
		t.Fatal(regions, err)
	}
	if _, err := core.ReadUint(ctx, target.Space(), regions[0].Start, 4); err != nil {
		t.Errorf("memory after exec: %v", err)
	}
	_, mem := target.mem.Files()
	if n, err := mem.ReadAt(make([]byte, 4), int64(regions[0].Start)); n != 4 {
		t.Errorf("the descriptor after exec: %v", err)
	}
}

func TestUninterruptible(t *testing.T) {
	p := sample(t, "vforked")
	target := attach(t, p.PID)
	time.Sleep(20 * time.Millisecond)
	st, err := (Thread{target, p.PID}).Status(limited(t))
	if err != nil || st.State != core.Blocked {
		t.Fatalf("the parent of a vfork child: %+v, %v", st, err)
	}
	short, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	begun := time.Now()
	if _, err := target.Hold(short, p.PID); !errors.Is(err, core.ErrTimeout) {
		t.Errorf("holding it: %v", err)
	}
	if d := time.Since(begun); d > 4*time.Second {
		t.Errorf("it took %v", d)
	}
	begun = time.Now()
	target.Close()
	if d := time.Since(begun); d > 4*time.Second {
		t.Errorf("detaching took %v", d)
	}
	target = attach(t, p.PID)
	held := make(chan error, 1)
	go func() {
		release, err := target.Hold(limited(t), p.PID)
		if err == nil {
			release()
		}
		held <- err
	}()
	fmt.Fprintln(p.In)
	if err := <-held; err != nil {
		t.Error(err)
	}
	p.Line("done")
}

func TestEnds(t *testing.T) {
	for _, how := range []string{"exit", "kill"} {
		p := sample(t, "signals")
		target := attach(t, p.PID)
		ctx := limited(t)
		want := "exit 0"
		if how == "kill" {
			want = "signal SIGKILL"
			if err := target.Signal(ctx, int(unix.SIGKILL), 0); err != nil {
				t.Fatal(err)
			}
		} else {
			p.In.Close()
		}
		if err := target.Wait(ctx, core.Exited); err != nil {
			t.Fatal(err)
		}
		if info, err := target.Info(ctx); err != nil || info.Reason != want {
			t.Errorf("%s: %+v, %v", how, info, err)
		}
		if _, err := target.Hold(ctx); !errors.Is(err, core.ErrGone) {
			t.Errorf("holding an exited process: %v", err)
		}
		if _, err := target.Space().ReadMemory(ctx, make([]byte, 1), 0x1000); !errors.Is(err, core.ErrGone) {
			t.Errorf("reading an exited process: %v", err)
		}
		target.Close()
	}
}

func TestBadTargets(t *testing.T) {
	p := inferior.Start(t, inferior.Build(t, "threads"))
	p.Line("ready")
	first := attach(t, p.PID)
	tids, err := procfs.Tasks(p.PID)
	if err != nil {
		t.Fatal(err)
	}
	zombie := sample(t, "vforked")
	zombie.Cmd.Process.Kill()
	for st, err := procfs.ThreadStat(zombie.PID, zombie.PID); err == nil && st.State != 'Z'; st, err = procfs.ThreadStat(zombie.PID, zombie.PID) {
		time.Sleep(time.Millisecond)
	}
	for _, c := range []struct {
		what string
		pid  int
		kind error
	}{
		{"no process", 1 << 22, core.ErrNotFound}, {"ourselves", os.Getpid(), core.ErrInvalid},
		{"a kernel thread", 2, core.ErrPermission}, {"a zombie", zombie.PID, core.ErrGone},
		{"one that is traced", p.PID, core.ErrBusy}, {"a thread", tids[len(tids)-1], core.ErrInvalid},
		{"a thread of ours", otherThread(t), core.ErrInvalid},
	} {
		_, err := Attach(limited(t), pidSpec(c.pid))
		if !errors.Is(err, c.kind) {
			t.Errorf("%s: %v, want %v", c.what, err, c.kind)
		}
		t.Log(err)
	}
	first.Close()
	for word, kind := range map[string]error{"nonsense": core.ErrInvalid, "follow=child": core.ErrUnsupported, "follow=x": core.ErrInvalid} {
		s := pidSpec(p.PID)
		key, value := word, ""
		fmt.Sscanf(word, "follow=%s", &value)
		if value != "" {
			key = "follow"
		}
		s.Options = append(s.Options, core.Option{Key: key, Value: value})
		if _, err := Attach(limited(t), s); !errors.Is(err, kind) {
			t.Errorf("%s: %v", word, err)
		}
	}
}

func otherThread(t *testing.T) int {
	tids, err := procfs.Tasks(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for _, tid := range tids {
		if tid != os.Getpid() {
			return tid
		}
	}
	return 0
}

func TestLeaks(t *testing.T) {
	p := sample(t, "threads")
	count := func() (fds, goroutines, threads int) {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		tids, _ := procfs.Tasks(os.Getpid())
		return len(entries), runtime.NumGoroutine(), len(tids)
	}
	once(t, p.PID, true)
	time.Sleep(50 * time.Millisecond)
	fds, goroutines, threads := count()
	for range 200 {
		once(t, p.PID, true)
	}
	for range 100 {
		f, g, _ := count()
		if f <= fds && g <= goroutines {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	f, g, n := count()
	if f > fds || g > goroutines || n > threads+10 {
		t.Errorf("descriptors %d -> %d, goroutines %d -> %d, threads %d -> %d", fds, f, goroutines, g, threads, n)
	}
}
