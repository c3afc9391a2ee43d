package core

import "strconv"

// AMD64 is x86-64 with AVX-512. The order is gdb's raw register order
// (gdb/features/i386/64bit-*.xml), DWARF numbers are the psABI's (figure 3.36).
var AMD64 = amd64()

var arches = []*Arch{AMD64}

func amd64() *Arch {
	b := builder{arch: &Arch{Name: "x86-64", PointerSize: 8, byName: map[string]int{}, byDWARF: map[int]int{}}}
	for i, name := range []string{"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rip"} {
		b.add(name, 64, [...]int{0, 3, 2, 1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}[i])
	}
	b.add("eflags", 32, 49)
	for i, name := range []string{"cs", "ss", "ds", "es", "fs", "gs"} {
		b.add(name, 32, [...]int{51, 52, 53, 50, 54, 55}[i])
	}
	b.addMany("st", 8, 80, 33)
	for i, name := range []string{"fctrl", "fstat", "ftag", "fiseg", "fioff", "foseg", "fooff", "fop"} {
		b.add(name, 32, [...]int{65, 66, -1, -1, -1, -1, -1, -1}[i])
	}
	vectors := b.reserve(32 * 64)
	b.addVectors("xmm", 0, 16, 128, 17, vectors)
	b.add("mxcsr", 32, 64)
	b.addVectors("xmm", 16, 32, 128, 67, vectors)
	b.addMany("k", 8, 64, 118)
	b.add("pkru", 32, -1)
	b.add("fs_base", 64, 58)
	b.add("gs_base", 64, 59)
	b.add("orig_rax", 64, -1)
	b.addVectors("ymm", 0, 32, 256, -1, vectors)
	b.addVectors("zmm", 0, 32, 512, -1, vectors)
	a := b.arch
	a.PC, a.SP, a.FP = a.byName["rip"], a.byName["rsp"], a.byName["rbp"]
	a.Syscall = a.byName["orig_rax"]
	for _, name := range []string{"rdi", "rsi", "rdx", "r10", "r8", "r9"} {
		a.Args = append(a.Args, a.byName[name])
	}
	return a
}

type builder struct{ arch *Arch }

func (b builder) reserve(bytes int) (offset int) {
	offset = b.arch.size
	b.arch.size += bytes
	return offset
}

func (b builder) add(name string, bits, dwarf int) {
	b.place(name, bits, dwarf, b.reserve((bits+7)/8))
}

func (b builder) addMany(prefix string, n, bits, dwarf int) {
	for i := range n {
		b.add(prefix+strconv.Itoa(i), bits, dwarf+i)
	}
}

// addVectors adds registers from to to-1 of a class whose storage of 64 bytes
// each begins at offset base.
func (b builder) addVectors(prefix string, from, to, bits, dwarf, base int) {
	for i := from; i < to; i++ {
		d := dwarf
		if d >= 0 {
			d += i - from
		}
		b.place(prefix+strconv.Itoa(i), bits, d, base+64*i)
	}
}

func (b builder) place(name string, bits, dwarf, offset int) {
	i := len(b.arch.Registers)
	b.arch.Registers = append(b.arch.Registers, Register{name, bits, dwarf, offset})
	b.arch.byName[name] = i
	if dwarf >= 0 {
		b.arch.byDWARF[dwarf] = i
	}
}
