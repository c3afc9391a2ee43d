package debuginfo

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"io"
	"strings"
	"sync"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/compress"
)

// What a section says of its own decompressed size is not believed beyond these:
// debug info becomes 2 to 10 times larger, a bomb 1000 times. All sections of an
// image together may have inflatedBase bytes and inflatedRatio times its file's.
const (
	inflatedBase  = 64 << 20
	inflatedRatio = 64
)

// sectionBytes are the decompressed sections of an image, made when first needed.
type sectionBytes struct {
	mu     sync.Mutex
	made   map[*elf.Section]madeSection
	budget uint64 // bytes that may still be made
}

type madeSection struct {
	data []byte
	err  error
}

// Section returns the bytes of the first section with a name; .debug_X is found
// as .zdebug_X too, and what is compressed is decompressed once. The bytes may be
// those of a mapped file: they must not be written to, are valid as long as img is
// reachable, and are to be touched under [Guard]. ErrNotFound if there is none or it
// has no bytes in this file, ErrInvalid if the file is cut short or bad.
func (img *Image) Section(name string) ([]byte, error) {
	for _, s := range img.elf.Sections {
		if s.Type != elf.SHT_NOBITS && (s.Name == name || isOldName(s.Name, name)) {
			return img.shared(s)
		}
	}
	return nil, core.Errorf(core.ErrNotFound, "reading section %s: the file has none", name)
}

// isOldName says whether old is what GNU tools called a compressed section before
// there was SHF_COMPRESSED: .zdebug_info.
func isOldName(old, name string) bool {
	rest, ok := strings.CutPrefix(old, ".z")
	return ok && strings.HasPrefix(rest, "debug_") && strings.HasPrefix(name, ".") && rest == name[1:]
}

// data returns a copy of the bytes of a section, which may outlive img; none if it
// has none in this file.
func (img *Image) data(s *elf.Section) ([]byte, error) {
	return img.copied(func() ([]byte, error) { return img.shared(s) })
}

// copied gives a copy of what get gives, if that may be part of a mapped file.
func (img *Image) copied(get func() ([]byte, error)) (b []byte, err error) {
	if img.mapped == nil {
		return get()
	}
	err = Guard(func() error {
		shared, err := get()
		b = bytes.Clone(shared)
		return err
	})
	return b, err
}

// shared returns the bytes of a section under the conditions of Section.
func (img *Image) shared(s *elf.Section) ([]byte, error) {
	if s.Type == elf.SHT_NOBITS {
		return nil, nil
	}
	if s.Flags&elf.SHF_COMPRESSED == 0 && !strings.HasPrefix(s.Name, ".zdebug_") && img.relocations[s] == nil {
		return img.sharedAt(s.Offset, s.FileSize)
	}
	c := &img.sections
	c.mu.Lock()
	defer c.mu.Unlock()
	m, ok := c.made[s]
	if !ok {
		m.data, m.err = img.makeSection(s)
		if c.made == nil {
			c.made = map[*elf.Section]madeSection{}
		}
		c.made[s] = m
	}
	return m.data, m.err
}

// makeSection decompresses and relocates one section, at the expense of the image's
// budget. The lock of sections is held.
func (img *Image) makeSection(s *elf.Section) ([]byte, error) {
	b, err := img.sharedAt(s.Offset, s.FileSize)
	if err != nil {
		return nil, err
	}
	b, err = img.decompress(s, b)
	r := img.relocations[s]
	if err != nil || r == nil {
		return b, err
	}
	if err := img.spend(s, uint64(len(b))); err != nil {
		return nil, err
	}
	b = bytes.Clone(b)
	if err := img.relocate(b, s, r); err != nil {
		return nil, err
	}
	return b, nil
}

// spend takes from what may still be made.
func (img *Image) spend(s *elf.Section, size uint64) error {
	if size > img.sections.budget {
		return core.Errorf(core.ErrInvalid, "making section %s: with its %d bytes the file becomes too large", s.Name, size)
	}
	img.sections.budget -= size
	return nil
}

// decompress decodes the bytes of one section, if they are compressed.
func (img *Image) decompress(s *elf.Section, b []byte) ([]byte, error) {
	h, err := img.compressionHeader(s, b)
	if err != nil {
		return nil, core.Errorf(core.ErrInvalid, "decompressing section %s: %w", s.Name, err)
	}
	if h.open == nil {
		return b, nil
	}
	if h.size > inflatedBase+inflatedRatio*uint64(len(b)) {
		return nil, core.Errorf(core.ErrInvalid, "decompressing section %s: %d bytes are not believed to become %d", s.Name, len(b), h.size)
	}
	if err := img.spend(s, h.size); err != nil {
		return nil, err
	}
	out, err := h.read(b[h.length:])
	if err != nil {
		return nil, core.Errorf(core.ErrInvalid, "decompressing section %s: %w", s.Name, err)
	}
	return out, nil
}

// compressionHeader is what a compressed section begins with.
type compressionHeader struct {
	length int    // of the header, bytes
	size   uint64 // of the section when decompressed, bytes
	open   func(io.Reader) (io.ReadCloser, error)
}

// compressionHeader decodes Elf64_Chdr or Elf32_Chdr (gABI, "Section Compression"),
// or the older "ZLIB" and a big-endian size of .zdebug sections; open is nil for
// what is not compressed.
func (img *Image) compressionHeader(s *elf.Section, b []byte) (h compressionHeader, err error) {
	if s.Flags&elf.SHF_COMPRESSED == 0 {
		if !strings.HasPrefix(s.Name, ".zdebug_") || len(b) < 12 || string(b[:4]) != "ZLIB" {
			return h, nil
		}
		return compressionHeader{12, binary.BigEndian.Uint64(b[4:]), compress.Zlib}, nil
	}
	h.length = 24
	if img.elf.Class == elf.ELFCLASS32 {
		h.length = 12
	}
	if len(b) < h.length {
		return h, core.Errorf(core.ErrInvalid, "%d bytes are too few", len(b))
	}
	if h.length == 24 {
		h.size = le64(b[8:])
	} else {
		h.size = uint64(le32(b[4:]))
	}
	switch t := elf.CompressionType(le32(b)); t {
	case elf.COMPRESS_ZLIB:
		h.open = compress.Zlib
	case elf.COMPRESS_ZSTD:
		h.open = compress.Zstd
	default:
		return h, core.Errorf(core.ErrUnsupported, "%v is not known", t)
	}
	return h, nil
}

// read decompresses what follows the header; it must have the size promised.
func (h compressionHeader) read(b []byte) ([]byte, error) {
	z, err := h.open(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	out := make([]byte, h.size)
	if _, err := io.ReadFull(z, out); err != nil {
		return nil, err
	}
	return out, nil
}

// readAt gives a copy of size bytes of the file from off, which may outlive img.
func (img *Image) readAt(off, size uint64) ([]byte, error) {
	return img.copied(func() ([]byte, error) { return img.sharedAt(off, size) })
}

// sharedAt gives bytes of the file under the conditions of Section; off and size
// come from the file itself and are checked before anything is allocated.
func (img *Image) sharedAt(off, size uint64) ([]byte, error) {
	total := uint64(img.file.Size())
	if img.mapped != nil {
		total = uint64(len(img.mapped)) // the file may have grown since
	}
	if off > total || size > total-off {
		return nil, core.Errorf(core.ErrInvalid, "reading %d bytes at %d of a file of %d: it is cut short", size, off, total)
	}
	if img.mapped != nil {
		return img.mapped[off : off+size : off+size], nil
	}
	b, err := readExactly(io.NewSectionReader(img.file, int64(off), int64(size)), size)
	if err != nil {
		return nil, core.Errorf(core.ErrInvalid, "reading %d bytes at %d of a file: %w", size, off, err)
	}
	return b, nil
}

// readExactly reads size bytes. Large pieces grow as they come: a file that is not
// mapped may be of a file system that says any size.
func readExactly(r io.Reader, size uint64) ([]byte, error) {
	const large = 64 << 20
	if size <= large {
		b := make([]byte, size)
		_, err := io.ReadFull(r, b)
		return b, err
	}
	b, err := io.ReadAll(r)
	if err == nil && uint64(len(b)) < size {
		err = io.ErrUnexpectedEOF
	}
	return b, err
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
