package compress

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

// packed is what xz(1) makes of a text.
func packed(t testing.TB, text []byte, args ...string) []byte {
	cmd := exec.Command(need.Command(t, "xz", "apt-get install xz-utils"), append(args, "-c")...)
	cmd.Stdin = bytes.NewReader(text)
	out, err := cmd.Output()
	require.NoError(t, err)
	return out
}

func TestXZAll(t *testing.T) {
	own, err := os.Executable()
	require.NoError(t, err)
	program, err := os.ReadFile(own)
	require.NoError(t, err)
	n := 0
	for _, text := range [][]byte{nil, []byte("x"), program[:1<<20], bytes.Repeat([]byte("ab"), 1<<20)} {
		for _, args := range [][]string{nil, {"-9"}, {"-0", "--check=crc32"}, {"--check=none"}, {"--check=sha256"}, {"--block-size=100000"}} {
			b := packed(t, text, args...)
			got, err := XZAll(b, 1<<22)
			require.NoError(t, err, "%d bytes %v", len(text), args)
			require.True(t, bytes.Equal(text, got), "%d bytes %v", len(text), args)
			n++
		}
	}
	t.Logf("%d files of xz(1) are the same decompressed", n)
}

func TestBadXZ(t *testing.T) {
	text := bytes.Repeat([]byte("stack"), 10000)
	b := packed(t, text)
	_, err := XZAll(b, 49_999)
	require.ErrorIs(t, err, errXZ)
	_, err = XZAll(packed(t, text, "--x86", "--lzma2"), 1<<20)
	require.ErrorContains(t, err, "filter")
	_, err = XZAll(packed(t, text, "--lzma2=dict=128MiB"), 1<<20)
	require.ErrorContains(t, err, "dictionary of 134217728 bytes")
	for range 1000 {
		bad := bytes.Clone(b)
		bad[rand.IntN(len(bad))] ^= byte(1 + rand.IntN(255))
		if out, err := XZAll(bad, 1<<20); err == nil {
			require.Equal(t, text, out)
		}
		_, err := XZAll(b[:rand.IntN(len(b))], 1<<20)
		require.ErrorIs(t, err, errXZ)
	}
}

func FuzzXZ(f *testing.F) {
	f.Add(packed(f, []byte("hello")))
	f.Add(packed(f, bytes.Repeat([]byte("stack"), 100), "--block-size=100"))
	f.Fuzz(func(t *testing.T, b []byte) {
		out, err := XZAll(b, 1<<20)
		require.True(t, err == nil || out == nil)
		require.LessOrEqual(t, len(out), 1<<20)
	})
}
