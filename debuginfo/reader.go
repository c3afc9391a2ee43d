package debuginfo

// reader takes little-endian numbers off data; reading past the end gives zeros
// and sets bad.
type reader struct {
	data []byte
	at   int
	bad  bool
}

func (r *reader) more() bool { return !r.bad && r.at < len(r.data) }

func (r *reader) byte() byte {
	if r.at >= len(r.data) {
		r.bad = true
		return 0
	}
	r.at++
	return r.data[r.at-1]
}

func (r *reader) uint(size int) (v uint64) {
	for i := range size {
		v |= uint64(r.byte()) << (8 * i)
	}
	return v
}

func (r *reader) int(size int) int64 {
	shift := 64 - 8*size
	return int64(r.uint(size)<<shift) >> shift
}

// uleb and sleb read LEB128 (DWARF 5, 7.6); bits beyond the 64th are lost.
func (r *reader) uleb() (v uint64) {
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
