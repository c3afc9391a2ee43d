package debuginfo

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/tests/need"
)

// TestCompressedSections compares each debug section of a file in every form that
// objcopy compresses to with the file as it was.
func TestCompressedSections(t *testing.T) {
	objcopy := need.Command(t, "objcopy", "apt-get install binutils")
	plain := build(t, "g++", "catch.cc", "-g")
	n, compressed := 0, map[string]int{}
	for _, form := range []string{"zlib", "zlib-gnu", "zstd"} {
		packed := filepath.Join(t.TempDir(), form)
		b, err := exec.Command(objcopy, "--compress-debug-sections="+form, plain, packed).CombinedOutput()
		require.NoError(t, err, string(b))
		img, want := openImage(t, packed), openImage(t, plain)
		for _, s := range img.elf.Sections {
			if s.Flags&elf.SHF_COMPRESSED != 0 || s.Name[:min(len(s.Name), 2)] == ".z" {
				compressed[form]++
			}
		}
		for _, s := range want.elf.Sections {
			if s.Flags&elf.SHF_ALLOC != 0 || s.Type != elf.SHT_PROGBITS {
				continue
			}
			a, err := want.Section(s.Name)
			require.NoError(t, err)
			b, err := img.Section(s.Name)
			require.NoError(t, err, "%s %s", form, s.Name)
			require.True(t, bytes.Equal(a, b), "%s %s", form, s.Name)
			n++
		}
	}
	t.Logf("%d sections equal to the uncompressed ones; compressed: %v", n, compressed)
	require.Len(t, compressed, 3)
}

// sectionFile is an ELF file with one section of a name, flags and bytes.
func sectionFile(name string, flags elf.SectionFlag, data []byte) []byte {
	names := "\x00" + name + "\x00.shstrtab\x00"
	var out bytes.Buffer
	h := elf.Header64{Ident: [16]byte{0x7f, 'E', 'L', 'F', 2, 1, 1}, Type: uint16(elf.ET_DYN), Machine: uint16(elf.EM_X86_64), Version: 1,
		Shoff: uint64(64 + len(data) + len(names)), Ehsize: 64, Shentsize: 64, Shnum: 3, Shstrndx: 2}
	_ = binary.Write(&out, binary.LittleEndian, h)
	out.Write(data)
	out.WriteString(names)
	_ = binary.Write(&out, binary.LittleEndian, []elf.Section64{{},
		{Name: 1, Type: uint32(elf.SHT_PROGBITS), Flags: uint64(flags), Off: 64, Size: uint64(len(data))},
		{Name: uint32(len(name) + 2), Type: uint32(elf.SHT_STRTAB), Off: uint64(64 + len(data)), Size: uint64(len(names))}})
	return out.Bytes()
}

// compressionHeaderOf is an Elf64_Chdr.
func compressionHeaderOf(kind elf.CompressionType, size uint64) []byte {
	h := make([]byte, 24)
	binary.LittleEndian.PutUint32(h, uint32(kind))
	binary.LittleEndian.PutUint64(h[8:], size)
	return h
}

// TestBadCompression: what is said of sizes is not believed, and costs nothing.
func TestBadCompression(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for name, data := range map[string][]byte{
		"bomb":    compressionHeaderOf(elf.COMPRESS_ZLIB, 1<<50),
		"zstd":    compressionHeaderOf(elf.COMPRESS_ZSTD, 100),
		"unknown": compressionHeaderOf(77, 10),
		"largest": compressionHeaderOf(elf.COMPRESS_ZLIB, 1<<64-1),
	} {
		img, err := OpenImage(newMemoryFile(sectionFile(".debug_info", elf.SHF_COMPRESSED, data)))
		require.NoError(t, err, name)
		_, err = img.Section(".debug_info")
		require.ErrorIs(t, err, core.ErrInvalid, name)
	}
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<20))
}

func FuzzCompressedSection(f *testing.F) {
	img := openImage(f, build(f, "gcc", "deep.c", "-g", "-gz=zlib"))
	s := img.elf.Section(".debug_info")
	raw, err := img.readAt(s.Offset, s.FileSize)
	require.NoError(f, err)
	f.Add(raw, true)
	f.Add([]byte("ZLIB\x00\x00\x00\x00\x00\x00\x00\x01x\x9c\x03\x00\x00\x00\x00\x01"), false)
	f.Add(append(compressionHeaderOf(elf.COMPRESS_ZSTD, 3), 0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x00, 0x19, 0, 0, 'a', 'b', 'c'), true)
	f.Fuzz(func(t *testing.T, data []byte, modern bool) {
		name, flags := ".zdebug_info", elf.SectionFlag(0)
		if modern {
			name, flags = ".debug_info", elf.SHF_COMPRESSED
		}
		img, err := OpenImage(newMemoryFile(sectionFile(name, flags, data)))
		if err != nil {
			return
		}
		b, err := img.Section(".debug_info")
		require.True(t, err == nil || b == nil)
		require.LessOrEqual(t, len(b), inflatedBase+inflatedRatio*len(data))
	})
}

// largeFile is an ELF file of a section that is larger than what is not mapped.
func largeFile(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "large")
	require.NoError(t, os.WriteFile(path, sectionFile(".debug_info", 0, bytes.Repeat([]byte("0123456789abcdef"), 1<<17)), 0o600))
	return path
}

func TestMappedFile(t *testing.T) {
	path := largeFile(t)
	img := openImage(t, path)
	require.NotNil(t, img.mapped)
	b, err := img.Section(".debug_info")
	require.NoError(t, err)
	require.Len(t, b, 2<<20)
	require.Same(t, &img.mapped[64], &b[0])
	require.Equal(t, byte('f'), b[2<<20-1])

	require.NoError(t, os.Truncate(path, 4096))
	read := func() (err error) {
		var sum byte
		err = Guard(func() error {
			for _, c := range b {
				sum += c
			}
			return nil
		})
		require.NotZero(t, b[0]) // what is still there can be read on
		return err
	}
	err = read()
	require.ErrorIs(t, err, core.ErrInvalid)
	require.ErrorContains(t, err, "cut short")
	require.Error(t, Guard(func() error { copy(make([]byte, 1<<20), b[1<<20:]); return nil }))
	require.NoError(t, Guard(func() error { return nil }))
	runtime.KeepAlive(img)
}

// TestCutShortMeanwhile: what is decoded by the image itself needs no Guard.
func TestCutShortMeanwhile(t *testing.T) {
	path := buildGo(t)
	img, again := openImage(t, path), openImage(t, path)
	require.NotNil(t, img.mapped)
	all := len(again.Symbols())
	require.NoError(t, os.Truncate(path, 1<<20))
	require.Less(t, len(img.Symbols()), all)
	require.Empty(t, img.frames().sections)
	_, err := img.data(img.elf.Section(".symtab"))
	require.ErrorIs(t, err, core.ErrInvalid)
	require.Len(t, again.Symbols(), all)
}

// TestGuardLetsOthersThrough: a nil pointer is a mistake of ours, not of a file.
func TestGuardLetsOthersThrough(t *testing.T) {
	require.Panics(t, func() { _ = Guard(func() error { var p *int; *p = 1; return nil }) })
	require.PanicsWithValue(t, "x", func() { _ = Guard(func() error { panic("x") }) })
}

// TestMappingsEnd: an image that is garbage takes its mapping and descriptor along.
func TestMappingsEnd(t *testing.T) {
	path := largeFile(t)
	isMapped := func() bool {
		b, err := os.ReadFile("/proc/self/maps")
		require.NoError(t, err)
		return bytes.Contains(b, []byte(path))
	}
	img := openImage(t, path)
	require.True(t, isMapped())
	runtime.KeepAlive(img)
	for n := 0; n < 1000 && isMapped(); n++ {
		runtime.GC()
		runtime.Gosched()
	}
	require.False(t, isMapped())
}
