package dwarf

import "bytes"

// A needle is bytes to be found, by the one of them that is rarest.
type needle struct {
	bytes []byte
	rare  int // its index in bytes
}

// histogram counts the bytes of a sample of a section.
type histogram [256]int

// sampled is how many bytes a histogram looks at.
const sampled = 1 << 16

func sample(data []byte) *histogram {
	h := new(histogram)
	step := max(1, len(data)/sampled)
	for i := 0; i < len(data); i += step {
		h[data[i]]++
	}
	return h
}

func (h *histogram) needle(b []byte) needle {
	n := needle{bytes: b}
	for i, c := range b {
		if h[c] < h[b[n.rare]] {
			n.rare = i
		}
	}
	return n
}

// next is where the needle is found first at or after from; -1: nowhere.
func (n *needle) next(data []byte, from int) int {
	for at := from + n.rare; at < len(data); at++ {
		i := bytes.IndexByte(data[at:], n.bytes[n.rare])
		if i < 0 {
			return -1
		}
		at += i
		if begin := at - n.rare; len(data)-begin >= len(n.bytes) && string(data[begin:begin+len(n.bytes)]) == string(n.bytes) {
			return begin
		}
	}
	return -1
}

// ends finds where a text stands at the end of a string of a section of strings: a
// string may be the tail of another. more: there are more than limit.
func ends(section []byte, text string, limit int) (offs []uint64, more bool) {
	n := sample(section).needle(append([]byte(text), 0))
	for at := n.next(section, 0); at >= 0; at = n.next(section, at+1) {
		if len(offs) == limit {
			return offs, true
		}
		offs = append(offs, uint64(at))
	}
	return offs, false
}
