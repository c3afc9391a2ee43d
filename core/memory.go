package core

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// Memory is something with bytes at addresses.
type Memory interface {
	// ReadMemory fills p from addr and returns how many bytes it read. n < len(p)
	// implies an error; an unreadable byte is a *FaultError with its address, and
	// the n bytes before it are valid.
	ReadMemory(ctx context.Context, p []byte, addr uint64) (n int, err error)
}

// Space is an address space: memory and what is mapped in it.
type Space interface {
	Memory
	// Regions returns what is mapped, sorted by Start, without overlaps.
	Regions(ctx context.Context) ([]Region, error)
}

// Perm is what a mapping allows.
type Perm uint8

// The permissions of a mapping, as in the second field of /proc/PID/maps.
const (
	PermRead Perm = 1 << iota
	PermWrite
	PermExec
	PermShared
)

// String gives the four letters of /proc/PID/maps: rwxp, rwxs, or - where not allowed.
func (p Perm) String() string {
	b := []byte("---p")
	for i, c := range []byte("rwx") {
		if p&(1<<i) != 0 {
			b[i] = c
		}
	}
	if p&PermShared != 0 {
		b[3] = 's'
	}
	return string(b)
}

// ParsePerm is the reverse of Perm.String.
func ParsePerm(s string) (Perm, error) {
	var p Perm
	for i, c := range []byte("rwxs") {
		if len(s) == 4 && s[i] == c {
			p |= 1 << i
		}
	}
	if p.String() != s {
		return 0, Errorf(ErrInvalid, "parsing permissions %q: want four letters such as r-xp", s)
	}
	return p, nil
}

// A Region is one mapping of an address space: [Start, End).
type Region struct {
	Start, End uint64
	Perm       Perm
	Offset     uint64 // of Start in the file, bytes
	Dev        string // "major:minor" in hexadecimal, at least two digits each
	Inode      uint64 // 0: not a file
	Path       string // as the kernel prints it: escaped, "[heap]", " (deleted)"; empty if it has none
}

// Size is the region's length in bytes.
func (r Region) Size() uint64 { return r.End - r.Start }

// Contains says whether addr lies in the region.
func (r Region) Contains(addr uint64) bool { return r.Start <= addr && addr < r.End }

// File is the path of the mapped file and whether it is one: not "[stack]", not anonymous memory.
func (r Region) File() (path string, ok bool) {
	return r.Path, r.Inode != 0 && strings.HasPrefix(r.Path, "/")
}

// FindRegion returns the region of a sorted list that contains addr.
func FindRegion(regions []Region, addr uint64) (Region, bool) {
	lo, hi := 0, len(regions)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if regions[mid].End <= addr {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(regions) && regions[lo].Contains(addr) {
		return regions[lo], true
	}
	return Region{}, false
}

// ReadUint reads an unsigned little-endian integer of size 1 to 8 bytes.
func ReadUint(ctx context.Context, m Memory, addr uint64, size int) (uint64, error) {
	if size < 1 || size > 8 {
		return 0, fmt.Errorf("reading an integer of %d bytes: %w", size, ErrInvalid)
	}
	var b [8]byte
	if _, err := m.ReadMemory(ctx, b[:size], addr); err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint64(b[:]), nil
}

// ReadCString reads bytes up to a NUL, at most limit of them; cut says that the
// limit came first. A fault after the first byte ends the string there with the
// fault as the error.
func ReadCString(ctx context.Context, m Memory, addr uint64, limit int) (s string, cut bool, err error) {
	var out []byte
	for len(out) < limit {
		// Up to the next page, so that a string that ends before a hole is read whole.
		chunk := min(int(4096-addr%4096), 256, limit-len(out))
		b := make([]byte, chunk)
		n, err := m.ReadMemory(ctx, b, addr)
		if i := strings.IndexByte(string(b[:n]), 0); i >= 0 {
			return string(append(out, b[:i]...)), false, nil
		}
		out = append(out, b[:n]...)
		if err != nil {
			return string(out), true, err
		}
		addr += uint64(n)
	}
	return string(out), true, nil
}

// IsFault says whether err is a byte that is not there, and which.
func IsFault(err error) (addr uint64, ok bool) {
	var f *FaultError
	if errors.As(err, &f) {
		return f.Addr, true
	}
	return 0, false
}

// Bytes is memory made of one piece: a captured stack, a file's image.
type Bytes struct {
	Addr uint64
	Data []byte
}

// ReadMemory implements Memory; what lies outside the piece is a fault.
func (b Bytes) ReadMemory(_ context.Context, p []byte, addr uint64) (int, error) {
	if addr < b.Addr || addr-b.Addr >= uint64(len(b.Data)) {
		return 0, &FaultError{Addr: addr}
	}
	n := copy(p, b.Data[addr-b.Addr:])
	if n < len(p) {
		return n, &FaultError{Addr: addr + uint64(n)}
	}
	return n, nil
}

// Layers is memory in which an earlier layer hides a later one. A read that
// begins in one layer and ends beyond it goes on in the next that has the byte.
type Layers []Memory

// ReadMemory implements Memory.
func (l Layers) ReadMemory(ctx context.Context, p []byte, addr uint64) (int, error) {
	done := 0
	for done < len(p) {
		n, err := l.step(ctx, p[done:], addr+uint64(done))
		done += n
		if n == 0 {
			return done, err
		}
	}
	return done, nil
}

func (l Layers) step(ctx context.Context, p []byte, addr uint64) (int, error) {
	err := error(&FaultError{Addr: addr})
	for _, m := range l {
		var n int
		if n, err = m.ReadMemory(ctx, p, addr); n > 0 {
			return n, err
		}
	}
	return 0, err
}
