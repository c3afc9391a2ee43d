package debuginfo

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

// codeAddresses are n addresses spread over the .text of an image.
func codeAddresses(img *Image, n int) (out []uint64) {
	text := img.elf.Section(".text")
	for i := range n {
		out = append(out, text.Addr+text.Size*uint64(2*i+1)/uint64(2*n))
	}
	return out
}

// BenchmarkColdRows is the rules of 20 frames in an image that has just been opened.
func BenchmarkColdRows(b *testing.B) {
	for name, path := range map[string]string{"libc": libc(b), "libLLVM": "/usr/lib/x86_64-linux-gnu/libLLVM-15.so.1", "python": "/usr/bin/python3.11", "libstdc++": "/usr/lib/x86_64-linux-gnu/libstdc++.so.6"} {
		b.Run(name, func(b *testing.B) {
			need.File(b, path, "apt-get install libllvm15 python3.11 libstdc++6")
			b.ReportAllocs()
			for b.Loop() {
				img := openImage(b, path)
				m, found := newModule(img), 0
				for _, pc := range codeAddresses(img, 20) {
					if m.row(pc) != nil {
						found++
					}
				}
				require.Greater(b, found, 15)
				img.close()
			}
		})
	}
}
