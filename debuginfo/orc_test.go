package debuginfo

import (
	"context"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
)

type orcLine struct {
	ip       uint64
	sp, bp   int16
	spr, bpr uint16
	bits     uint16 // from bit 8 on
}

// makeORC writes the two sections; .orc_unwind_ip is at 0x10000.
func makeORC(lines ...orcLine) (ips, entries []byte) {
	for i, l := range lines {
		ips = binary.LittleEndian.AppendUint32(ips, uint32(l.ip-0x10000-uint64(4*i)))
		entries = binary.LittleEndian.AppendUint16(entries, uint16(l.sp))
		entries = binary.LittleEndian.AppendUint16(entries, uint16(l.bp))
		entries = binary.LittleEndian.AppendUint16(entries, l.bits<<8|l.bpr<<4|l.spr)
	}
	return ips, entries
}

func TestORCLayouts(t *testing.T) {
	for name, c := range map[string]struct {
		call, regs, end, signal uint16
		layout                  orcLayout
	}{
		"4.14":    {0, 1, 4, 0, orcOld},
		"6.3":     {0, 1, 8, 4, orcSignal},
		"6.4":     {2, 3, 1, 8, orcSplit},
		"6.4 end": {2, 3, 1, 0, orcSplit},
	} {
		ips, entries := makeORC(orcLine{0x1000, 8, 0, orcSP, 0, c.call}, orcLine{0x1010, 0, 0, orcSP, 0, c.regs | c.signal}, orcLine{0x1020, 16, -16, orcBP, orcPrevSP, c.call},
			orcLine{0x1030, 0, 0, 0, 0, c.end}, orcLine{0x1040, 0, 0, 0, 0, 0}, orcLine{0x1050, 24, 0, orcSP, 0, c.call})
		o := parseORC(ips, entries, 0x10000)
		require.Equal(t, c.layout, o.layout, name)
		_, ok := o.find(0xfff)
		require.False(t, ok)
		for pc, want := range map[uint64]orcType{0x1000: orcCall, 0x100f: orcCall, 0x1010: orcRegs, 0x1020: orcCall, 0x1030: orcEnd, 0x1040: orcUnknown, 0x5000: orcCall} {
			e, ok := o.find(pc)
			require.True(t, ok)
			require.Equal(t, want, e.typ, "%s: %x", name, pc)
			require.Equal(t, want == orcUnknown, e.row() == nil)
		}
		e, _ := o.find(0x1020)
		r := e.row()
		require.Equal(t, rule{kind: ruleCFA, reg: 6, value: 16}, r.cfa)
		require.Equal(t, rule{kind: ruleOffset, value: -16}, r.regs[columnFP])
		require.Equal(t, rule{kind: ruleOffset, value: -8}, r.regs[columnRA])
	}
	var none *orcTable
	_, ok := none.find(1)
	require.False(t, ok)
}

// TestORCUnsorted has entries as old kernels' files have them: in the order of the
// object files, an end of one where the next begins.
func TestORCUnsorted(t *testing.T) {
	ips, entries := makeORC(orcLine{0x2000, 8, 0, orcSP, 0, 0}, orcLine{0x2100, 0, 0, 0, 0, 0}, orcLine{0x1000, 16, 0, orcSP, 0, 0}, orcLine{0x2000, 0, 0, 0, 0, 0}, orcLine{0x2100, 24, 0, orcSP, 0, 0})
	o := parseORC(ips, entries, 0x10000)
	for pc, want := range map[uint64]int16{0x1000: 16, 0x1fff: 16, 0x2000: 8, 0x2050: 8, 0x2100: 24} {
		e, ok := o.find(pc)
		require.True(t, ok)
		require.Equal(t, want, e.spOffset, "%x", pc)
	}
}

func TestORCExpressions(t *testing.T) {
	for _, c := range []struct {
		line    orcLine
		cfa, bp uint64
	}{
		{orcLine{0, -200, 0, orcBPIndirect, orcUndefined, 0}, 0x5000 - 200, 0x5000},
		{orcLine{0, 104, -16, orcSPIndirect, orcPrevSP, 0}, 0x4000 + 104, 0x4000 + 104 - 16},
		{orcLine{0, 8, 304, orcR10, orcBP, 0}, 0xa000 + 8, 0x5000 + 304},
		{orcLine{0, 0, 0, orcDX, 0, 0}, 0x1000, 0x5000},
		{orcLine{0, 0, 0, orcDI, 0, 0}, 0x7000, 0x5000},
		{orcLine{0, 0, 0, orcR13, 0, 0}, 0xd000, 0x5000},
	} {
		ips, entries := makeORC(c.line)
		o := parseORC(ips, entries, 0x10000)
		r := o.entry(0).row()
		u := unwinder{stack: stackReader{ctx: context.Background(), memory: identityMemory{}}}
		u.context = exprContext{register: u.now.get, memory: u.stack.word}
		for n, v := range map[int]uint64{1: 0x1000, 5: 0x7000, 6: 0x5000, 7: 0x4000, 10: 0xa000, 13: 0xd000} {
			u.now.set(n, v)
		}
		cfa, err := u.canonical(r)
		require.NoError(t, err)
		require.Equal(t, c.cfa, cfa)
		bp, ok, err := u.recover(r, columnFP, cfa)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, c.bp, bp)
	}
	for _, l := range []orcLine{{0, 0, 0, 12, 0, 0}, {0, 0, 0, orcSP, 9, 0}, {0, 0, 0, orcSP, 0, 3}} {
		ips, entries := makeORC(l)
		require.Nil(t, parseORC(ips, entries, 0x10000).entry(0).row())
	}
}

// identityMemory holds at each address the address.
type identityMemory struct{}

func (identityMemory) ReadMemory(_ context.Context, p []byte, addr uint64) (int, error) {
	for i := range p {
		at := addr + uint64(i)
		p[i] = byte((at &^ 7) >> (8 * (at & 7)))
	}
	return len(p), nil
}

// kernel is jit with an image of a kernel: a function at 0x1000, code at 0x1100 on
// top of struct pt_regs, one at 0x1200 on top of what the CPU pushed, an end at 0x1300.
func kernel() *Program {
	p := jit()
	ips, entries := makeORC(orcLine{0x1000, 16, 0, orcSP, 0, 0}, orcLine{0x1100, 8, 0, orcSP, 0, 1}, orcLine{0x1200, 0, 0, orcSP, 0, 2}, orcLine{0x1300, 0, 0, 0, 0, 4})
	img := &Image{symbols: func() *symbolTable { return &symbolTable{} }, frames: func() *frameTable { return &frameTable{orc: parseORC(ips, entries, 0x10000)} }}
	p.objects = []*Object{{Name: "vmlinux", Start: 0x1000, End: 0x2000, module: newModule(img)}}
	return p
}

func TestUnwindORC(t *testing.T) {
	pt := make([]uint64, 21) // struct pt_regs
	for i := range pt {
		pt[i] = uint64(0x100 + i)
	}
	pt[16], pt[17], pt[19] = 0x1201, 0x10, 0x8800 // rip cs rsp
	stack := words(0x8000, append([]uint64{1, 0x1101, 2}, pt...)...)
	other := words(0x8800, 0x1301, 0x10, 0, 0x8900)
	regs := registers(map[string]uint64{"rip": 0x1008, "rsp": 0x8000, "rbp": 0x77, "rbx": 5, "rax": 6})
	frames, reason := kernel().Unwind(context.Background(), core.Layers{stack, other}, regs, 10)
	require.Empty(t, reason)
	var pcs, lookups []uint64
	for _, f := range frames {
		pcs, lookups = append(pcs, f.PC), append(lookups, f.Lookup)
		require.False(t, f.Signal)
		require.False(t, f.Guess)
	}
	require.Equal(t, []uint64{0x1008, 0x1101, 0x1201, 0x1301}, pcs)
	require.Equal(t, []uint64{0x1008, 0x1100, 0x1201, 0x1301}, lookups)
	value := func(f int, name string) any {
		i, _ := core.AMD64.Index(name)
		v, ok := frames[f].Registers().Uint(i)
		if !ok {
			return nil
		}
		return v
	}
	require.Nil(t, value(1, "rbx"))
	require.EqualValues(t, 0x77, value(1, "rbp"))
	require.EqualValues(t, 0x8010, value(1, "rsp"))
	for i, name := range []string{"r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9", "r8", "rax", "rcx", "rdx", "rsi", "rdi"} {
		require.EqualValues(t, 0x100+i, value(2, name), name)
	}
	require.EqualValues(t, 0x8800, value(2, "rsp"))
	require.EqualValues(t, 0x8900, value(3, "rsp"))

	// The same from a program: its code segment has privilege level 3.
	binary.LittleEndian.PutUint64(stack.Data[8*(3+17):], 0x33)
	frames, reason = kernel().Unwind(context.Background(), core.Layers{stack, other}, regs, 10)
	require.Empty(t, reason)
	require.Len(t, frames, 2)

	// Registers that lie where they come from.
	binary.LittleEndian.PutUint64(other.Data, 0x1201)
	binary.LittleEndian.PutUint64(other.Data[24:], 0x8800)
	binary.LittleEndian.PutUint64(stack.Data[8*(3+17):], 0x10)
	_, reason = kernel().Unwind(context.Background(), core.Layers{stack, other}, regs, 10)
	require.Equal(t, "the frame of an interruption repeats", reason)
}

func FuzzORC(f *testing.F) {
	ips, entries := makeORC(orcLine{0x1000, 8, 0, orcSP, 0, 0}, orcLine{0x1010, 0, 0, orcBPIndirect, orcBP, 4}, orcLine{0x1020, 16, -16, orcSPIndirect, orcPrevSP, 1})
	f.Add(ips, entries, uint64(0x1015))
	f.Fuzz(func(t *testing.T, ips, entries []byte, pc uint64) {
		o := parseORC(ips, entries, 0x10000)
		for n := 1; n < o.len(); n++ {
			require.LessOrEqual(t, o.at(o.nth(n-1)), o.at(o.nth(n)))
		}
		if e, ok := o.find(pc); ok && e.row() != nil {
			u := unwinder{program: jit(), stack: stackReader{ctx: context.Background(), memory: identityMemory{}}}
			u.context = exprContext{register: u.now.get, memory: u.stack.word}
			u.now.set(columnSP, pc)
			u.now.set(columnFP, pc)
			_, _ = u.apply(e.row(), &Frame{})
		}
	})
}
