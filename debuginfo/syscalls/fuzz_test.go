package syscalls

import (
	"context"
	"testing"

	"github.com/stackfs/stackfs/core"
)

// countingMemory counts what is read; every byte of it is there, made from data.
type countingMemory struct {
	data  []byte
	bytes int
	calls int
}

func (m *countingMemory) ReadMemory(_ context.Context, p []byte, addr uint64) (int, error) {
	m.calls++
	m.bytes += len(p)
	if len(m.data) == 0 || addr%97 == 13 {
		return 0, &core.FaultError{Addr: addr}
	}
	for i := range p {
		p[i] = m.data[(addr+uint64(i))%uint64(len(m.data))]
	}
	return len(p), nil
}

// FuzzDecode: no panic, bounded output, bounded reads.
func FuzzDecode(f *testing.F) {
	for nr := range tableOf(core.AMD64).names {
		f.Add(nr, uint64(1), uint64(0x1000), uint64(0x41), uint64(8), uint64(0x2000), uint64(16), []byte("\x01\x00\x00\x00\x00\x00\x00\x00/etc\xff\x00"))
		f.Add(nr, ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), []byte{0xff})
		f.Add(nr, uint64(1)<<31, uint64(1)<<31, uint64(1)<<31, uint64(1)<<31, uint64(1)<<31, uint64(1)<<31, []byte{1, 2})
	}
	f.Fuzz(func(t *testing.T, nr int, a, b, c, d, e, g uint64, data []byte) {
		m := &countingMemory{data: data}
		call := Decode(t.Context(), core.AMD64, m, core.Syscall{Number: nr, Args: [6]uint64{a, b, c, d, e, g}, SP: g})
		text := call.String()
		if len(text) >= 64<<10 {
			t.Errorf("%s: %d bytes of text", call.Name, len(text))
		}
		if m.bytes > 2*maxReads || m.calls > 64<<10 {
			t.Errorf("%s: %d bytes in %d reads", call.Name, m.bytes, m.calls)
		}
		for i := range len(text) {
			if text[i] < ' ' || text[i] > '~' {
				t.Errorf("%s: byte %#x in the text", call.Name, text[i])
				break
			}
		}
		_ = Result(core.AMD64, call.Name, a)
	})
}
