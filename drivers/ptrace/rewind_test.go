package ptrace

import (
	"context"
	"fmt"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/core"
)

// eintrCalls return EINTR when a stop interrupts them; poll is restarted by the kernel.
var eintrCalls = []string{
	"epoll_wait", "epoll_pwait", "semtimedop", "sigtimedwait", "msgrcv", "inotify", "recv", "io_getevents", "poll",
}

// settleIn waits until a process sleeps.
func settleIn(t *testing.T, target *Target) {
	t.Helper()
	for range 2000 {
		st, err := (Thread{target, target.pid}).Status(limited(t))
		if err != nil {
			t.Fatal(err)
		}
		if st.State == "sleeping" {
			return
		}
		time.Sleep(50 * time.Microsecond)
	}
	t.Fatal("the program does not sleep")
}

func TestPeeksAreNotFelt(t *testing.T) {
	for _, call := range eintrCalls {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			p := sample(t, "eintr", call, "once")
			target := attach(t, p.PID)
			settleIn(t, target)
			const rounds = 1000
			for i := range rounds {
				peek(t, target, i%2 == 0)
			}
			info, err := target.Info(limited(t))
			if err != nil {
				t.Fatal(err)
			}
			unix.Kill(p.PID, unix.SIGUSR2)
			if got := p.Line("counts"); got != "0 0 0" {
				t.Errorf("after %d peeks the program counted EINTR, handler, other: %s", rounds, got)
			}
			t.Logf("%d peeks, %d restarted, longest stop %v", info.Peeks, info.Restarted, info.LongestStop)
		})
	}
}

// peek holds the thread, checks what it shows, and lets it go; or samples it.
func peek(t *testing.T, target *Target, hold bool) {
	t.Helper()
	if !hold {
		if _, err := target.Sample(limited(t), []int{target.pid}, core.Want{Stack: 1024}); err != nil {
			t.Fatal(err)
		}
		return
	}
	release, err := target.Hold(limited(t), target.pid)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if _, err := (Thread{target, target.pid}).Registers(limited(t)); err != nil {
		t.Fatal(err)
	}
}

func TestSignalsAmongPeeks(t *testing.T) {
	for _, call := range eintrCalls {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			p := sample(t, "eintr", call, "once")
			target := attach(t, p.PID)
			sent := 0
			for i := range 300 {
				settleIn(t, target)
				if i%3 == 0 {
					unix.Kill(p.PID, unix.SIGUSR1)
					sent++
				}
				if i%5 == 0 { // ignored by default: without a tracer it does not wake the program
					unix.Kill(p.PID, unix.SIGWINCH)
				}
				peek(t, target, i%2 == 0)
			}
			settleIn(t, target)
			unix.Kill(p.PID, unix.SIGUSR2)
			want := fmt.Sprintf("%d %d 0", sent, sent)
			if call == "poll" || call == "recv" || call == "inotify" {
				want = ""
			}
			got := p.Line("counts")
			var interrupted, handled, other int
			fmt.Sscan(got, &interrupted, &handled, &other)
			if want == "" && (handled != sent || other != 0) || want != "" && got != want {
				t.Errorf("sent %d signals, the program counted EINTR, handler, other: %s", sent, got)
			}
		})
	}
}

func TestRewoundView(t *testing.T) {
	p := sample(t, "eintr", "epoll_wait")
	target := attach(t, p.PID)
	settleIn(t, target)
	release, err := target.Hold(limited(t))
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	regs, err := (Thread{target, p.PID}).Registers(limited(t))
	if err != nil {
		t.Fatal(err)
	}
	rax, _ := regs.Arch.Index("rax")
	if v, _ := regs.Uint(rax); int64(v) != pureEINTR {
		t.Errorf("rax shows %d, want -EINTR", int64(v))
	}
	pc, _ := regs.PC()
	code := make([]byte, 2)
	if _, err := target.Space().ReadMemory(limited(t), code, pc-2); err != nil || code[0] != 0x0f || code[1] != 0x05 {
		t.Errorf("before rip: %x, %v; want a syscall instruction", code, err)
	}
	if real, _ := readStopped(target, p.PID); real[gprRIP] != pc-2 {
		t.Errorf("rip really is 0x%x, want it rewound to 0x%x", real[gprRIP], pc-2)
	}
	four := []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	if err := target.WriteRegister(limited(t), p.PID, rax, four); err != nil {
		t.Fatal(err)
	}
	if real, _ := readStopped(target, p.PID); real[gprRIP] != pc || int64(real[gprRAX]) != -1 {
		t.Errorf("after a write of rax: rip 0x%x, rax %d", real[gprRIP], int64(real[gprRAX]))
	}
}

// readStopped reads the registers as they really are.
func readStopped(target *Target, tid int) (g gprs, err error) {
	target.loop.do(context.Background(), func() { g, err = readGPRs(tid) })
	return g, err
}
