package btf

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/debuginfo/types"
	"github.com/stackfs/stackfs/tests/need"
)

var negative = regexp.MustCompile(`= (-\d+),\n`)

// asPahole writes a layout with the mistakes of pahole 1.24: negative enumerators are
// unsigned, an enum of 8 bytes is packed, a union behind a typedef has neither name nor
// members, two spaces follow a qualified type.
func asPahole(typ *types.Type, s string) string {
	s = negative.ReplaceAllStringFunc(s, func(m string) string {
		n, _ := strconv.ParseInt(strings.Trim(m, "= ,\n"), 10, 64)
		return fmt.Sprintf("= %d,\n", uint32(n))
	})
	if typ.Kind == types.Enum && typ.Size == 8 {
		return strings.TrimSuffix(s, ";\n") + " __attribute__((__packed__));\n"
	}
	elem := typ.Elem()
	switch {
	case elem != nil && elem.Kind == types.Union && elem.Name == "":
		return "typedef union  " + typ.Name + ";\n"
	case elem != nil && (elem.Kind == types.Const || elem.Kind == types.Volatile):
		return strings.Replace(s, " "+typ.Name+";", "  "+typ.Name+";", 1)
	}
	return s
}

// TestEnumsAndTypedefsAreThoseOfPahole compares all that have a name of their own.
func TestEnumsAndTypedefsAreThoseOfPahole(t *testing.T) {
	path := need.Vmlinux(t)
	f, err := Parse(section(t, path), nil)
	require.NoError(t, err)
	want := map[string]string{}
	mistakes := 0
	for typ := range f.Types() {
		_, err := f.Type("struct " + typ.Name) // pahole prefers it, also if it is only declared
		if found, _ := f.Type(typ.Name); found == typ && err != nil && !typ.Declaration && (typ.Kind == types.Enum || typ.Kind == types.Typedef) {
			s := string(types.AppendLayout(nil, typ))
			want[typ.Name] = asPahole(typ, s)
			if want[typ.Name] != s {
				mistakes++
			}
		}
	}
	compared := 0
	for batch := range slices.Chunk(slices.Sorted(maps.Keys(want)), 1000) {
		out := pahole(t, "--skip_missing", "-C", strings.Join(batch, ","), path)
		for _, n := range batch {
			if !strings.Contains(out, want[n]) {
				assert.NotEmpty(t, different[n], "pahole has not this: %s", want[n])
			}
			compared++
		}
	}
	t.Logf("%d enums and typedefs compared, %d of them with pahole's mistakes", compared, mistakes)
}
