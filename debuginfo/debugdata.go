package debuginfo

import (
	"debug/elf"
	"io"
	"math"
	"slices"
	"sync"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/dwarf"
	"github.com/stackfs/stackfs/debuginfo/values"
)

// Bounds of what is kept of a file's debug info; on reaching one all of that kind is
// dropped, to be decoded again.
const (
	maxLineTables = 256
	maxLineFiles  = 10_000
	maxTypes      = 200_000
)

// debugData is the DWARF of one module: what is decoded of it and kept.
type debugData struct {
	data   *dwarf.Data
	module *module
	image  *Image // whose sections they are

	mu      sync.Mutex
	lines   map[*dwarf.Unit]*dwarf.LineTable
	files   map[*dwarf.Unit]*dwarf.LineFiles
	types   map[typeKey]*typeNode
	names   nameIndex
	dwos    *splitFiles
	offline bool // no index is made in the background
	cache   dwarf.Cache
	id      string // what the cache knows the file by, empty: it is not kept

	mainOnce sync.Once
	language values.Language // of the main function
}

// readSections gives an image's debug sections; those of split units have a suffix.
func readSections(img *Image, suffix string) dwarf.Sections {
	get := func(name string) []byte { return img.joined(".debug_" + name + suffix) }
	s := dwarf.Sections{
		Info: get("info"), Types: get("types"), Abbrev: get("abbrev"), Str: get("str"), LineStr: get("line_str"),
		StrOffsets: get("str_offsets"), Addr: get("addr"), Line: get("line"), Aranges: get("aranges"),
		Ranges: get("ranges"), RngLists: get("rnglists"), Loc: get("loc"), LocLists: get("loclists"),
		Names: get("names"), CUIndex: img.joined(".debug_cu_index"), TUIndex: img.joined(".debug_tu_index"),
	}
	s.GdbIndex = img.joined(".gdb_index")
	if i := img.elf.Section(".debug_info" + suffix); i != nil && img.mapped != nil && img.Type != elf.ET_REL && i.Flags&elf.SHF_COMPRESSED == 0 && i.FileSize == uint64(len(s.Info)) {
		s.InfoAt = io.NewSectionReader(img.file, int64(i.Offset), int64(i.FileSize))
	}
	return s
}

// joined is all sections of a name behind each other: compilers put each type unit
// of a .dwo file into a section of its own. nil: there is none that can be read.
func (img *Image) joined(name string) []byte {
	var out []byte
	for _, s := range img.elf.Sections {
		if s.Name != name || s.Type == elf.SHT_NOBITS {
			continue
		}
		b, err := img.shared(s)
		switch {
		case err != nil:
		case out == nil:
			out = b
		default:
			out = append(slices.Clip(out), b...)
		}
	}
	if out == nil {
		out, _ = img.Section(name) // .zdebug_
	}
	return out
}

func newDebugData(img, alt *Image) (*debugData, error) {
	data, err := dwarf.New(readSections(img, ""))
	if err != nil {
		return nil, err
	}
	if alt != nil {
		if data.Alt, err = dwarf.New(readSections(alt, "")); err != nil {
			data.Alt = nil
		}
	}
	return &debugData{
		data: data, image: img, lines: map[*dwarf.Unit]*dwarf.LineTable{}, files: map[*dwarf.Unit]*dwarf.LineFiles{}, types: map[typeKey]*typeNode{},
	}, nil
}

// lazyInfo is debug info that is read when first asked for.
type lazyInfo struct {
	once sync.Once
	data *debugData
	err  error
}

// info is the module's DWARF: the debug file's, else the image's own. ErrNoData if
// neither has any.
func (m *module) info() (*debugData, error) {
	l := &m.debugInfo
	l.once.Do(func() {
		l.err = core.Errorf(core.ErrNoData, "it has no debug info")
		for _, img := range []*Image{m.debug, m.image} {
			if img == nil {
				continue
			}
			if d, err := newDebugData(img, m.alt); err == nil {
				d.offline, d.cache = m.offline, m.cache
				if d.id = img.buildID; d.id == "" || m.alt != nil && m.alt.buildID == "" {
					d.id = ""
				} else if m.alt != nil {
					d.id += "-" + m.alt.buildID
				}
				d.module = m
				d.attachSplit(m)
				l.data, l.err = d, nil
				return
			}
		}
	})
	return l.data, l.err
}

// lineTable decodes the line table of a unit, nil if it has none; what can be read of
// a broken one is there.
func (d *debugData) lineTable(u *dwarf.Unit) *dwarf.LineTable {
	return ofLines(d, d.lines, maxLineTables, u, dwarf.ReadLines)
}

// lineFiles is the files that a unit's line table names, nil if it has none.
func (d *debugData) lineFiles(u *dwarf.Unit) *dwarf.LineFiles {
	return ofLines(d, d.files, maxLineFiles, u, dwarf.ReadLineHeader)
}

// ofLines keeps what was read of units' line tables; what cannot be read is nil.
func ofLines[V any](d *debugData, kept map[*dwarf.Unit]*V, most int, u *dwarf.Unit, read func(dwarf.LineInput) (*V, error)) *V {
	d.mu.Lock()
	v, ok := kept[u]
	d.mu.Unlock()
	if ok {
		return v
	}
	if in, ok := lineInput(u); ok {
		v, _ = read(in)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(kept) >= most {
		clear(kept)
	}
	kept[u] = v
	return v
}

// fileName is a file by DW_AT_decl_file or DW_AT_call_file as gdb shows it, empty if there is none.
func (d *debugData) fileName(u *dwarf.Unit, n uint64) string {
	files := d.lineFiles(u)
	if files == nil || n > math.MaxInt32 {
		return ""
	}
	return files.Name(int(n))
}

// lineInput is the line table of a unit. A split unit has its files' names in its
// skeleton's, but for DWARF 5, which repeats them beside the split unit.
func lineInput(u *dwarf.Unit) (dwarf.LineInput, bool) {
	i := u.Info()
	if s := u.LineUnit(); s != u && (u.Version < 5 || len(u.Data.Line) == 0) {
		name := i.Name
		u, i = s, s.Info()
		i.Name = name
	} else if s != u {
		i.StmtList, i.HasLines, i.CompDir = 0, true, s.Info().CompDir
	}
	d := u.Data
	in := dwarf.LineInput{
		Line: d.Line, LineStr: d.LineStr, Str: d.Str, StrOffsets: d.StrOffsets,
		Offset: i.StmtList, AddrSize: u.AddrSize, CompDir: i.CompDir, Name: i.Name, LowPC: i.LowPC,
	}
	if d.Alt != nil {
		in.AltStr = d.Alt.Str
	}
	return in, i.HasLines
}
