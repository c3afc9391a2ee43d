package debuginfo

import (
	"debug/elf"
	"encoding/binary"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
)

func TestImageFacts(t *testing.T) {
	img := openImage(t, libc(t))
	require.Equal(t, "libc.so.6", img.SONAME)
	require.Equal(t, elf.ET_DYN, img.Type)
	require.Len(t, img.BuildID(), 40)
	bias, ok := img.loadBias(0x7f0000026000, 0x26000)
	require.True(t, ok)
	require.EqualValues(t, 0x7f0000000000, bias)
	_, ok = img.loadBias(0x7f0000000000, 1<<40)
	require.False(t, ok)
}

func TestNotAnImage(t *testing.T) {
	b, err := os.ReadFile(libc(t))
	require.NoError(t, err)
	for name, bad := range map[string][]byte{"empty": nil, "short": b[:63], "text": make([]byte, 4096)} {
		_, err := OpenImage(newMemoryFile(bad))
		require.ErrorIs(t, err, core.ErrInvalid, name)
	}
	b = b[:4096]
	b[4] = 1 // ELFCLASS32
	_, err = OpenImage(newMemoryFile(b))
	require.Error(t, err)
}

// TestImageCutShort has headers that promise more than the file has.
func TestImageCutShort(t *testing.T) {
	b, err := os.ReadFile(build(t, "gcc", "deep.c"))
	require.NoError(t, err)
	for _, size := range []int{len(b) - 1, len(b) / 2, len(b) / 4, 1024} {
		img, err := OpenImage(newMemoryFile(b[:size]))
		if err == nil {
			img.Symbols()
			img.frames()
		}
	}
}

// TestNoSectionHeaders finds .eh_frame by its segment.
func TestNoSectionHeaders(t *testing.T) {
	b, err := os.ReadFile(build(t, "gcc", "deep.c"))
	require.NoError(t, err)
	whole, err := OpenImage(newMemoryFile(b))
	require.NoError(t, err)
	b = append([]byte(nil), b...)
	binary.LittleEndian.PutUint64(b[40:], 0) // e_shoff
	binary.LittleEndian.PutUint32(b[60:], 0) // e_shnum, e_shstrndx
	img, err := OpenImage(newMemoryFile(b))
	require.NoError(t, err)
	require.Equal(t, whole.BuildID(), img.BuildID())
	require.Empty(t, img.frames().errs)
	require.Equal(t, whole.frames().sections[0].index(), img.frames().sections[0].index())
}
