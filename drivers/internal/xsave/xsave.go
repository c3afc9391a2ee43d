// Package xsave reads and changes the extended register state of an x86-64 thread
// as ptrace's NT_X86_XSTATE gives it: the standard (not compacted) XSAVE area.
//
// The layout is in the Intel SDM volume 1, chapter 13: 512 bytes as FXSAVE has
// them, a header with XSTATE_BV at 512, and components at offsets that CPUID leaf
// 0xD tells. A component whose bit in XSTATE_BV is clear is in its initial state,
// whatever its bytes are. The x87 control words come out as gdb shows them
// (gdb/i387-tdep.c, i387_supply_xsave; amd64-tdep.c, amd64_supply_xsave).
package xsave

import (
	"encoding/binary"
	"strconv"
	"sync"

	"github.com/stackfs/stackfs/core"
)

// Size is enough bytes for any area of today's processors.
const Size = 16 << 10

// The components that hold registers of core.AMD64, by their bit in XCR0.
const (
	x87     = 0
	sse     = 1
	avx     = 2 // the upper halves of ymm0-15
	opmask  = 5
	zmmHigh = 6 // the upper halves of zmm0-15
	zmmMany = 7 // zmm16-31
	pkru    = 9
)

// Offsets into the area, bytes.
const (
	offMXCSR    = 24
	offST       = 32
	offXMM      = 160
	offFeatures = 464 // sw_reserved: XCR0 (arch/x86/include/uapi/asm/user.h)
	offBV       = 512
	headerEnd   = 576
)

// An Area is the bytes of one thread's state.
type Area []byte

func (a Area) has(component int) bool {
	return len(a) >= headerEnd && binary.LittleEndian.Uint64(a[offFeatures:])&(1<<component) != 0
}

func (a Area) used(component int) bool {
	return binary.LittleEndian.Uint64(a[offBV:])&(1<<component) != 0
}

// part is size bytes of a component at an offset within it: zeros in its initial state, nil if
// the processor lacks it.
func (a Area) part(component, offset, size int) []byte {
	start := a.start(component) + offset
	if !a.has(component) || start+size > len(a) {
		return nil
	}
	if !a.used(component) {
		return make([]byte, size)
	}
	return a[start : start+size]
}

// start is where a component begins: for those of the first 512 bytes its first register.
func (a Area) start(component int) int {
	switch component {
	case x87:
		return 0
	case sse:
		return offXMM
	}
	if l := layout()[component]; l.offset >= headerEnd {
		return l.offset
	}
	return len(a)
}

// layout is where each component lies, asked of the processor once: in a virtual
// machine CPUID is an exit to the hypervisor.
var layout = sync.OnceValue(func() (l [pkru + 1]struct{ offset, size int }) {
	for i := avx; i <= pkru; i++ {
		size, offset := cpuid(0xd, uint32(i))
		l[i].offset, l[i].size = int(offset), int(size)
	}
	return l
})

// Load makes the registers known that the area has.
func (a Area) Load(regs core.Registers) {
	if len(a) < headerEnd {
		return
	}
	a.loadX87(regs)
	set(regs, "mxcsr", a[offMXCSR:offMXCSR+4])
	a.loadVectors(regs)
	for i := range 8 {
		set(regs, "k"+strconv.Itoa(i), a.part(opmask, 8*i, 8))
	}
	set(regs, "pkru", a.part(pkru, 0, 4))
}

func (a Area) loadVectors(regs core.Registers) {
	wide := make([]byte, 64)
	for i := range 32 {
		n := strconv.Itoa(i)
		known := a.vector(i, wide)
		for _, class := range []struct {
			name string
			size int
		}{{"xmm", 16}, {"ymm", 32}, {"zmm", 64}} {
			if known >= class.size {
				set(regs, class.name+n, wide[:class.size])
			}
		}
	}
}

// vector puts vector register i together and says how many of its bytes there are.
func (a Area) vector(i int, wide []byte) (known int) {
	for _, p := range pieces("zmm", i) {
		b := a.part(p.component, p.offset, p.size)
		if b == nil {
			break
		}
		known += copy(wide[known:], b)
	}
	return known
}

type control struct {
	name          string
	offset, sz    int // bytes
	initial, mask uint64
}

// controls are the x87 control registers but ftag: where they lie and how wide
// they are there. gdb shows the upper halves of both pointers as segments.
var controls = []control{
	{"fctrl", 0, 2, 0x37f, 0xffff}, {"fstat", 2, 2, 0, 0xffff}, {"fop", 6, 2, 0, 0x7ff},
	{"fioff", 8, 4, 0, 0xffffffff}, {"fiseg", 12, 4, 0, 0xffffffff},
	{"fooff", 16, 4, 0, 0xffffffff}, {"foseg", 20, 4, 0, 0xffffffff},
}

func (a Area) loadX87(regs core.Registers) {
	used := a.used(x87)
	for _, c := range controls {
		v := c.initial
		if used {
			v = get(a[c.offset:], c.sz) & c.mask
		}
		setUint(regs, c.name, v)
	}
	for i := range 8 {
		set(regs, "st"+strconv.Itoa(i), a.part(x87, offST+16*i, 10))
	}
	tag := uint64(0xffff)
	if used {
		tag = a.fullTag()
	}
	setUint(regs, "ftag", tag)
}

// fullTag makes the 16-bit tag word, two bits a physical register, of the abridged
// one and the values (gdb/i387-tdep.c, i387_supply_fxsave and i387_tag).
func (a Area) fullTag() uint64 {
	top := int(get(a[2:], 2)>>11) & 7
	tag := uint64(0)
	for i := range 8 {
		kind := uint64(3) // empty
		if a[4]&(1<<i) != 0 {
			kind = valueTag(a[offST+16*((i+8-top)%8):])
		}
		tag |= kind << (2 * i)
	}
	return tag
}

// valueTag tells 0 valid, 1 zero, 2 special of an 80-bit value.
func valueTag(st []byte) uint64 {
	mantissa, exponent := get(st, 8), get(st[8:], 2)&0x7fff
	switch {
	case exponent == 0x7fff:
		return 2
	case exponent == 0 && mantissa == 0:
		return 1
	case exponent == 0, mantissa>>63 == 0:
		return 2
	}
	return 0
}

func get(b []byte, size int) (v uint64) {
	for i := range size {
		v |= uint64(b[i]) << (8 * i)
	}
	return v
}

func set(regs core.Registers, name string, b []byte) {
	if i, ok := regs.Arch.Index(name); ok && b != nil {
		regs.Set(i, b)
	}
}

func setUint(regs core.Registers, name string, v uint64) {
	if i, ok := regs.Arch.Index(name); ok {
		regs.SetUint(i, v)
	}
}
