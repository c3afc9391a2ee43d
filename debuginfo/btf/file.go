package btf

import (
	"encoding/binary"
	"sync"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// A File is one .BTF section, or the section of a module over that of its kernel.
type File struct {
	base    *File
	types   []byte // the type section: records of varying length
	strings []byte // the string section: each ends with a NUL
	first   uint32 // the id of the first record here
	before  uint32 // bytes of strings that belong to the base
	offsets []uint32

	named index
	sized sync.Once
	word  int64 // bytes of a pointer

	mu   sync.Mutex
	made map[uint32]*types.Type
}

// The header of the section (struct btf_header, include/uapi/linux/btf.h).
const (
	magic     = 0xeb9f
	headerLen = 24
)

// Parse makes a File of a .BTF section, whose bytes must stay as they are while it is
// used. base is the kernel's File for a module's section, else nil.
func Parse(section []byte, base *File) (*File, error) {
	if len(section) < headerLen {
		return nil, core.Errorf(core.ErrInvalid, "reading BTF: %d bytes are less than a header", len(section))
	}
	switch binary.LittleEndian.Uint16(section) {
	case magic:
	case magic>>8 | magic&0xff<<8:
		return nil, core.Errorf(core.ErrUnsupported, "reading BTF: it is big-endian, only little-endian BTF can be read")
	default:
		return nil, core.Errorf(core.ErrInvalid, "reading BTF: no magic number 0xeb9f at its beginning")
	}
	if section[2] != 1 {
		return nil, core.Errorf(core.ErrUnsupported, "reading BTF: version %d is not known, only 1", section[2])
	}
	f := &File{base: base, first: 1, made: map[uint32]*types.Type{}}
	var err error
	if f.types, err = part(section, 8, "type"); err != nil {
		return nil, err
	}
	if f.strings, err = part(section, 16, "string"); err != nil {
		return nil, err
	}
	if base != nil {
		f.first = base.end()
		f.before = base.before + uint32(len(base.strings))
	}
	if err := f.scan(); err != nil {
		return nil, err
	}
	return f, nil
}

// part is a part of the section: offset, from the header's end, and length are at
// byte at of the header.
func part(section []byte, at int, what string) ([]byte, error) {
	start := uint64(binary.LittleEndian.Uint32(section[4:])) + uint64(binary.LittleEndian.Uint32(section[at:]))
	end := start + uint64(binary.LittleEndian.Uint32(section[at+4:]))
	if end > uint64(len(section)) {
		return nil, core.Errorf(core.ErrInvalid, "reading BTF: its %s section ends at byte %d of %d", what, end, len(section))
	}
	return section[start:end:end], nil
}

// scan notes where the types begin.
func (f *File) scan() error {
	n := 0
	for at := 0; at < len(f.types); n++ {
		size, err := f.recordSize(at)
		if err != nil {
			return err
		}
		at += size
	}
	f.offsets = make([]uint32, n)
	at := 0
	for i := range f.offsets {
		f.offsets[i] = uint32(at)
		size, _ := f.recordSize(at)
		at += size
	}
	return nil
}

// recordSize is the length in bytes of the record that begins at an offset.
func (f *File) recordSize(at int) (int, error) {
	rest := f.types[at:]
	if len(rest) < recordLen {
		return 0, core.Errorf(core.ErrInvalid, "reading BTF: the type at byte %d has no room for its head", at)
	}
	r := record(rest)
	if k := r.kind(); k == 0 || k > kindLast {
		return 0, core.Errorf(core.ErrUnsupported, "reading BTF: kind %d of the type at byte %d is not known", k, at)
	}
	size := recordLen + extra[r.kind()] + each[r.kind()]*r.count()
	if size > len(rest) {
		return 0, core.Errorf(core.ErrInvalid, "reading BTF: the type at byte %d has %d bytes of %d", at, len(rest), size)
	}
	return size, nil
}

// end is the id after the last one.
func (f *File) end() uint32 { return f.first + uint32(len(f.offsets)) }

// at finds the record of an id; nil: there is none.
func (f *File) at(id uint32) record {
	for f != nil && id < f.first {
		f = f.base
	}
	if f == nil || id-f.first >= uint32(len(f.offsets)) {
		return nil
	}
	return record(f.types[f.offsets[id-f.first]:])
}

// text is the string at an offset; empty if there is none.
func (f *File) text(at uint32) []byte {
	for f.base != nil && at < f.before {
		f = f.base
	}
	at -= f.before
	if at >= uint32(len(f.strings)) {
		return nil
	}
	s := f.strings[at:]
	for i, c := range s {
		if c == 0 {
			return s[:i]
		}
	}
	return nil
}
