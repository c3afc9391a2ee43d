package dwarf

import "encoding/binary"

// lineReader takes little-endian numbers off a part of a section; reading past its
// end gives zeros and sets bad.
type lineReader struct {
	data []byte
	at   int
	bad  bool
}

// more says whether there are bytes left to read.
func (r *lineReader) more() bool { return !r.bad && r.at < len(r.data) }

// take gives the next n bytes as they lie there.
func (r *lineReader) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.data)-r.at) {
		r.bad = true
		return nil
	}
	p := r.data[r.at : r.at+int(n)]
	r.at += int(n)
	return p
}

func (r *lineReader) byte() byte {
	if r.at >= len(r.data) {
		r.bad = true
		return 0
	}
	r.at++
	return r.data[r.at-1]
}

// uint reads a number of 1 to 8 bytes.
func (r *lineReader) uint(size int) (v uint64) {
	for i, b := range r.take(uint64(size)) {
		v |= uint64(b) << (8 * i)
	}
	return v
}

func (r *lineReader) uint16() uint16 {
	if p := r.take(2); p != nil {
		return binary.LittleEndian.Uint16(p)
	}
	return 0
}

// uleb and sleb read LEB128 (DWARF 5, 7.6); bits beyond the 64th are lost.
func (r *lineReader) uleb() (v uint64) {
	if r.at < len(r.data) && r.data[r.at] < 0x80 {
		r.at++
		return uint64(r.data[r.at-1])
	}
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

func (r *lineReader) sleb() (v int64) {
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

// cString gives the bytes up to the next NUL, which is passed over.
func (r *lineReader) cString() []byte {
	for i := r.at; i < len(r.data); i++ {
		if r.data[i] == 0 {
			p := r.data[r.at:i]
			r.at = i + 1
			return p
		}
	}
	r.bad = true
	return nil
}
