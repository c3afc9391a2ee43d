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
	types                bool // the entry is in .debug_types
	decl, placed, scoped bool
	external             bool
}

// indexed reads the debug info of an ELF file with the tables of names that it has.
func indexed(t testing.TB, path string) *Data {
	s := sections(t, path, "")
	f, err := elf.Open(path)
	require.NoError(t, err)
	defer f.Close()
	for name, b := range map[string]*[]byte{".gdb_index": &s.GdbIndex, ".debug_names": &s.Names} {
		if table := f.Section(name); table != nil {
			*b, err = table.Data()
			require.NoError(t, err)
		}
	}
	d, err := New(s)
	require.NoError(t, err)
	return d
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
	entryLine = regexp.MustCompile(`^ <(\d+)><([0-9a-f]+)>: Abbrev Number: \d+ \((DW_TAG_\w+|User TAG value: 0x[0-9a-f]+)\)`)
	attrLine  = regexp.MustCompile(`^    <[0-9a-f]+>   DW_AT_(\w+) *: (.*)$`)
	formOf    = regexp.MustCompile(`^\((?:\w+|(?:alt )?indirect (?:line )?string|indexed string: 0x[0-9a-f]+)(?:, offset: 0x[0-9a-f]+)?\):? `)
	altOffset = regexp.MustCompile(`^\(GNU_strp_alt\) \(offset: ((?:0x)?[0-9a-f]+)\)`)
	offsetOf  = regexp.MustCompile(`^\((?:alt )?offset: (?:0x)?[0-9a-f]+\):? `)
)

// tagNumbers are the tags by readelf's names that the index knows.
var tagNumbers = map[string]Tag{
	"compile_unit": TagCompileUnit, "partial_unit": TagPartialUnit, "namespace": TagNamespace, "structure_type": TagStructType, "class_type": TagClassType,
	"union_type": TagUnionType, "enumeration_type": TagEnumerationType, "enumerator": TagEnumerator, "subprogram": TagSubprogram, "variable": TagVariable,
	"member": TagMember, "typedef": TagTypedef, "base_type": TagBaseType, "unspecified_type": TagUnspecifiedType, "module": TagModule, "type_unit": TagTypeUnit,
}

// readelfTells reads a file with readelf, which follows the link to what dwz made.
func readelfTells(t *testing.T, path string, altStr []byte, tell func(told)) {
	readelf := need.Command(t, "readelf", "apt-get install binutils")
	cmd := exec.Command(readelf, "--wide", "-P", "--debug-dump=info", path)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var o *told
	inTypes, skip, seen := false, false, map[string]bool{}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		if title := lines.Text(); strings.HasPrefix(title, "Contents of the ") {
			// Of a file with links it shows its own sections twice, and those of the others.
			inTypes = strings.Contains(title, ".debug_types")
			skip = seen[title] || strings.Contains(title, "loaded from") && !strings.Contains(title, path)
			seen[title] = true
		}
		if skip {
			continue
		}
		if m := entryLine.FindStringSubmatch(lines.Text()); m != nil {
			if o != nil {
				tell(*o)
			}
			depth, _ := strconv.Atoi(m[1])
			off, _ := strconv.ParseUint(m[2], 16, 64)
			o = &told{off: off, depth: depth, types: inTypes, tag: tagNumbers[strings.TrimPrefix(m[3], "DW_TAG_")]}
		} else if m := attrLine.FindStringSubmatch(lines.Text()); m != nil && o != nil {
			o.attribute(m[1], strings.TrimSpace(m[2]))
			if a := altOffset.FindStringSubmatch(m[2]); a != nil && m[1] == "name" {
				// readelf 2.40 takes a small offset as one in the file's own strings.
				off, _ := strconv.ParseUint(a[1], 0, 64)
				text, _, _ := strings.Cut(string(altStr[off:]), "\x00")
				o.name = text
			}
		}
	}
	require.NoError(t, lines.Err())
	if o != nil {
		tell(*o)
	}
	require.NoError(t, cmd.Wait())
}

func (o *told) attribute(name, value string) {
	value = formOf.ReplaceAllString(value, "")
	switch name {
	case "name":
		o.name = offsetOf.ReplaceAllString(value, "")
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
		n, _, _ := strings.Cut(strings.ReplaceAll(value, "\t", " "), " ")
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
