package dwarf

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math/bits"

	"github.com/stackfs/stackfs/core"
)

// The header of an index in a file, little-endian. What follows it is the tables, as
// they are described at Index.
//
//	0    magic and version
//	8    uint32  CRC-32C of the header from 16 on
//	12   uint32  CRC-32C of all that follows the header
//	16   uint64  how many names, refs, slots, and bytes of blob
//	48   uint64  sizes of the debug sections, of the file and of its Alt
//	144  SHA-256 of the build id
const (
	indexMagic  = "stkfsix\x01"
	headerSize  = 256
	atHeaderSum = 8
	atBodySum   = 12
	atSummed    = 16
	atCounts    = 16
	atSizes     = 48
	atBuildID   = 144
)

// Write writes the index so that OpenIndex can use it. The id is that of the file
// and its debug info, as its build id is.
func (ix *Index) Write(w io.Writer, id string) error {
	ix.order.Do(ix.sort)
	header := make([]byte, headerSize)
	copy(header, indexMagic)
	for i, n := range []int{ix.nNames, ix.nRefs, ix.nSlots, ix.nBlob} {
		binary.LittleEndian.PutUint64(header[atCounts+8*i:], uint64(n))
	}
	copy(header[atSizes:], identity(ix.data, id))
	binary.LittleEndian.PutUint32(header[atBodySum:], checksum(ix.b[headerSize:ix.size]))
	binary.LittleEndian.PutUint32(header[atHeaderSum:], checksum(header[atSummed:]))
	for _, b := range [][]byte{header, ix.b[headerSize:ix.size]} {
		if _, err := w.Write(b); err != nil {
			return fmt.Errorf("writing an index of names: %w", err)
		}
	}
	return nil
}

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// identity is what an index must be made of to be used with a file: the sizes of
// the sections and the build id.
func identity(d *Data, id string) []byte {
	var b []byte
	for range 2 {
		var s Sections
		if d != nil {
			s, d = d.Sections, d.Alt
		}
		for _, section := range [][]byte{s.Info, s.Types, s.Abbrev, s.Str, s.LineStr, s.StrOffsets} {
			b = binary.LittleEndian.AppendUint64(b, uint64(len(section)))
		}
	}
	sum := sha256.Sum256([]byte(id))
	return append(b, sum[:]...)
}

// OpenIndex uses an index that Write wrote, in place: b must not change. ErrInvalid
// if it is damaged, of another version, or of another file than d with this id.
func OpenIndex(b []byte, d *Data, id string) (*Index, error) {
	if len(b) < headerSize || string(b[:len(indexMagic)]) != indexMagic {
		return nil, core.Errorf(core.ErrInvalid, "opening an index of names: it is not one of this version")
	}
	if checksum(b[atSummed:headerSize]) != binary.LittleEndian.Uint32(b[atHeaderSum:]) {
		return nil, core.Errorf(core.ErrInvalid, "opening an index of names: its header is damaged")
	}
	if want := identity(d, id); !bytes.Equal(b[atSizes:atSizes+len(want)], want) {
		return nil, core.Errorf(core.ErrInvalid, "opening an index of names: it belongs to another file than %s", id)
	}
	ix := &Index{data: d}
	if !ix.readCounts(b) {
		return nil, core.Errorf(core.ErrInvalid, "opening an index of names: its tables are not as large as its %d bytes", len(b))
	}
	if checksum(b[headerSize:]) != binary.LittleEndian.Uint32(b[atBodySum:]) {
		return nil, core.Errorf(core.ErrInvalid, "opening an index of names: its content is damaged")
	}
	ix.use(b)
	ix.inOrder = b[ix.sorted:ix.blob]
	return ix, nil
}

// readCounts lays the tables out; false if they are not exactly the file.
func (ix *Index) readCounts(b []byte) bool {
	var n [4]int
	for i := range n {
		v := binary.LittleEndian.Uint64(b[atCounts+8*i:])
		if v > uint64(len(b)) {
			return false
		}
		n[i] = int(v)
	}
	ix.layout(counts{n[0], n[1], n[2], n[3]})
	return ix.size == len(b) && bits.OnesCount(uint(ix.nSlots)) <= 1
}

// Close ends the use of the file that the index is in, if it is in one: names that
// it yielded must not be used any more.
func (ix *Index) Close() error {
	if ix.close == nil {
		return nil
	}
	return ix.close()
}
