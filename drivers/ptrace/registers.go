package ptrace

import (
	"context"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers/internal/xsave"
)

// gprs is struct user_regs_struct of arch/x86/include/asm/user_64.h.
type gprs [27]uint64

var gprNames = [len(gprs{})]string{
	"r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9", "r8", "rax", "rcx", "rdx", "rsi", "rdi",
	"orig_rax", "rip", "cs", "eflags", "rsp", "ss", "fs_base", "gs_base", "ds", "es", "fs", "gs",
}

// Places in gprs.
const (
	gprRAX     = 10
	gprOrigRAX = 15
	gprRIP     = 16
	gprCS      = 17
)

// ntXstate is NT_X86_XSTATE of include/uapi/linux/elf.h.
const ntXstate = 0x202

func readGPRs(tid int) (g gprs, err error) {
	err = requestData(unix.PTRACE_GETREGS, tid, 0, unsafe.Pointer(&g))
	return g, err
}

func writeGPRs(tid int, g gprs) error {
	return requestData(unix.PTRACE_SETREGS, tid, 0, unsafe.Pointer(&g))
}

// load makes the general registers known.
func (g gprs) load(regs core.Registers) {
	for i, name := range gprNames {
		if n, ok := regs.Arch.Index(name); ok {
			regs.SetUint(n, g[i])
		}
	}
}

// Thread is the key of one thread; it implements core.Thread.
type Thread struct {
	t   *Target
	tid int
}

// ID implements core.Thread.
func (th Thread) ID() int { return th.tid }

// Registers implements core.Thread.
func (th Thread) Registers(ctx context.Context) (regs core.Registers, err error) {
	l := th.t.loop
	if e := l.do(ctx, func() { regs, err = l.registers(th.tid) }); e != nil {
		return core.Registers{}, e
	}
	return regs, err
}

// standing finds a thread that is held and stands still.
func (l *loop) standing(tid int) (*thread, error) {
	found, err := l.find([]int{tid})
	if err != nil {
		return nil, err
	}
	if t := found[0]; t.stopped {
		return t, nil
	}
	return nil, core.Errorf(core.ErrBusy, "thread %d runs: its registers need it held", tid)
}

func (l *loop) registers(tid int) (core.Registers, error) {
	t, err := l.standing(tid)
	if err != nil {
		return core.Registers{}, err
	}
	return l.all(t)
}

// all reads every register of a thread that stands still.
func (l *loop) all(t *thread) (core.Registers, error) {
	regs, err := l.general(t)
	if err != nil {
		return core.Registers{}, err
	}
	if l.area == nil {
		l.area = make([]byte, xsave.Size)
	}
	if n, err := readRegset(t.tid, ntXstate, l.area); err == nil {
		xsave.Area(l.area[:n]).Load(regs)
	}
	return regs, nil
}

// general reads the registers that a sample needs, as if nothing had been rewound.
func (l *loop) general(t *thread) (core.Registers, error) {
	g, err := readGPRs(t.tid)
	if err != nil {
		return core.Registers{}, l.refused("reading registers", t.tid, err)
	}
	regs := core.NewRegisters(core.AMD64)
	t.view(g).load(regs)
	return regs, nil
}

// refused explains a ptrace request that failed on a thread in a stop: it has been killed there.
func (l *loop) refused(doing string, tid int, err error) error {
	if err == unix.ESRCH {
		return core.Errorf(core.ErrGone, "%s: thread %d is gone", doing, tid)
	}
	return core.Errorf(core.ErrPermission, "%s of thread %d: %w", doing, tid, err)
}

// WriteRegister implements core.RegisterWriter. ErrInvalid if the kernel does not
// take the value (a segment selector, an address beyond the user's half).
func (t *Target) WriteRegister(ctx context.Context, tid, i int, b []byte) (err error) {
	if t.ro {
		return t.readOnly("writing a register")
	}
	if i < 0 || i >= len(core.AMD64.Registers) || len(b) != core.AMD64.Registers[i].Size() {
		return core.Errorf(core.ErrInvalid, "writing register %d: %d bytes do not fit", i, len(b))
	}
	b = slices.Clone(b)
	if e := t.loop.do(ctx, func() { err = t.loop.writeRegister(tid, core.AMD64.Registers[i].Name, b) }); e != nil {
		return e
	}
	return err
}

func (l *loop) writeRegister(tid int, name string, b []byte) error {
	t, err := l.standing(tid)
	if err != nil {
		return err
	}
	if n := slices.Index(gprNames[:], name); n >= 0 {
		return l.writeGPR(t, n, b)
	}
	area := make([]byte, xsave.Size)
	n, err := readRegset(t.tid, ntXstate, area)
	if err != nil {
		return l.refused("reading the extended state", tid, err)
	}
	if err := xsave.Area(area[:n]).Store(name, b); err != nil {
		return err
	}
	return l.written(name, tid, writeRegset(tid, ntXstate, area[:n]))
}

func (l *loop) written(name string, tid int, err error) error {
	if err == nil || err == unix.ESRCH {
		return l.orGone(err, tid)
	}
	return core.Errorf(core.ErrInvalid, "writing register %s: the kernel does not take this value: %w", name, err)
}

func (l *loop) orGone(err error, tid int) error {
	if err == nil {
		return nil
	}
	return l.refused("writing registers", tid, err)
}

func (l *loop) writeGPR(t *thread, n int, b []byte) error {
	g, err := readGPRs(t.tid)
	if err != nil {
		return l.refused("reading registers", t.tid, err)
	}
	if n == gprRAX || n == gprRIP || n == gprOrigRAX { // who writes these decides what happens to the call
		g = t.view(g)
		t.rewound = nil
	}
	g[n] = 0
	for i := range b {
		g[n] |= uint64(b[i]) << (8 * i)
	}
	if err := l.written(gprNames[n], t.tid, writeGPRs(t.tid, g)); err != nil {
		return err
	}
	if t.rewound != nil {
		*t.rewound = g
	}
	return nil
}
