package dwarf

import (
	"bufio"
	"debug/elf"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	godwarf "debug/dwarf"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

// told is an entry as another reader tells it.
type told struct {
	off, origin          uint64
	depth                int
	tag                  Tag
	name                 string
	language             uint32
	alt                  bool // origin is in the other file
	decl, placed, scoped bool
	external             bool
}

// fileSections reads the debug sections of an ELF file.
func fileSections(t testing.TB, path string) Sections {
	f, err := elf.Open(path)
	require.NoError(t, err)
	defer f.Close()
	read := func(name string) []byte {
		s := f.Section(name)
		if s == nil || s.Type == elf.SHT_NOBITS {
			return nil
		}
		b, err := s.Data()
		require.NoError(t, err)
		return b
	}
	return Sections{
		Info: read(".debug_info"), Types: read(".debug_types"), Abbrev: read(".debug_abbrev"), Str: read(".debug_str"), LineStr: read(".debug_line_str"),
		StrOffsets: read(".debug_str_offsets"), Addr: read(".debug_addr"), GdbIndex: read(".gdb_index"), Names: read(".debug_names"),
	}
}

// goTells reads a file with Go's own package.
func goTells(t *testing.T, s Sections, tell func(told)) {
	d, err := godwarf.New(s.Abbrev, nil, nil, s.Info, nil, nil, nil, s.Str)
	require.NoError(t, err)
	for name, b := range map[string][]byte{".debug_line_str": s.LineStr, ".debug_str_offsets": s.StrOffsets, ".debug_addr": s.Addr} {
		if b != nil {
			require.NoError(t, d.AddSection(name, b))
		}
	}
	depth := 0
	for r := d.Reader(); ; {
		e, err := r.Next()
		require.NoError(t, err)
		if e == nil {
			return
		}
		if e.Tag == 0 {
			depth--
			continue
		}
		o := told{off: uint64(e.Offset), depth: depth, tag: Tag(e.Tag)}
		for _, f := range e.Field {
			o.field(f)
		}
		tell(o)
		if e.Children {
			depth++
		}
	}
}

func (o *told) field(f godwarf.Field) {
	switch Attr(f.Attr) {
	case AttrName:
		o.name, _ = f.Val.(string)
	case AttrSpecification, AttrAbstractOrigin:
		off, _ := f.Val.(godwarf.Offset)
		o.origin = uint64(off)
	case AttrDeclaration:
		o.decl, _ = f.Val.(bool)
	case AttrExternal:
		o.external, _ = f.Val.(bool)
	case AttrEnumClass:
		o.scoped, _ = f.Val.(bool)
	case AttrLowPC, AttrRanges, AttrLocation, AttrConstValue:
		o.placed = true
	case AttrLanguage:
		n, _ := f.Val.(int64)
		o.language = uint32(n)
	}
}

var (
	entryLine = regexp.MustCompile(`^ <([0-9a-f]+)><([0-9a-f]+)>: Abbrev Number: \d+ \((DW_TAG_\w+|User TAG value: 0x[0-9a-f]+)\)`)
	attrLine  = regexp.MustCompile(`^    <[0-9a-f]+>   DW_AT_(\w+) *: (.*)$`)
	stringOf  = regexp.MustCompile(`^\((?:alt )?indirect (?:line )?string, offset: 0x[0-9a-f]+\): (.*)$`)
)

// tagNumbers are the tags by readelf's names that the index knows.
var tagNumbers = map[string]Tag{
	"compile_unit": TagCompileUnit, "partial_unit": TagPartialUnit, "namespace": TagNamespace, "structure_type": TagStructType, "class_type": TagClassType,
	"union_type": TagUnionType, "enumeration_type": TagEnumerationType, "enumerator": TagEnumerator, "subprogram": TagSubprogram, "variable": TagVariable,
	"member": TagMember, "typedef": TagTypedef, "base_type": TagBaseType, "unspecified_type": TagUnspecifiedType, "module": TagModule, "type_unit": TagTypeUnit,
}

// readelfTells reads a file with readelf, which follows the link to what dwz made.
func readelfTells(t *testing.T, path string, tell func(told)) {
	readelf := need.Command(t, "readelf", "apt-get install binutils")
	cmd := exec.Command(readelf, "--wide", "-P", "--debug-dump=info", path)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var o *told
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		if m := entryLine.FindStringSubmatch(lines.Text()); m != nil {
			if o != nil {
				tell(*o)
			}
			depth, _ := strconv.ParseUint(m[1], 16, 64)
			off, _ := strconv.ParseUint(m[2], 16, 64)
			o = &told{off: off, depth: int(depth), tag: tagNumbers[strings.TrimPrefix(m[3], "DW_TAG_")]}
		} else if m := attrLine.FindStringSubmatch(lines.Text()); m != nil && o != nil {
			o.attribute(m[1], strings.TrimSpace(m[2]))
		}
	}
	require.NoError(t, lines.Err())
	if o != nil {
		tell(*o)
	}
	require.NoError(t, cmd.Wait())
}

func (o *told) attribute(name, value string) {
	switch name {
	case "name":
		o.name = value
		if m := stringOf.FindStringSubmatch(value); m != nil {
			o.name = m[1]
		}
	case "specification", "abstract_origin":
		rest, alt := strings.CutPrefix(value, "<alt ")
		o.alt = alt
		o.origin, _ = strconv.ParseUint(strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(rest, "<"), "0x"), ">"), 16, 64)
	case "declaration":
		o.decl = value != "0"
	case "external":
		o.external = value != "0"
	case "enum_class":
		o.scoped = value != "0"
	case "low_pc", "ranges", "location", "const_value":
		o.placed = true
	case "language":
		n, _, _ := strings.Cut(value, "\t")
		v, _ := strconv.ParseUint(strings.TrimSpace(n), 0, 32)
		o.language = uint32(v)
	}
}

// debugFile is the debug file of a library or program of this machine.
func debugFile(t *testing.T, object, pkg string) string {
	need.File(t, object, "apt-get install "+pkg)
	f, err := elf.Open(object)
	require.NoError(t, err)
	defer f.Close()
	note, err := f.Section(".note.gnu.build-id").Data()
	require.NoError(t, err)
	id := ""
	for _, c := range note[16:] {
		id += strconv.FormatUint(uint64(c)+0x100, 16)[1:]
	}
	path := filepath.Join("/usr/lib/debug/.build-id", id[:2], id[2:]+".debug")
	need.File(t, path, "apt-get install "+pkg)
	return path
}
