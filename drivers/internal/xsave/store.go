package xsave

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"

	"github.com/stackfs/stackfs/core"
)

// Store changes one register, given by gdb's name and little-endian bytes.
// ErrUnsupported if the area has no such register.
func (a Area) Store(name string, b []byte) error {
	missing := core.Errorf(core.ErrUnsupported, "writing register %s: this processor or kernel does not have it", name)
	if len(a) < headerEnd {
		return missing
	}
	if name == "mxcsr" {
		copy(a[offMXCSR:], b)
		a.begin(sse)
		return nil
	}
	if name == "ftag" {
		a.begin(x87)
		a[4] = abridged(get(b, 2))
		return nil
	}
	if i := slices.IndexFunc(controls, func(c control) bool { return c.name == name }); i >= 0 {
		a.begin(x87)
		copy(a[controls[i].offset:], b[:controls[i].sz])
		return nil
	}
	class := strings.TrimRight(name, "0123456789")
	n, _ := strconv.Atoi(name[len(class):])
	for _, p := range pieces(class, n) {
		if a.has(p.component) && a.start(p.component)+p.offset+p.size <= len(a) {
			a.begin(p.component)
			b = b[copy(a[a.start(p.component)+p.offset:][:p.size], b):]
			continue
		}
		return missing
	}
	if len(b) != 0 {
		return missing
	}
	return nil
}

// A piece is where a part of a register lies.
type piece struct{ component, offset, size int }

// pieces tells where register n of a class lies, the lowest bytes first.
func pieces(class string, n int) []piece {
	size := map[string]int{"xmm": 16, "ymm": 32, "zmm": 64}[class]
	switch {
	case class == "st":
		return []piece{{x87, offST + 16*n, 10}}
	case class == "k":
		return []piece{{opmask, 8 * n, 8}}
	case class == "pkru":
		return []piece{{pkru, 0, 4}}
	case size != 0 && n >= 16:
		return []piece{{zmmMany, 64 * (n - 16), size}}
	case size != 0:
		all := []piece{{sse, 16 * n, 16}, {avx, 16 * n, 16}, {zmmHigh, 32 * n, 32}}
		return all[:map[int]int{16: 1, 32: 2, 64: 3}[size]]
	}
	return nil
}

// begin makes a component's bytes count: one in its initial state gets the bytes of that
// first.
func (a Area) begin(component int) {
	if a.used(component) {
		return
	}
	switch component {
	case x87:
		clear(a[:offMXCSR])
		clear(a[offST:offXMM])
		binary.LittleEndian.PutUint16(a, 0x37f)
	case sse:
		clear(a[offXMM : offXMM+256])
	default:
		start := a.start(component)
		clear(a[min(start, len(a)):min(start+layout()[component].size, len(a))])
	}
	bv := binary.LittleEndian.Uint64(a[offBV:])
	binary.LittleEndian.PutUint64(a[offBV:], bv|1<<component)
}

// abridged is the reverse of fullTag: one bit a register, set unless it is empty.
func abridged(tag uint64) (b byte) {
	for i := range 8 {
		if tag>>(2*i)&3 != 3 {
			b |= 1 << i
		}
	}
	return b
}
