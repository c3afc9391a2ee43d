package debuginfo

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/tests/need"
)

const someKallsyms = `0000000000000000 A fixed_percpu_data
ffffffff81000000 T _text
ffffffff81000000 T startup_64
ffffffff81000040 t late
ffffffffc0000000 t init	[virtio_net]
ffffffffc0000100 T virtnet_open	[virtio_net]
ffffffffc0001000 t bpf_prog_6deef7357e7b4530	[bpf]
`

func TestKallsyms(t *testing.T) {
	k, err := ParseKallsyms(strings.NewReader(someKallsyms))
	require.NoError(t, err)
	require.Len(t, k.All(), 7)
	require.Equal(t, KernelSymbol{Symbol{0xffffffffc0000100, 0, "virtnet_open", 'T'}, "virtio_net"}, k.Named("virtnet_open")[0])
	s, offset, ok := k.At(0xffffffff81000044)
	require.True(t, ok)
	require.Equal(t, "late", s.Name)
	require.EqualValues(t, 4, offset)
	s, _, _ = k.At(0xffffffffc0001010)
	require.Equal(t, "bpf", s.Module)
	_, _, ok = k.At(0x1000) // a per-CPU offset is no address
	require.False(t, ok)
	require.Empty(t, k.Named("nothing"))
}

func TestBadKallsyms(t *testing.T) {
	for text, want := range map[string]error{
		"": core.ErrNoData,
		"0000000000000000 T a\n0000000000000000 t b\n": core.ErrPermission,
		"hello\n":                        core.ErrInvalid,
		"ffff T\n":                       core.ErrInvalid,
		"ffff T \n":                      core.ErrInvalid,
		"fffff0000ffff0000f T x\n":       core.ErrInvalid,
		"ffff T x\n\n":                   core.ErrInvalid,
		"                 U undefined\n": core.ErrNoData,
	} {
		_, err := ParseKallsyms(strings.NewReader(text))
		require.ErrorIs(t, err, want, text)
	}
}

// TestOwnKernel reads the list of the running kernel, and writes it again as it was.
func TestOwnKernel(t *testing.T) {
	b, err := os.ReadFile("/proc/kallsyms")
	require.NoError(t, err)
	k, err := ParseKallsyms(bytes.NewReader(b))
	if os.Geteuid() != 0 {
		need.Root(t)
	}
	require.NoError(t, err)
	want := map[string]int{}
	for line := range strings.Lines(string(b)) {
		want[strings.TrimSuffix(line, "\n")] = 1
	}
	all := k.All()
	for _, s := range all {
		line := fmt.Sprintf("%016x %c %s", s.Addr, s.Kind, s.Name)
		if s.Module != "" {
			line += "\t[" + s.Module + "]"
		}
		require.Equal(t, 1, want[line], line)
	}
	require.InDelta(t, len(want), len(all), float64(len(want))/20) // a name at one address is there once
	t.Logf("%d symbols as in /proc/kallsyms, of %d lines", len(all), len(want))
}

// TestSystemMapAsELF compares a kernel's System.map with the symbols of its ELF file.
func TestSystemMapAsELF(t *testing.T) {
	vmlinux := need.Vmlinux(t)
	f, err := os.Open(strings.Replace(vmlinux, "vmlinux-", "System.map-", 1))
	if err != nil {
		need.File(t, filepath.Join(filepath.Dir(vmlinux), "System.map"), "it comes with the kernel")
	}
	defer f.Close()
	k, err := ParseSystemMap(f)
	require.NoError(t, err)
	elf := map[Symbol]bool{}
	for _, s := range openImage(t, vmlinux).Symbols() {
		s.Size = 0
		elf[s] = true
	}
	n := 0
	for _, s := range k.All() {
		require.True(t, elf[s.Symbol], "%+v", s)
		n++
	}
	t.Logf("%d symbols of System.map as in the ELF file, which has %d", n, len(elf))
}

func FuzzKallsyms(f *testing.F) {
	f.Add([]byte(someKallsyms))
	f.Add([]byte("ffffffff81000000 T _text\n                 U x\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := ParseKallsyms(bytes.NewReader(b))
		exclusive(t, k != nil, err)
		if err == nil {
			for _, s := range k.All() {
				require.NotEmpty(t, k.Named(s.Name))
				k.At(s.Addr)
			}
		}
		m, err := ParseSystemMap(bytes.NewReader(b))
		exclusive(t, m != nil, err)
	})
}
