// Package compress opens what debug info and dumps are compressed with, each
// format by a well-kept library, behind one reader.
package compress

import (
	"compress/zlib"
	"io"

	"github.com/klauspost/compress/zstd"
)

// Zlib reads a zlib stream (RFC 1950).
func Zlib(r io.Reader) (io.ReadCloser, error) { return zlib.NewReader(r) }

// Zstd reads a Zstandard stream (RFC 8878). It uses no goroutines and at most
// 128 MiB of window. Close it to free its memory.
func Zstd(r io.Reader) (io.ReadCloser, error) {
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}
