package debuginfo

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
)

// exclusive checks that a parser gave a value or an error, not both or neither.
func exclusive(t *testing.T, hasValue bool, err error) {
	require.Equal(t, err == nil, hasValue, "%v", err)
}

func FuzzImage(f *testing.F) {
	for _, path := range []string{build(f, "gcc", "signal.c", "-Wl,-z,now"), build(f, "g++", "catch.cc", "-s"), build(f, "gcc", "deep.c", "-g", "-gz=zlib", "-nostartfiles", "-Wl,-e,main")} {
		b, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		img, err := OpenImage(newMemoryFile(b))
		exclusive(t, img != nil, err)
		if err != nil {
			return
		}
		// A file cannot have more symbols than fit into it, read twice at most by
		// sections that overlap, but for as many sections as say that they do.
		for _, s := range img.Symbols() {
			img.symbols().find(s.Addr + 1)
			img.symbols().named(s.Name)
		}
		img.loadBias(0x7f0000001000, 0x1000)
		start, end := img.extent()
		require.LessOrEqual(t, start, end)
		m := newModule(img)
		for _, s := range img.frames().sections {
			for _, e := range s.index()[:min(len(s.index()), 20)] {
				m.row(e.begin)
			}
		}
	})
}

func FuzzCFI(f *testing.F) {
	img := openImage(f, build(f, "gcc", "signal.c"))
	data, err := img.Section(".eh_frame")
	require.NoError(f, err)
	f.Add(data, true)
	go1 := openImage(f, buildGo(f))
	frames, err := go1.Section(".debug_frame")
	require.NoError(f, err)
	f.Add(frames[:4096], false)
	f.Fuzz(func(t *testing.T, data []byte, eh bool) {
		s := newCFISection(sourceOf(data), 0x400000, eh, ehHeader{})
		for _, e := range s.index()[:min(len(s.index()), 20)] {
			found, ok := s.covering(e.begin)
			require.True(t, ok)
			for _, pc := range []uint64{e.begin, e.begin + uint64(e.size)/2, e.begin + uint64(e.size) - 1} {
				r, err := found.row(pc)
				exclusive(t, r != nil, err)
				if r == nil {
					continue
				}
				u := unwinder{program: jit(), stack: stackReader{ctx: context.Background(), memory: words(0x8000, 0x8010, 0x1100, 0x8000, 0, 1, 2, 3)}}
				u.context = exprContext{register: u.now.get, memory: u.stack.word}
				for n := range frameColumns {
					u.now.set(n, 0x8000)
				}
				_, _ = u.apply(r, &Frame{})
			}
		}
	})
}

func FuzzEHHeader(f *testing.F) {
	img := openImage(f, build(f, "gcc", "signal.c"))
	frames, err := img.Section(".eh_frame")
	require.NoError(f, err)
	header, err := img.Section(".eh_frame_hdr")
	require.NoError(f, err)
	f.Add(header, frames, img.elf.Section(".eh_frame_hdr").Addr, img.elf.Section(".eh_frame").Addr)
	f.Fuzz(func(t *testing.T, header, frames []byte, headerAddr, addr uint64) {
		h, _ := parseEHHeader(header, headerAddr)
		s := newCFISection(sourceOf(frames), addr, true, h)
		for i := range min(h.len(), 20) {
			begin, _ := h.entry(i)
			if f, ok := s.covering(begin); ok {
				require.True(t, f.begin <= begin && begin < f.end)
				r, err := f.row(begin)
				exclusive(t, r != nil, err)
			}
		}
	})
}

func FuzzExpression(f *testing.F) {
	for _, expr := range []string{"\x77\x08\x70\x00\x3f\x1a\x3b\x2a\x33\x24\x22", "\x35\x31\x1c\x12\x28\xfa\xff", "\x0a\x34\x12\x94\x01\x14\x15\x01\x17",
		"\x50\x93\x08\x91\x08\x93\x04\x93\x04\x35\x9f\x9d\x02\x03\x9e\x01\xff\x93\x01", "\x98\x01\x00\x99\x09\x00\x00\x00\x9a\x09\x00\x00\x00", "\xa3\x04\xa5\x11" + typeDouble + "\xa8\x00",
		exprDouble(-2.75) + exprFloat(1) + "\xa8" + typeDouble + "\x1b\xa8" + typeInt16 + "\x9f\xf0", "\xa0\x04\x03\x02\x01\x7c", "\x0a\x34\x12\xa6\x08" + typeUint8 + "\xa9\x00\xfd\x01\x00\x00\x00"} {
		f.Add([]byte(expr), uint64(7))
	}
	f.Fuzz(func(t *testing.T, expr []byte, top uint64) {
		v, err := evaluate(expr, &exprTestContext, top)
		if err == nil {
			again, err := evaluate(expr, &exprTestContext, top)
			require.NoError(t, err)
			require.Equal(t, v, again)
		}
		pieces, err := locate(expr, &exprTestContext, top)
		exclusive(t, len(pieces) > 0, err)
		for _, p := range pieces {
			require.GreaterOrEqual(t, p.bits, int64(0))
			require.GreaterOrEqual(t, p.skip, int64(0))
		}
		_, err = number(expr, &exprTestContext, top)
		if len(expr) > 0 && len(pieces) == 0 {
			require.Error(t, err)
		}
	})
}

func FuzzStackFlow(f *testing.F) {
	f.Add([]byte("\xf3\x0f\x1e\xfa\x55\x48\x89\xe5\x53\x48\x83\xec\x18\xe8\x00\x00\x00\x00\x74\x02\xeb\x05\x48\x8b\x5d\xf8\xc9\xc3\x0f\x0b"), uint16(10))
	f.Add([]byte("\x41\x54\x48\x8d\x64\x24\x80\x48\x29\xc4\x48\x8d\x65\xf8\x41\x5c\xff\xe0\xe2\xf0\xff\x25\x00\x00\x00\x00"), uint16(3))
	f.Fuzz(func(t *testing.T, code []byte, at uint16) {
		pc := 0x1000 + uint64(at)
		for _, returning := range []bool{false, true} {
			a := stateAt(code, 0x1000, 0x1000, pc, returning)
			require.False(t, a.ok && a.never)
			require.True(t, !a.state.spOK || a.state.sp >= 0 && a.state.sp <= maxFrame)
		}
		now := columns{}
		now.set(columnSP, 0x8000)
		now.set(columnFP, 0x8100)
		require.LessOrEqual(t, len(exits(code, 0x1000, pc, &now)), len(code))
		u := unwinder{program: jit(), now: now, exact: at%2 == 0, stack: stackReader{ctx: context.Background(), memory: core.Layers{core.Bytes{Addr: 0x1000, Data: code}, words(0x8000, 0, 0x1005, 0x8100, 0x1010)}}}
		u.now.set(columnRA, pc)
		_, _, _ = u.guessCaller(&Frame{PC: pc, Lookup: pc})
	})
}

func FuzzDisassemble(f *testing.F) {
	f.Add([]byte("\x48\x89\xe5\xe8\x01\x02\x00\x00\xff\x25\x01\x02\x00\x00\xf3\x0f\x1e\xfa\xc5\xf8\x77\x62\xf1\x7c\x48\x10\x07\x66\x2e\x0f\x1f\x84\x00\x00\x00\x00\x00\x48\xb8\x01\x02\x03\x04\x05\x06\x07\x08"))
	f.Add([]byte("\x67\x48\x8b\x04\x25\x28\x00\x00\x00\xd8\xc0\xf0\x0f\xb1\x0f\xdf\xe8\x3e\xff\xe0\xc7\xf8\x00\x00\x00\x00"))
	p := jit()
	f.Fuzz(func(t *testing.T, code []byte) {
		list, err := p.Disassemble(context.Background(), core.Bytes{Addr: 0x1000, Data: code}, 0x1000, 0, 1<<20)
		exclusive(t, len(list) > 0, err)
		at, n := uint64(0x1000), 0
		for _, i := range list {
			require.Equal(t, at, i.Addr)
			require.Equal(t, i.OK, i.Text != "?")
			require.NotContains(t, i.String(), "\n")
			at += uint64(len(i.Bytes))
			n += len(i.Bytes)
		}
		require.Equal(t, len(code), n)
	})
}

func FuzzLocation(f *testing.F) {
	for _, s := range []string{"0x1234+0x10", "read-write", "libc.so.6::read+4+8", "operator++8", "a.c:12", "deep!main", "0x1-0x2", "-", "+", "::", "main+0xffffffffffffffff"} {
		f.Add(s)
	}
	p := fileProgram(f, build(f, "g++", "catch.cc"))
	f.Fuzz(func(t *testing.T, where string) {
		r, err := p.Resolve(where)
		exclusive(t, len(r) > 0, err)
		for _, x := range r {
			require.LessOrEqual(t, x.Start, x.End)
		}
	})
}

func FuzzDemangle(f *testing.F) {
	for _, s := range []string{"_ZN4shop6Basket5totalERKSsSt6vectorIiSaIiEE", "_RNvC6_123foo3bar", "_ZN3foo3barE17h0123456789abcdefE", "_ZplRKN4shop6BasketEi", "puts@plt", "_Z3fooi@plt"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		d := Demangle(name)
		if !isMangled(name) {
			require.Equal(t, name, d)
		}
		require.Less(t, len(d), 1<<20)
		_ = withoutParameters(d)
		_ = mangledNeedle(d)
		_ = appendIdentifiers(nil, "_Z"+strings.TrimPrefix(name, "_Z"))
	})
}
