package dwarf

import "encoding/binary"

// reader takes little-endian numbers off data; reading past the end gives zeros
// and sets bad.
type reader struct {
	data []byte
	at   int
	bad  bool
}

func (r *reader) more() bool { return !r.bad && r.at < len(r.data) }

// take gives the next n bytes, nil if there are not as many.
func (r *reader) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.data)-r.at) {
		r.bad = true
		return nil
	}
	b := r.data[r.at : r.at+int(n) : r.at+int(n)]
	r.at += int(n)
	return b
}

// skip passes over n bytes.
func (r *reader) skip(n uint64) {
	if r.bad || n > uint64(len(r.data)-r.at) {
		r.bad = true
		return
	}
	r.at += int(n)
}

func (r *reader) byte() byte {
	if r.bad || r.at >= len(r.data) {
		r.bad = true
		return 0
	}
	r.at++
	return r.data[r.at-1]
}

func (r *reader) u16() uint16 {
	if b := r.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (r *reader) u32() uint32 {
	if b := r.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *reader) u64() uint64 {
	if b := r.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// uint reads a number of 1 to 8 bytes.
func (r *reader) uint(size int) (v uint64) {
	switch size {
	case 4:
		return uint64(r.u32())
	case 8:
		return r.u64()
	}
	for i, b := range r.take(uint64(size)) {
		v |= uint64(b) << (8 * i)
	}
	return v
}

// offset reads a section offset: 4 bytes, or 8 in 64-bit DWARF.
func (r *reader) offset(is64 bool) uint64 {
	if is64 {
		return r.u64()
	}
	return uint64(r.u32())
}

// length reads an initial length (DWARF 5, 7.2.2).
func (r *reader) length() (n uint64, is64 bool) {
	n = uint64(r.u32())
	if n == 0xffffffff {
		return r.u64(), true
	}
	if n >= 0xfffffff0 {
		r.bad = true
	}
	return n, false
}

// uleb and sleb read LEB128 (DWARF 5, 7.6); bits beyond the 64th are lost.
func (r *reader) uleb() uint64 {
	if !r.bad && r.at < len(r.data) {
		if b := r.data[r.at]; b < 0x80 {
			r.at++
			return uint64(b)
		}
	}
	return r.longLEB()
}

func (r *reader) longLEB() (v uint64) {
	for shift := 0; ; shift += 7 {
		b := r.byte()
		if shift < 64 {
			v |= uint64(b&0x7f) << shift
		}
		if b < 0x80 {
			return v
		}
	}
}

func (r *reader) skipLEB() {
	for r.byte() >= 0x80 {
	}
}

func (r *reader) sleb() (v int64) {
	for shift := 0; ; shift += 7 {
		b := r.byte()
		if shift < 64 {
			v |= int64(b&0x7f) << shift
		}
		if b < 0x80 {
			if b&0x40 != 0 && shift+7 < 64 {
				v |= -1 << (shift + 7)
			}
			return v
		}
	}
}

// cString takes the NUL-terminated string at the front.
func (r *reader) cString() string {
	if r.bad {
		return ""
	}
	s, ok := stringAt(r.data, uint64(r.at))
	if !ok {
		r.bad = true
		return ""
	}
	r.at += len(s) + 1
	return s
}
