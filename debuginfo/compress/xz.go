package compress

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"hash/crc64"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

// errXZ is wrapped by what is wrong with an xz file.
var errXZ = errors.New("reading xz")

// Sizes and values of the .xz file format, 2.1 and 3.1.
const (
	xzHeader       = 12 // bytes of a stream's header and footer
	xzMagic        = "\xfd7zXZ\x00"
	xzFooterMagic  = "YZ"
	xzFilterLZMA2  = 0x21
	xzMostDict     = 64 << 20 // bytes, that of xz -9
	xzMostIntegers = 9        // bytes of an integer of variable length
)

// XZAll decompresses an xz file of one stream that is all in memory, to most bytes
// at most. What it allocates is what comes out and a dictionary of up to 64 MiB,
// whatever the file says.
func XZAll(b []byte, most int64) ([]byte, error) {
	blocks, check, err := xzIndex(b)
	if err != nil {
		return nil, err
	}
	var out []byte
	at := uint64(xzHeader)
	for _, block := range blocks {
		if block.size > uint64(most)-uint64(len(out)) {
			return nil, fmt.Errorf("%w: more than %d bytes come out", errXZ, most)
		}
		end := at + (block.unpadded+3)&^3
		piece, err := xzBlock(b[at:end], block, check)
		if err != nil {
			return nil, err
		}
		out = append(out, piece...)
		at = end
	}
	return out, nil
}

type xzRecord struct {
	unpadded, size uint64 // bytes of the block in the file without padding, and decompressed
}

// xzIndex reads the index at the end, whose blocks lie in the file one after the
// other; check is the kind of checksum that each has (2.1.1.2).
func xzIndex(b []byte) (blocks []xzRecord, check byte, err error) {
	if len(b) < 2*xzHeader || string(b[:6]) != xzMagic || string(b[len(b)-2:]) != xzFooterMagic {
		return nil, 0, fmt.Errorf("%w: it does not begin and end as an xz file", errXZ)
	}
	check = b[7] & 15
	footer := b[len(b)-xzHeader:]
	size := (uint64(binary.LittleEndian.Uint32(footer[4:])) + 1) * 4
	if size > uint64(len(b)-2*xzHeader) {
		return nil, 0, fmt.Errorf("%w: the index is not in it", errXZ)
	}
	index := b[uint64(len(b)-xzHeader)-size : len(b)-xzHeader]
	body, sum := index[:len(index)-4], binary.LittleEndian.Uint32(index[len(index)-4:])
	if crc32.ChecksumIEEE(body) != sum || body[0] != 0 {
		return nil, 0, fmt.Errorf("%w: the index is damaged", errXZ)
	}
	r := xzReader{b: body[1:]}
	at, end := uint64(xzHeader), uint64(len(b)-xzHeader)-size
	for n := r.integer(); n > 0; n-- {
		x := xzRecord{r.integer(), r.integer()}
		if r.bad || x.unpadded > end-at || (x.unpadded+3)&^3 > end-at || x.unpadded == 0 {
			return nil, 0, fmt.Errorf("%w: the index is wrong", errXZ)
		}
		at += (x.unpadded + 3) &^ 3
		blocks = append(blocks, x)
	}
	if r.bad || at != end {
		return nil, 0, fmt.Errorf("%w: the index is wrong", errXZ)
	}
	return blocks, check, nil
}

// xzBlock decompresses one block: header, data, padding to 4 bytes, checksum.
func xzBlock(b []byte, x xzRecord, check byte) ([]byte, error) {
	header := (int(b[0]) + 1) * 4
	sumSize := [16]int{0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64}[check]
	if b[0] == 0 || uint64(header+sumSize) > x.unpadded {
		return nil, fmt.Errorf("%w: a block is cut short", errXZ)
	}
	dict, err := xzDictionary(b[:header])
	if err != nil {
		return nil, err
	}
	// More than what comes out is never looked back at.
	dict = max(min(dict, int(x.size)), lzma.MinDictCap)
	r, err := lzma.Reader2Config{DictCap: dict}.NewReader2(bytes.NewReader(b[header : x.unpadded-uint64(sumSize)]))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errXZ, err)
	}
	var out bytes.Buffer // grows with what comes: the size is only what is said
	n, err := io.Copy(&out, io.LimitReader(r, int64(x.size)+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errXZ, err)
	}
	if uint64(n) != x.size {
		return nil, fmt.Errorf("%w: %d bytes come out of a block of %d", errXZ, n, x.size)
	}
	if err := xzCheck(out.Bytes(), b[len(b)-sumSize:], check); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// xzDictionary gives the dictionary's size of a block whose only filter is LZMA2
// (3.1, 5.3.1), as others are for code.
func xzDictionary(header []byte) (int, error) {
	r := xzReader{b: header[2 : len(header)-4]}
	for _, sizeFlag := range []byte{0x40, 0x80} {
		if header[1]&sizeFlag != 0 {
			r.integer()
		}
	}
	id, length := r.integer(), r.integer()
	if r.bad || header[1]&0x3f != 0 || id != xzFilterLZMA2 || length != 1 || len(r.b) == 0 {
		return 0, fmt.Errorf("%w: a filter that is not LZMA2", errXZ)
	}
	dict, err := lzma.DecodeDictCap(r.b[0])
	if err != nil || dict > xzMostDict {
		return 0, fmt.Errorf("%w: a dictionary of %d bytes", errXZ, dict)
	}
	return int(dict), nil
}

// xzCheck compares the checksum where it is of a kind that xz makes by default or
// for small readers.
func xzCheck(out, sum []byte, check byte) error {
	ok := true
	switch check {
	case 1:
		ok = crc32.ChecksumIEEE(out) == binary.LittleEndian.Uint32(sum)
	case 4:
		ok = crc64.Checksum(out, crc64.MakeTable(crc64.ECMA)) == binary.LittleEndian.Uint64(sum)
	}
	if !ok {
		return fmt.Errorf("%w: the checksum is wrong", errXZ)
	}
	return nil
}

type xzReader struct {
	b   []byte
	bad bool
}

// integer reads an integer of variable length (1.2).
func (r *xzReader) integer() (v uint64) {
	for n := range xzMostIntegers {
		if len(r.b) == 0 {
			break
		}
		c := r.b[0]
		r.b = r.b[1:]
		v |= uint64(c&0x7f) << (7 * n)
		if c < 0x80 {
			return v
		}
	}
	r.bad = true
	return 0
}
