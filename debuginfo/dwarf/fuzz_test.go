package dwarf

import (
	"encoding/binary"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
)

// cutUp is the sections that fuzzed bytes stand for: each begins with its length.
func cutUp(data []byte) Sections {
	next := func() []byte {
		if len(data) < 2 {
			return nil
		}
		n := min(int(binary.LittleEndian.Uint16(data)), len(data)-2)
		out := data[2 : 2+n]
		data = data[2+n:]
		return out
	}
	return Sections{
		Info: next(), Abbrev: next(), Str: next(), Ranges: next(), RngLists: next(), Loc: next(), LocLists: next(), Addr: next(),
		StrOffsets: next(), Aranges: next(), Types: next(), CUIndex: next(), TUIndex: next(), LineStr: next(), Line: next(),
	}
}

// joined is the bytes that cutUp makes sections of.
func joined(s Sections) (out []byte) {
	for _, b := range [][]byte{s.Info, s.Abbrev, s.Str, s.Ranges, s.RngLists, s.Loc, s.LocLists, s.Addr,
		s.StrOffsets, s.Aranges, s.Types, s.CUIndex, s.TUIndex, s.LineStr, s.Line} {
		b = b[:min(len(b), 0xffff)]
		out = append(binary.LittleEndian.AppendUint16(out, uint16(len(b))), b...)
	}
	return out
}

// seeds are small units of all versions, and a package.
func seeds() [][]byte {
	abbrev := []byte{1, 0x11, 1, 0x03, 0x08, 0x11, 0x01, 0x12, 0x06, 0, 0, 2, 0x2e, 1, 0x03, 0x0e, 0x11, 0x01, 0x12, 0x06, 0x01, 0x13, 0, 0,
		3, 0x1d, 0, 0x31, 0x13, 0x55, 0x17, 0x02, 0x17, 0, 0, 4, 0x3d, 0, 0x18, 0x10, 0, 0, 0}
	var out [][]byte
	for version := byte(2); version <= 5; version++ {
		head := []byte{version, 0, 0, 0, 0, 0, 8}
		if version == 5 {
			head = []byte{version, 0, 1, 8, 0, 0, 0, 0}
		}
		body := append(head, 1, 'a', 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0,
			2, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 60, 0, 0, 0,
			3, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0)
		info := append([]byte{byte(len(body)), 0, 0, 0}, body...)
		lists := []byte{4, 1, 9, 1, 0x50, 8, 0, 8, 2, 1, 0x51, 0}
		out = append(out, joined(Sections{Info: info, Abbrev: abbrev, Str: []byte("main\x00"), Ranges: make([]byte, 32), RngLists: []byte{4, 1, 9, 0}, LocLists: lists, Loc: lists}))
		index := []byte{2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0,
			0, 0, 0, 0, 0, 0, 0, 0, byte(len(info)), 0, 0, 0, byte(len(abbrev)), 0, 0, 0}
		out = append(out, joined(Sections{Info: info, Abbrev: abbrev, Str: []byte("main\x00"), CUIndex: index}))
	}
	return out
}

// visit asks everything of everything, in bounds of what a user would.
func visit(d *Data) {
	d.Alt = d
	left := 2000
	for _, units := range [][]*Unit{d.Units, d.TypeUnits} {
		for _, u := range units {
			u.Info()
			u.Full()
			u.LineUnit().Info()
			_ = u.SplitErr()
			if e, ok := u.Root(); ok {
				visitEntry(e, &left, 0)
			}
			if left--; left < 0 {
				return
			}
		}
	}
	for _, a := range []uint64{0, 0x1000, 0x1010, 1 << 40, 1<<64 - 1} {
		if u := d.UnitFor(a); u != nil {
			u.FunctionAt(a)
		}
	}
}

func visitEntry(e Entry, left *int, depth int) {
	if *left--; *left < 0 || depth > maxDepth {
		return
	}
	_, _ = e.Ranges()
	_, _ = e.Name(), e.LinkageName()
	e.Unit.Path(e.Offset)
	for a, v := range e.Attrs() {
		_, _, _ = v.String(), v.Int(), v.Bytes()
		v.Addr()
		v.Entry()
		_, _ = e.Locations(a)
		e.Value(a)
	}
	for c := range e.Children() {
		visitEntry(c, left, depth+1)
	}
}

func FuzzEntries(f *testing.F) {
	for _, s := range seeds() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := New(cutUp(data))
		assert.True(t, (d == nil) == (err != nil))
		if err == nil {
			visit(d)
		}
	})
}

func FuzzPackage(f *testing.F) {
	for _, s := range seeds() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := cutUp(data)
		d, err := Package(s)
		assert.True(t, (d == nil) == (err != nil))
		if err != nil {
			return
		}
		visit(d)
		if main, err := New(s); err == nil {
			main.Package = d
			main.FindSplit = func(string, string, uint64) (Sections, error) { return s, nil }
			visit(main)
		}
	})
}

func FuzzAbbrev(f *testing.F) {
	f.Add([]byte{1, 0x11, 1, 0x03, 0x08, 0, 0, 9, 0x2e, 0, 0x01, 0x21, 5, 0, 0, 0}, uint8(8))
	f.Fuzz(func(t *testing.T, data []byte, size uint8) {
		table, n, err := parseAbbrevs(data, 0, layout{addrSize: size})
		assert.True(t, (table == nil) == (err != nil))
		assert.LessOrEqual(t, n, len(data))
	})
}

// lists is a unit without entries whose lists are fuzzed.
func lists(data []byte, version, size uint8) *Unit {
	d := &Data{Sections: Sections{Ranges: data, RngLists: data, Loc: data, LocLists: data, Addr: data}, split: version&8 != 0}
	d.abbrevs = map[abbrevKey]*abbrevTable{}
	u := &Unit{Data: d, Version: int(version%4) + 2, AddrSize: int(size%7) + 2}
	if d.split {
		u.skeleton.Store(&Unit{Data: &Data{Sections: d.Sections, abbrevs: d.abbrevs}, Version: u.Version, AddrSize: u.AddrSize})
	}
	return u
}

func FuzzRanges(f *testing.F) {
	f.Add([]byte{4, 1, 9, 1, 0, 5, 1, 2, 3, 4, 5, 6, 7, 8, 7, 1, 2, 3, 4, 5, 6, 7, 8, 4, 0}, uint8(3), uint8(6))
	f.Fuzz(func(t *testing.T, data []byte, version, size uint8) {
		u := lists(data, version, size)
		n := 0
		_ = u.rangeList(Value{Form: FormSecOffset, unit: u}, func(Range) bool { n++; return true })
		assert.LessOrEqual(t, n, len(data))
	})
}

func FuzzLocations(f *testing.F) {
	f.Add([]byte{4, 1, 9, 1, 0x50, 5, 1, 0x51, 0}, uint8(3), uint8(6))
	f.Fuzz(func(t *testing.T, data []byte, version, size uint8) {
		u := lists(data, version, size)
		list, _ := Value{Form: FormSecOffset, unit: u}.Locations()
		assert.LessOrEqual(t, len(list), len(data))
	})
}

// TestMemory gives files of 1 MB that would cost the square of it if they could.
func TestMemory(t *testing.T) {
	const size = 1 << 20
	units := Sections{Abbrev: make([]byte, size/2), RngLists: make([]byte, size/4)}
	for i := range units.Abbrev { // one abbreviation with a quarter of a million attributes
		units.Abbrev[i] = byte(1 + 0x0a*(i%2))
	}
	copy(units.Abbrev, []byte{1, 0x11, 0})
	for i := range units.RngLists { // one list of many ranges
		units.RngLists[i] = [3]byte{4, 0, 1}[i%3]
	}
	overlap := Sections{Abbrev: units.Abbrev}
	for off := uint32(0); len(overlap.Info) < size/2; off += 2 {
		overlap.Info = append(overlap.Info, 8, 0, 0, 0, 4, 0, byte(off), byte(off>>8), byte(off>>16), 0, 8, 1)
	}
	shared := Sections{RngLists: units.RngLists, Abbrev: []byte{1, 0x2e, 0, 0x55, 0x17, 0, 0, 2, 0x11, 1, 0x55, 0x17, 0, 0, 0}}
	body := []byte{5, 0, 1, 8, 0, 0, 0, 0, 2, 0, 0, 0, 0}
	for len(body) < size/2 {
		body = append(body, 1, 0, 0, 0, 0)
	}
	shared.Info = append(binary.LittleEndian.AppendUint32(nil, uint32(len(body))), body...)
	rings := Sections{Abbrev: []byte{1, 0x11, 1, 0, 0, 2, 0x3d, 0, 0x18, 0x10, 0, 0, 0}}
	for len(rings.Info) < size/2 {
		rings.Info = append(rings.Info, 24, 0, 0, 0, 4, 0, 0, 0, 0, 0, 8, 1, 2, 11, 0, 0, 0, 2, byte(len(rings.Info)+11), byte(len(rings.Info)>>8), 0, 0, 2, 39, 0, 0, 0, 0)
	}
	for name, s := range map[string]Sections{"abbreviations": overlap, "lists": shared, "imports": rings} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		d, err := New(s)
		assert.NoError(t, err)
		for _, u := range d.Units {
			u.Info()
		}
		d.UnitFor(5)
		d.Units[0].FunctionAt(5)
		runtime.ReadMemStats(&after)
		allocated := after.TotalAlloc - before.TotalAlloc
		t.Logf("%s: %d units, %d MB allocated in all", name, len(d.Units), allocated>>20)
		assert.Less(t, allocated, uint64(512<<20), name)
	}
}
