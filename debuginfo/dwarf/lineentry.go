package dwarf

import (
	"bytes"

	"github.com/stackfs/stackfs/core"
)

// Content types of entries of directories and files (DWARF 5, 6.2.4.1).
const (
	contentPath      = 1 // DW_LNCT_path
	contentDirectory = 2 // DW_LNCT_directory_index
)

// The forms that may occur in a line table's header (DWARF 5, 7.5.6 and 6.2.4.1).
const (
	lineFormBlock2   = 0x03
	lineFormBlock4   = 0x04
	lineFormData2    = 0x05
	lineFormData4    = 0x06
	lineFormData8    = 0x07
	lineFormString   = 0x08
	lineFormBlock    = 0x09
	lineFormBlock1   = 0x0a
	lineFormData1    = 0x0b
	lineFormFlag     = 0x0c
	lineFormSdata    = 0x0d
	lineFormStrp     = 0x0e
	lineFormUdata    = 0x0f
	lineFormOffset   = 0x17 // sec_offset
	lineFormStrx     = 0x1a
	lineFormStrpSup  = 0x1d
	lineFormData16   = 0x1e
	lineFormLineStrp = 0x1f
	lineFormStrx1    = 0x25
	lineFormStrx2    = 0x26
	lineFormStrx3    = 0x27
	lineFormStrx4    = 0x28
	lineFormStrpAlt  = 0x1f21 // GNU_strp_alt
)

// A textRef is where a string begins: the section in the two highest bits, the
// offset in the rest. Nothing is copied, nor is the end looked for, before it is
// asked for: of hundreds of names in a header one or two are.
type textRef uint64

const (
	inLine uint64 = iota
	inLineStr
	inStr
	inAltStr

	textShift         = 62
	noText    textRef = ^textRef(0)
)

func newText(section, offset uint64) textRef {
	if offset >= 1<<textShift {
		return noText
	}
	return textRef(section<<textShift | offset)
}

// maxLineName is the longest name, bytes: four times Linux's PATH_MAX. A longer one
// is none: many names that begin in one long string would cost its length each.
const maxLineName = 16384

// text gives the string at ref; empty if there is none.
func (in *LineInput) text(ref textRef) []byte {
	section := [...][]byte{in.Line, in.LineStr, in.Str, in.AltStr}[ref>>textShift]
	offset := uint64(ref &^ (3 << textShift))
	if offset >= uint64(len(section)) {
		return nil
	}
	rest := section[offset:]
	rest = rest[:min(len(rest), maxLineName)]
	end := bytes.IndexByte(rest, 0)
	if end < 0 {
		return nil
	}
	return rest[:end]
}

// lineEntry is a directory or a file of the header.
type lineEntry struct {
	name textRef
	dir  uint32
}

// lineFormat says that the next field of an entry is content in form.
type lineFormat struct{ content, form uint64 }

// readEntries reads a table of directories or files as DWARF 5 has them.
func (h *lineHeader) readEntries(r *reader, in *LineInput) ([]lineEntry, error) {
	formats := make([]lineFormat, r.byte())
	for i := range formats {
		formats[i] = lineFormat{r.uleb(), r.uleb()}
	}
	count := r.uleb()
	// Each field is a byte at least, so that no count makes more than there is.
	if count > 0 && len(formats) == 0 || count > uint64(len(r.data)-r.at) {
		r.bad = true
	}
	if r.bad {
		return nil, nil
	}
	entries := make([]lineEntry, count)
	for i := range entries {
		if err := h.readEntry(r, in, formats, &entries[i]); err != nil || r.bad {
			return nil, err
		}
	}
	return entries, nil
}

func (h *lineHeader) readEntry(r *reader, in *LineInput, formats []lineFormat, e *lineEntry) error {
	e.name = noText
	for _, f := range formats {
		if f.content == contentPath {
			ref, ok := h.readText(r, in, f.form)
			if ok {
				e.name = ref
				continue
			}
		}
		v, ok := h.readNumber(r, f.form)
		if !ok {
			return core.Errorf(core.ErrInvalid, "reading the line table at 0x%x: its header has fields of form 0x%x, which is not known", in.Offset, f.form)
		}
		if f.content == contentDirectory {
			e.dir = uint32(min(v, 1<<32-1))
		}
	}
	return nil
}

// readText reads a string's place; ok is false, and nothing read, if the form is
// none of a string's.
func (h *lineHeader) readText(r *reader, in *LineInput, form uint64) (ref textRef, ok bool) {
	switch form {
	case lineFormString:
		at := r.at
		r.cString()
		return newText(inLine, uint64(at)), true
	case lineFormLineStrp:
		return newText(inLineStr, r.uint(h.offsetSize)), true
	case lineFormStrp:
		return newText(inStr, r.uint(h.offsetSize)), true
	case lineFormStrpSup, lineFormStrpAlt:
		return newText(inAltStr, r.uint(h.offsetSize)), true
	case lineFormStrx:
		return h.indexed(in, r.uleb()), true
	case lineFormStrx1, lineFormStrx2, lineFormStrx3, lineFormStrx4:
		return h.indexed(in, r.uint(int(form-lineFormStrx1)+1)), true
	}
	return noText, false
}

// indexed finds a string by its number in .debug_str_offsets (DWARF 5, 7.26).
func (h *lineHeader) indexed(in *LineInput, i uint64) textRef {
	size := uint64(len(in.StrOffsets))
	if in.StrOffsetsBase > size || i >= (size-in.StrOffsetsBase)/uint64(h.offsetSize) {
		return noText
	}
	r := reader{data: in.StrOffsets, at: int(in.StrOffsetsBase + i*uint64(h.offsetSize))}
	return newText(inStr, r.uint(h.offsetSize))
}

// readNumber reads a number, or passes over a field that is not one.
func (h *lineHeader) readNumber(r *reader, form uint64) (v uint64, ok bool) {
	switch form {
	case lineFormData1, lineFormFlag, lineFormStrx1:
		return r.uint(1), true
	case lineFormData2, lineFormStrx2:
		return r.uint(2), true
	case lineFormStrx3:
		return r.uint(3), true
	case lineFormData4, lineFormStrx4:
		return r.uint(4), true
	case lineFormData8:
		return r.uint(8), true
	case lineFormUdata, lineFormStrx:
		return r.uleb(), true
	case lineFormSdata:
		return uint64(r.sleb()), true
	case lineFormOffset, lineFormStrp, lineFormLineStrp, lineFormStrpSup, lineFormStrpAlt:
		return r.uint(h.offsetSize), true
	}
	return 0, h.skipBytes(r, form)
}

// skipBytes passes over a string or a block.
func (h *lineHeader) skipBytes(r *reader, form uint64) (ok bool) {
	switch form {
	case lineFormString:
		r.cString()
	case lineFormData16:
		r.take(16)
	case lineFormBlock:
		r.take(r.uleb())
	case lineFormBlock1:
		r.take(r.uint(1))
	case lineFormBlock2:
		r.take(r.uint(2))
	case lineFormBlock4:
		r.take(r.uint(4))
	default:
		return false
	}
	return true
}

// readOldEntries reads the tables of DWARF 2 to 4: directories, files.
func (h *lineHeader) readOldEntries(r *reader) (dirs, files []lineEntry) {
	for r.more() && r.data[r.at] != 0 {
		dirs = append(dirs, lineEntry{name: newText(inLine, uint64(r.at))})
		r.cString()
	}
	r.byte()
	for r.more() && r.data[r.at] != 0 {
		files = append(files, readOldFile(r))
	}
	r.byte()
	return dirs, files
}

// readOldFile reads a file entry of DWARF 2 to 4, also that of DW_LNE_define_file:
// r's data must begin where the section does.
func readOldFile(r *reader) lineEntry {
	e := lineEntry{name: newText(inLine, uint64(r.at))}
	r.cString()
	e.dir = uint32(min(r.uleb(), 1<<32-1))
	r.uleb() // time of last change
	r.uleb() // length in bytes
	return e
}
