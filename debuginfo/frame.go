package debuginfo

import (
	"github.com/stackfs/stackfs/core"
)

// A Frame is one activation of a function on a stack.
type Frame struct {
	N        int
	PC       uint64 // the next instruction to run in it
	CFA      uint64 // the canonical frame address: the stack pointer before the call; 0 if not known
	Function string // demangled; "<signal handler called>" as gdb; empty if no symbol says it
	Offset   uint64 // of PC from the function's start, bytes
	Object   string // its name, empty if PC lies in none
	Signal   bool   // the kernel made it to run a signal handler
	Guess    bool   // found by frame pointers or by what the code looks like, not by call frame information
	Inlined  bool
	// Lookup is the address to look up for symbols and lines: PC, or PC-1 after a
	// call, whose return address may belong to the next function.
	Lookup uint64

	columns columns
	thread  *core.Registers // those of the thread: segments and the like are the same in all its frames
}

// signalFunction is how gdb names the frame that the kernel made.
const signalFunction = "<signal handler called>"

// Registers returns the registers as they are in this frame. Those that nobody
// saved are absent; in frame 0 all that the thread has are there.
func (f Frame) Registers() core.Registers {
	if f.thread == nil {
		return core.Registers{}
	}
	if f.N == 0 {
		return *f.thread
	}
	arch := f.thread.Arch
	r := core.NewRegisters(arch)
	for _, name := range threadRegisters {
		if i, ok := arch.Index(name); ok {
			if b, ok := f.thread.Bytes(i); ok {
				r.Set(i, b)
			}
		}
	}
	for n := range frameColumns {
		if i, ok := arch.DWARF(n); ok && f.columns.has(n) {
			r.SetUint(i, f.columns.values[n])
		}
	}
	return r
}

// threadRegisters belong to the thread, not to a frame.
var threadRegisters = []string{"cs", "ss", "ds", "es", "fs", "gs", "fs_base", "gs_base"}

// columns is the registers that call frame information tells of, by DWARF number.
type columns struct {
	values [frameColumns]uint64
	known  uint32 // a bit each
}

func (c *columns) has(n int) bool { return c.known&(1<<n) != 0 }

func (c *columns) get(n uint64) (uint64, bool) {
	if n >= frameColumns || !c.has(int(n)) {
		return 0, false
	}
	return c.values[n], true
}

func (c *columns) set(n int, v uint64) {
	c.values[n] = v
	c.known |= 1 << n
}

func (c *columns) forget(n int) { c.known &^= 1 << n }

func columnsOf(r core.Registers) (c columns) {
	if r.Arch == nil {
		return c
	}
	for n := range frameColumns {
		if i, ok := r.Arch.DWARF(n); ok {
			if v, ok := r.Uint(i); ok {
				c.set(n, v)
			}
		}
	}
	return c
}
