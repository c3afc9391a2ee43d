package coretest

import (
	"slices"
	"testing"

	"github.com/stackfs/stackfs/core"
)

func testWriteMemory(t *testing.T, s suite) {
	w, ok := core.Power[core.MemoryWriter](s.Target)
	if !ok {
		return
	}
	release := must(s.Hold(limited(t)))(t)
	defer release()
	r, hole := writable(t, s)
	places := []uint64{r.End - 8}
	if s.o.Code != 0 {
		places = append(places, s.o.Code)
	}
	for _, addr := range places {
		old, was, got := make([]byte, 8), []byte("stackfs!"), make([]byte, 8)
		must(s.Space().ReadMemory(limited(t), old, addr))(t)
		must(w.WriteMemory(limited(t), was, addr))(t)
		must(s.Space().ReadMemory(limited(t), got, addr))(t)
		must(w.WriteMemory(limited(t), old, addr))(t)
		if !slices.Equal(got, was) {
			t.Errorf("at 0x%x: wrote %q, read %q", addr, was, got)
		}
	}
	if !hole {
		return
	}
	old := make([]byte, 4)
	must(s.Space().ReadMemory(limited(t), old, r.End-4))(t)
	n, err := w.WriteMemory(limited(t), append(slices.Clone(old), 1, 2), r.End-4)
	if addr, fault := core.IsFault(err); n != 4 || !fault || addr != r.End {
		t.Errorf("write across the end 0x%x: %d bytes, %v", r.End, n, err)
	}
}

func testWriteRegister(t *testing.T, s suite) {
	w, ok := core.Power[core.RegisterWriter](s.Target)
	if !ok {
		return
	}
	th := first(t, s)
	if !s.o.Still {
		err := w.WriteRegister(limited(t), th.ID(), 0, make([]byte, 8))
		wantError(t, "writing a register of a running thread", err, core.ErrBusy)
	}
	release := must(s.Hold(limited(t), th.ID()))(t)
	defer release()
	regs := must(th.Registers(limited(t)))(t)
	for _, name := range []string{"rbx", "r15", "eflags", "xmm3", "ymm7", "zmm20", "k1", "st2", "mxcsr", "fctrl", "ftag"} {
		i, known := regs.Arch.Index(name)
		old, has := regs.Bytes(i)
		if !known || !has {
			continue
		}
		b := slices.Clone(old)
		b[0] ^= 0x40 // a bit that each of these has; the zero flag in eflags
		if name == "mxcsr" || name == "fctrl" {
			b[1] ^= 0x20 // rounding control; the lower bits may be reserved
			b[0] = old[0]
		}
		if name == "ftag" {
			continue // derived from the values
		}
		if err := w.WriteRegister(limited(t), th.ID(), i, b); err != nil {
			t.Errorf("writing %s: %v", name, err)
			continue
		}
		now := must(th.Registers(limited(t)))(t)
		if got, _ := now.Bytes(i); !slices.Equal(got, b) && !(name == "fctrl") {
			t.Errorf("%s: wrote %x, read %x", name, b, got)
		}
		if err := w.WriteRegister(limited(t), th.ID(), i, old); err != nil {
			t.Errorf("restoring %s: %v", name, err)
		}
	}
	now := must(th.Registers(limited(t)))(t)
	for i, r := range regs.Arch.Registers {
		if regs.Format(i) != now.Format(i) && r.Name != "ftag" {
			t.Errorf("%s: %s before, %s after", r.Name, regs.Format(i), now.Format(i))
		}
	}
}

func testStopCont(t *testing.T, s suite) {
	c, ok := core.Power[core.Stopper](s.Target)
	if !ok {
		return
	}
	for range 2 {
		if err := c.Stop(limited(t), 0); err != nil {
			t.Fatal(err)
		}
	}
	info := must(s.Info(limited(t)))(t)
	if info.State != core.Stopped || info.Reason != "request" {
		t.Errorf("stopped: %s, %s", info.State, info.Reason)
	}
	th := first(t, s)
	if status := must(th.Status(limited(t)))(t); status.State != core.Stopped || status.Reason != "request" {
		t.Errorf("thread stopped: %+v", status)
	}
	must(th.Registers(limited(t)))(t)
	release := must(s.Hold(limited(t)))(t)
	release()
	if w, ok := core.Power[core.Waiter](s.Target); ok {
		if err := w.Wait(limited(t), core.Stopped); err != nil {
			t.Error(err)
		}
	}
	for range 2 {
		if err := c.Cont(limited(t), 0); err != nil {
			t.Fatal(err)
		}
	}
	if info = must(s.Info(limited(t)))(t); info.State != core.Running || info.Reason != "none" {
		t.Errorf("continued: %s, %s", info.State, info.Reason)
	}
	if !s.o.Still {
		_, err := th.Registers(limited(t))
		wantError(t, "registers after cont", err, core.ErrBusy)
	}
	if err := c.Stop(limited(t), th.ID()); err != nil {
		t.Fatal(err)
	}
	must(th.Registers(limited(t)))(t)
	if err := c.Cont(limited(t), th.ID()); err != nil {
		t.Fatal(err)
	}
}

func testReadOnly(t *testing.T, s suite) {
	if s.o.OpenReadOnly == nil {
		return
	}
	s.Target.Close()
	ro := s.o.OpenReadOnly(t)
	defer ro.Close()
	if info := must(ro.Info(limited(t)))(t); !info.ReadOnly {
		t.Error("Info does not say read-only")
	}
	release := must(ro.Hold(limited(t)))(t)
	tid := must(ro.Threads(limited(t)))(t)[0].ID()
	if w, ok := core.Power[core.MemoryWriter](ro); ok {
		_, err := w.WriteMemory(limited(t), []byte{0}, 0x1000)
		wantError(t, "writing memory", err, core.ErrReadOnly)
	}
	if w, ok := core.Power[core.RegisterWriter](ro); ok {
		wantError(t, "writing a register", w.WriteRegister(limited(t), tid, 0, make([]byte, 8)), core.ErrReadOnly)
	}
	release()
	if c, ok := core.Power[core.Stopper](ro); ok {
		wantError(t, "stopping", c.Stop(limited(t), 0), core.ErrReadOnly)
		wantError(t, "continuing", c.Cont(limited(t), 0), core.ErrReadOnly)
	}
	if c, ok := core.Power[core.Signaler](ro); ok {
		wantError(t, "signalling", c.Signal(limited(t), 9, 0), core.ErrReadOnly)
	}
	if _, err := core.Sample(limited(t), ro, []int{tid}, core.Want{Stack: 64}); err != nil {
		t.Errorf("a peek at a read-only target: %v", err)
	}
}
