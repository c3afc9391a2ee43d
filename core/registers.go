package core

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// An Arch is one instruction set as tables: what its registers are called, where
// their bytes lie in a Registers value, which DWARF numbers they have.
//
// To add one: fill in a second literal; nothing else may ask for its name.
type Arch struct {
	Name        string
	PointerSize int // bytes
	Registers   []Register
	PC, SP, FP  int // indices into Registers
	// Syscall numbers the register that keeps the system call's number while a
	// thread is in one, Args those of its arguments in order.
	Syscall int
	Args    []int
	size    int // bytes of storage
	byName  map[string]int
	byDWARF map[int]int
}

// A Register is one row of an Arch. Registers that overlap (xmm0, ymm0, zmm0)
// share storage: the bytes of the narrow one are the first of the wide one.
type Register struct {
	Name   string // gdb's name
	Bits   int
	DWARF  int // the psABI's register number, -1 if it has none
	offset int // bytes into the storage
}

// Size is the register's width in whole bytes.
func (r Register) Size() int { return (r.Bits + 7) / 8 }

// Index finds a register by gdb's name.
func (a *Arch) Index(name string) (int, bool) {
	i, ok := a.byName[name]
	return i, ok
}

// DWARF finds a register by its DWARF number.
func (a *Arch) DWARF(n int) (int, bool) {
	i, ok := a.byDWARF[n]
	return i, ok
}

// ArchNamed finds an architecture by its name.
func ArchNamed(name string) (*Arch, bool) {
	i := slices.IndexFunc(arches, func(a *Arch) bool { return a.Name == name })
	if i < 0 {
		return nil, false
	}
	return arches[i], true
}

// Registers is the registers of one thread or frame at one moment, with the set
// of those that are known. The zero value has no architecture and knows nothing.
// With returns a changed copy; a value is never changed after it was given away.
type Registers struct {
	Arch  *Arch
	data  []byte
	known []bool
}

// NewRegisters returns registers of which none is known.
func NewRegisters(a *Arch) Registers {
	return Registers{a, make([]byte, a.size), make([]bool, len(a.Registers))}
}

// Bytes returns register i, little-endian, Size bytes; ok is false if it is not known.
func (r Registers) Bytes(i int) (b []byte, ok bool) {
	if r.Arch == nil || i < 0 || i >= len(r.known) || !r.known[i] {
		return nil, false
	}
	reg := r.Arch.Registers[i]
	return r.data[reg.offset : reg.offset+reg.Size() : reg.offset+reg.Size()], true
}

// Uint returns register i as a number; ok is false if it is not known or wider than 64 bits.
func (r Registers) Uint(i int) (v uint64, ok bool) {
	b, ok := r.Bytes(i)
	if !ok || len(b) > 8 {
		return 0, false
	}
	var w [8]byte
	copy(w[:], b)
	return binary.LittleEndian.Uint64(w[:]), true
}

// PC, SP and FP return the program counter, the stack and the frame pointer.
func (r Registers) PC() (uint64, bool) { return r.named(func(a *Arch) int { return a.PC }) }

// SP is the stack pointer.
func (r Registers) SP() (uint64, bool) { return r.named(func(a *Arch) int { return a.SP }) }

// FP is the frame pointer, if the code uses it as one.
func (r Registers) FP() (uint64, bool) { return r.named(func(a *Arch) int { return a.FP }) }

func (r Registers) named(which func(*Arch) int) (uint64, bool) {
	if r.Arch == nil {
		return 0, false
	}
	return r.Uint(which(r.Arch))
}

// Set makes register i known with these bytes (little-endian, exactly Size of
// them). Only the maker of a value calls it, before giving the value away.
func (r Registers) Set(i int, b []byte) {
	reg := r.Arch.Registers[i]
	if len(b) != reg.Size() {
		panic(fmt.Sprintf("core: %d bytes for register %s of %d", len(b), reg.Name, reg.Size()))
	}
	copy(r.data[reg.offset:], b)
	r.known[i] = true
}

// SetUint makes register i known with a number, cut to its width (at most 64 bits).
func (r Registers) SetUint(i int, v uint64) {
	var w [8]byte
	binary.LittleEndian.PutUint64(w[:], v)
	r.Set(i, w[:r.Arch.Registers[i].Size()])
}

// Clear makes register i unknown. Only the maker of a value calls it.
func (r Registers) Clear(i int) { r.known[i] = false }

// Clone is a copy that shares nothing with r.
func (r Registers) Clone() Registers {
	return Registers{r.Arch, slices.Clone(r.data), slices.Clone(r.known)}
}

// Format gives register i as every file shows it: 0x and hexadecimal digits to
// its full width, the most significant first, or ? if it is not known.
func (r Registers) Format(i int) string {
	b, ok := r.Bytes(i)
	if !ok {
		return "?"
	}
	b = slices.Clone(b)
	slices.Reverse(b)
	digits := hex.EncodeToString(b)
	return "0x" + digits[len(digits)-(r.Arch.Registers[i].Bits+3)/4:]
}

// ParseRegister turns text (decimal, 0x, 0, 0b, a minus sign) into the bytes of register reg.
func ParseRegister(reg Register, text string) ([]byte, error) {
	v, ok := new(big.Int).SetString(strings.TrimSpace(text), 0)
	if !ok {
		return nil, Errorf(ErrInvalid, "parsing %q: want a number such as 0x10", text)
	}
	if v.Sign() < 0 {
		v.Add(v, new(big.Int).Lsh(big.NewInt(1), uint(reg.Bits)))
	}
	if v.Sign() < 0 || v.BitLen() > reg.Bits {
		return nil, Errorf(ErrInvalid, "parsing %q: register %s holds %d bits", text, reg.Name, reg.Bits)
	}
	b := v.FillBytes(make([]byte, reg.Size()))
	slices.Reverse(b)
	return b, nil
}

// MarshalBinary packs the values for a socket: the architecture's name, then the
// known set and the storage.
func (r Registers) MarshalBinary() ([]byte, error) {
	if r.Arch == nil {
		return nil, nil
	}
	out := append([]byte{byte(len(r.Arch.Name))}, r.Arch.Name...)
	for _, k := range r.known {
		out = append(out, map[bool]byte{true: 1}[k])
	}
	return append(out, r.data...), nil
}

// UnmarshalBinary is the reverse of MarshalBinary.
func (r *Registers) UnmarshalBinary(b []byte) error {
	if len(b) == 0 {
		*r = Registers{}
		return nil
	}
	n := int(b[0])
	if len(b) <= n {
		return Errorf(ErrInvalid, "unpacking registers: %d bytes are too few", len(b))
	}
	a, ok := ArchNamed(string(b[1 : 1+n]))
	if !ok {
		return Errorf(ErrInvalid, "unpacking registers: no architecture %q", b[1:1+n])
	}
	b = b[1+n:]
	if len(b) != len(a.Registers)+a.size {
		return Errorf(ErrInvalid, "unpacking registers: %d bytes for %s", len(b), a.Name)
	}
	*r = NewRegisters(a)
	for i := range r.known {
		r.known[i] = b[i] == 1
	}
	copy(r.data, b[len(a.Registers):])
	return nil
}
