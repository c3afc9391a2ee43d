package debuginfo

import (
	"encoding/binary"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

// TestHeaderAsIndex looks up every FDE of some files by the search table and by
// the index.
func TestHeaderAsIndex(t *testing.T) {
	files := []string{libc(t), need.Command(t, "bash", "apt-get install bash"), build(t, "g++", "catch.cc")}
	for _, path := range files {
		img := openImage(t, path)
		for _, s := range img.frames().sections {
			if !s.eh {
				continue
			}
			n := 0
			require.NotZero(t, s.header.len(), path)
			for _, e := range s.index() {
				begin, addr, ok := s.header.find(e.begin + uint64(e.size) - 1)
				require.True(t, ok)
				require.Equal(t, e.begin, begin)
				require.Equal(t, s.addr+uint64(e.off), addr)
				f, ok := s.covering(e.begin)
				require.True(t, ok)
				require.Equal(t, e.begin+uint64(e.size), f.end)
				n++
			}
			require.Equal(t, n, s.header.len())
			t.Logf("%s: %d entries of the search table are the index's", path, n)
		}
	}
}

// cfiForms are compilers' ways of writing call frame information: .debug_frame of
// versions 1, 3 and 4, in 32 and 64 bits.
func cfiForms(t *testing.T) (out []string) {
	for _, dwarf := range []string{"-gdwarf-2", "-gdwarf-3", "-gdwarf-4", "-gdwarf-5"} {
		for _, width := range []string{"-gdwarf32", "-gdwarf64"} {
			for _, as := range []string{"-fno-dwarf2-cfi-asm", "-fdwarf2-cfi-asm"} {
				out = append(out, build(t, "gcc", "deep.c", dwarf, width, as, "-fno-asynchronous-unwind-tables", "-fno-exceptions", "-O2"))
			}
		}
	}
	return append(out, build(t, "gcc", "deep.c", "-fno-dwarf2-cfi-asm", "-O2"), build(t, "gcc", "deep.c", "-O1", "-g", "-gz=zlib"), build(t, "gcc", "deep.c", "-Wl,--no-eh-frame-hdr"))
}

// TestLyingHeader has search tables that are not to be believed.
func TestLyingHeader(t *testing.T) {
	img := openImage(t, build(t, "gcc", "deep.c"))
	s := img.frames().sections[0]
	want := s.index()
	data, err := s.source.bytes(0, s.source.size)
	require.NoError(t, err)
	raw, err := img.Section(".eh_frame_hdr")
	require.NoError(t, err)
	addr := img.elf.Section(".eh_frame_hdr").Addr
	count := binary.LittleEndian.Uint32(raw[8:])
	for name, c := range map[string]struct {
		change func(b []byte)
		table  bool // it is still used
	}{
		"as it is":         {func([]byte) {}, true},
		"version":          {func(b []byte) { b[0] = 2 }, false},
		"no table":         {func(b []byte) { b[3] = pointerOmit }, false},
		"unknown encoding": {func(b []byte) { b[3] = 0x1b }, false},
		"too many":         {func(b []byte) { binary.LittleEndian.PutUint32(b[8:], count+1) }, false},
		"very many":        {func(b []byte) { binary.LittleEndian.PutUint32(b[8:], 1<<31) }, false},
		"too few":          {func(b []byte) { binary.LittleEndian.PutUint32(b[8:], 1) }, true},
		"not sorted":       {func(b []byte) { copy(b[12:20], b[20:28]); copy(b[20:28], raw[12:20]) }, false},
		"wrong records":    {func(b []byte) { binary.LittleEndian.PutUint32(b[16:], 0x12345) }, true},
		"wrong addresses":  {func(b []byte) { binary.LittleEndian.PutUint32(b[12:], le32(b[12:])-1) }, true},
	} {
		b := append([]byte(nil), raw...)
		c.change(b)
		h, _ := parseEHHeader(b, addr)
		require.Equal(t, c.table, h.len() > 0, name)
		liar := newCFISection(sourceOf(data), s.addr, true, h)
		for _, e := range want {
			f, ok := liar.covering(e.begin)
			require.True(t, ok, "%s: %x", name, e.begin)
			require.Equal(t, e.begin, f.begin)
			require.Equal(t, e.begin+uint64(e.size), f.end)
		}
	}
	_, ok := parseEHHeader(raw[:6], addr)
	require.False(t, ok)
}

// cfiRecordOf puts a length before a record, in 8 bytes where wide.
func cfiRecordOf(wide bool, body string) []byte {
	for len(body)%4 != 0 {
		body += "\x00"
	}
	if wide {
		return append(binary.LittleEndian.AppendUint64([]byte{0xff, 0xff, 0xff, 0xff}, uint64(len(body))), body...)
	}
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(body))), body...)
}

func word4(v int) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(v))) }
func word8(v int) string { return string(binary.LittleEndian.AppendUint64(nil, uint64(v))) }

// defCFA is DW_CFA_def_cfa rsp+8, DW_CFA_offset r16 at cfa-8.
const defCFA = "\x0c\x07\x08\x90\x01"

// TestHandmadeCFI has forms that compilers here do not write.
func TestHandmadeCFI(t *testing.T) {
	const addr = 0x4000
	for name, c := range map[string]struct {
		eh, wide bool
		cie, fde string // without lengths; in fde %s is the CIE pointer
	}{
		"augmentation zPLRS":      {true, false, "\x00\x00\x00\x00\x01zPLRS\x00\x01\x78\x10\x07\x9b\x01\x02\x03\x04\x1b\x1b" + defCFA, word4(0x1000-addr-32-8) + word4(16) + "\x00"},
		"personality omitted":     {true, false, "\x00\x00\x00\x00\x01zPR\x00\x01\x78\x10\x02\xff\x0a" + defCFA, "\x00\x10\x10\x00\x00"},
		"unknown letter":          {true, false, "\x00\x00\x00\x00\x01zRQ\x00\x01\x78\x10\x03\x03\x00\x00" + defCFA, word4(0x1000) + word4(16) + "\x00"},
		"64-bit record, eh_frame": {true, true, "\x00\x00\x00\x00\x03zR\x00\x01\x78\x10\x01\x04" + defCFA, word8(0x1000) + word8(16) + "\x00"},
		"64-bit record":           {false, true, "\xff\xff\xff\xff\xff\xff\xff\xff\x04\x00\x08\x00\x01\x78\x10" + defCFA, word8(0x1000) + word8(16)},
		"segment selector":        {false, false, "\xff\xff\xff\xff\x04\x00\x08\x04\x01\x78\x10" + defCFA, word4(7) + word8(0x1000) + word8(16)},
		"uleb":                    {true, false, "\x00\x00\x00\x00\x01zR\x00\x01\x78\x10\x01\x01" + defCFA, "\x80\x20\x10\x00"},
		"old gcc's eh":            {true, false, "\x00\x00\x00\x00\x01eh\x00\x01\x02\x03\x04\x05\x06\x07\x08\x01\x78\x10" + defCFA, word8(0x1000) + word8(16)},
	} {
		data := cfiRecordOf(c.wide, c.cie)
		ptr := 0 // the CIE begins the section
		head := 4
		if c.wide {
			head = 12
		}
		if c.eh {
			ptr = len(data) + head
		}
		pointer := word4(ptr)
		if c.wide && !c.eh {
			pointer = word8(ptr)
		}
		data = append(data, cfiRecordOf(c.wide, pointer+c.fde)...)
		s := newCFISection(sourceOf(data), addr, c.eh, ehHeader{})
		begin := uint64(0x1000)
		if name == "augmentation zPLRS" {
			begin = s.index()[0].begin // relative to where it stands
			require.InDelta(t, 0x1000, float64(begin), 16)
		}
		f, ok := s.covering(begin + 15)
		require.True(t, ok, name)
		require.Equal(t, begin, f.begin, name)
		require.Equal(t, begin+16, f.end, name)
		r, err := f.row(begin)
		require.NoError(t, err, name)
		require.Equal(t, rule{kind: ruleCFA, reg: 7, value: 8}, r.cfa, name)
		require.Equal(t, rule{kind: ruleOffset, value: -8}, r.regs[columnRA], name)
		require.Equal(t, name == "augmentation zPLRS", r.signal, name)
	}
}

// TestSetLoc has DW_CFA_set_loc with an address relative to where it stands, and a
// CFA expression in the CIE.
func TestSetLoc(t *testing.T) {
	const addr = 0x4000
	data := cfiRecordOf(false, "\x00\x00\x00\x00\x01zR\x00\x01\x78\x10\x01\x1b\x0f\x02\x77\x08\x90\x01")
	off := len(data)
	at := addr + off + 4 + 4 // where begin stands
	data = append(data, cfiRecordOf(false, word4(off+4)+word4(0x1000-at)+word4(16)+"\x00\x01"+word4(0x1008-(at+10))+"\x0e\x10\x16\x03\x02\x77\x00")...)
	s := newCFISection(sourceOf(data), addr, true, ehHeader{})
	f, ok := s.covering(0x1000)
	require.True(t, ok)
	r, err := f.row(0x1007)
	require.NoError(t, err)
	require.Equal(t, []byte{0x77, 8}, r.expression(r.cfa))
	r, err = f.row(0x1008)
	require.NoError(t, err)
	require.Equal(t, []byte{0x77, 0}, r.expression(r.regs[3]))
}

func TestWithoutSections(t *testing.T) {
	path := build(t, "gcc", "deep.c")
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	copy(b[0x28:0x30], word8(0)) // e_shoff
	copy(b[0x3a:0x40], "\x00\x00\x00\x00\x00\x00")
	img, err := OpenImage(newMemoryFile(b))
	require.NoError(t, err)
	whole := openImage(t, path).frames().sections[0]
	s := img.frames().sections[0]
	require.Empty(t, img.frames().errs)
	require.Equal(t, whole.index(), s.index())
	require.Equal(t, whole.header.len(), s.header.len())
	require.Equal(t, fmt.Sprint(whole.addr), fmt.Sprint(s.addr))
}
