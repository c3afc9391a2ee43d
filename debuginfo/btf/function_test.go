package btf

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/debuginfo/types"
	"github.com/stackfs/stackfs/tests/need"
)

// gccNames are names of base types as gcc has them and as gdb prints them.
var gccNames = map[string]string{
	"long long unsigned int": "unsigned long long", "long unsigned int": "unsigned long", "short unsigned int": "unsigned short",
	"long long int": "long long", "long int": "long", "short int": "short",
}

var (
	baseNames  = regexp.MustCompile(`\b(long long unsigned int|long unsigned int|short unsigned int|long long int|long int|short int)\b`)
	qualifiers = regexp.MustCompile(`\b(const|volatile|restrict)\b`)
)

// plainPrototype is a prototype without spaces and without qualifiers, which pfunct puts
// at the wrong places.
func plainPrototype(s string) string {
	s = baseNames.ReplaceAllStringFunc(s, func(n string) string { return gccNames[n] })
	return strings.ReplaceAll(qualifiers.ReplaceAllString(s, ""), " ", "")
}

// TestPrototypesAreThoseOfPfunct compares all functions of a kernel. It takes pfunct 20
// seconds, so -short leaves it out.
func TestPrototypesAreThoseOfPfunct(t *testing.T) {
	path := need.Vmlinux(t)
	if testing.Short() {
		return
	}
	need.Command(t, "pfunct", "apt-get install dwarves")
	out, err := exec.Command("pfunct", "-F", "btf", "-P", path).Output()
	require.NoError(t, err)
	want := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "inline ")
		want[plainPrototype(line)] = true
	}
	f, err := Parse(section(t, path), nil)
	require.NoError(t, err)
	compared, pointers := 0, 0
	for name, typ := range f.Functions() {
		found, err := f.Function(name)
		require.NoError(t, err)
		require.Equal(t, types.Func, found.Kind, name)
		got := types.Prototype(typ, name) + ";"
		if strings.Contains(got, "(*") || strings.Contains(got, "{...}") { // pfunct leaves out their names
			pointers++
			continue
		}
		compared++
		assert.True(t, want[plainPrototype(got)], "pfunct has not %s", got)
	}
	t.Logf("%d prototypes compared, %d with function pointers left out", compared, pointers)
}
