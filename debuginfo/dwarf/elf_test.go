package dwarf

import (
	"debug/elf"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sections reads the debug sections of an ELF file; those of split units with suffix ".dwo".
func sections(t testing.TB, path, suffix string) Sections {
	t.Helper()
	f, err := elf.Open(path)
	require.NoError(t, err)
	defer f.Close()
	get := func(name string) []byte {
		s := f.Section(name + suffix)
		if s == nil && suffix == "" {
			s = f.Section(strings.Replace(name, ".debug", ".zdebug", 1))
		}
		if s == nil || s.Type == elf.SHT_NOBITS {
			return nil
		}
		var all []byte
		for _, same := range f.Sections { // GCC puts each type unit of a .dwo into a section of its own
			if same.Name == s.Name {
				b, err := same.Data()
				require.NoError(t, err, "%s of %s", name, path)
				all = append(all, b...)
			}
		}
		return all
	}
	s := Sections{
		Info: get(".debug_info"), Types: get(".debug_types"), Abbrev: get(".debug_abbrev"),
		Str: get(".debug_str"), LineStr: get(".debug_line_str"), StrOffsets: get(".debug_str_offsets"),
		Addr: get(".debug_addr"), Line: get(".debug_line"), Aranges: get(".debug_aranges"),
		Ranges: get(".debug_ranges"), RngLists: get(".debug_rnglists"), Loc: get(".debug_loc"), LocLists: get(".debug_loclists"),
	}
	if suffix != "" {
		suffix = ""
		s.CUIndex, s.TUIndex = get(".debug_cu_index"), get(".debug_tu_index")
	}
	return s
}

// open reads the debug info of an ELF file.
func open(t testing.TB, path string) *Data {
	t.Helper()
	d, err := New(sections(t, path, ""))
	require.NoError(t, err, path)
	require.NoError(t, d.Err, path)
	return d
}
