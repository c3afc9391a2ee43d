package dwarf

import (
	"bytes"
	"io"
	"unsafe"
)

// Sections is the debug sections of one file, uncompressed and relocated. Those
// that a file does not have are nil. They are kept, not copied, and must not change.
type Sections struct {
	Info, Types, Abbrev                  []byte
	Str, LineStr, StrOffsets, Addr, Line []byte
	Aranges                              []byte
	Ranges, RngLists                     []byte // DWARF 2-4, 5
	Loc, LocLists                        []byte // DWARF 2-4, 5
	CUIndex, TUIndex                     []byte // of a .dwp package
	GdbIndex, Names                      []byte
	// InfoAt reads Info by calls, for looking at the headers of units: of a mapped file
	// each would make the 64 KiB around it resident. nil: Info itself is looked at.
	InfoAt io.ReaderAt
}

// stringAt is the NUL-terminated string at an offset of a section. It shares the
// section's bytes: strings that are kept for long are to be cloned.
func stringAt(section []byte, off uint64) (s string, ok bool) {
	if off >= uint64(len(section)) {
		return "", false
	}
	b := section[off:]
	end := bytes.IndexByte(b, 0)
	if end < 0 {
		return "", false
	}
	return unsafe.String(unsafe.SliceData(b), end), true
}
