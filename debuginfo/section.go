package debuginfo

import (
	"bytes"
	"compress/zlib"
	"debug/elf"
	"encoding/binary"
	"io"

	"github.com/stackfs/stackfs/core"
)

// zlibRatio is the most that deflate can expand (zlib technical details,
// "Maximum Compression Factor"), rounded up: what a section says of its own
// decompressed size is not believed beyond it.
const zlibRatio = 1040

// section returns the bytes of the first section with a name, decompressed.
// ErrNotFound if there is none or it has no bytes in this file.
func (img *Image) section(name string) ([]byte, error) {
	for _, s := range img.elf.Sections {
		if s.Name == name && s.Type != elf.SHT_NOBITS {
			return img.data(s)
		}
	}
	return nil, core.Errorf(core.ErrNotFound, "reading section %s: the file has none", name)
}

func (img *Image) data(s *elf.Section) ([]byte, error) {
	if s.Type == elf.SHT_NOBITS {
		return nil, nil
	}
	b, err := img.readAt(s.Offset, s.FileSize)
	if err != nil || s.Flags&elf.SHF_COMPRESSED == 0 {
		return b, err
	}
	return inflate(b)
}

// inflate decodes an SHF_COMPRESSED section: Elf64_Chdr (gABI, "Section
// Compression") and a zlib stream.
func inflate(b []byte) ([]byte, error) {
	if len(b) < 24 {
		return nil, core.Errorf(core.ErrInvalid, "decompressing a section: %d bytes are too few", len(b))
	}
	if t := elf.CompressionType(le32(b)); t != elf.COMPRESS_ZLIB {
		return nil, core.Errorf(core.ErrUnsupported, "decompressing a section: %v", t)
	}
	size := le64(b[8:])
	if size > uint64(len(b))*zlibRatio {
		return nil, core.Errorf(core.ErrInvalid, "decompressing a section: %d bytes cannot become %d", len(b), size)
	}
	z, err := zlib.NewReader(bytes.NewReader(b[24:]))
	if err != nil {
		return nil, core.Errorf(core.ErrInvalid, "decompressing a section: %w", err)
	}
	out, err := io.ReadAll(io.LimitReader(z, int64(size)))
	if err != nil {
		return nil, core.Errorf(core.ErrInvalid, "decompressing a section: %w", err)
	}
	return out, nil
}

// readAt reads size bytes of the file from off; both come from the file itself
// and are checked against its true size before anything is allocated.
func (img *Image) readAt(off, size uint64) ([]byte, error) {
	if total := uint64(img.file.Size()); off > total || size > total-off {
		return nil, core.Errorf(core.ErrInvalid, "reading %d bytes at %d of a file of %d: it is cut short", size, off, total)
	}
	b := make([]byte, size)
	if n, err := img.file.ReadAt(b, int64(off)); n < len(b) {
		return nil, core.Errorf(core.ErrInvalid, "reading %d bytes at %d of a file: %w", size, off, err)
	}
	return b, nil
}

func le32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
func le64(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

// cString is the NUL-terminated string at off, empty if off lies outside.
func cString(b []byte, off uint64) string {
	if off >= uint64(len(b)) {
		return ""
	}
	b = b[off:]
	if end := bytes.IndexByte(b, 0); end >= 0 {
		b = b[:end]
	}
	return string(b)
}
