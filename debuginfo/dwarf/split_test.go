package dwarf

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/tests/need"
)

// openSplit opens a program whose units are in .dwo files beside it.
func openSplit(t *testing.T, path string) *Data {
	t.Helper()
	d := open(t, path)
	d.FindSplit = func(name, compDir string, id uint64) (Sections, error) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(compDir, name)
		}
		if _, err := os.Stat(name); err != nil {
			return Sections{}, core.Errorf(core.ErrNotFound, "reading %s: no such file", name)
		}
		return sections(t, name, ".dwo"), nil
	}
	return d
}

// openPackage opens a program whose units are in a .dwp file.
func openPackage(t *testing.T, path string) *Data {
	t.Helper()
	d := open(t, path)
	p, err := Package(sections(t, path+".dwp", ".dwo"))
	require.NoError(t, err)
	d.Package = p
	return d
}

// codeFacts is what a file says of code and of where variables are, sorted, without what
// differs with the place of entries. Types are left out: GCC leaves those that are
// not used in split units only.
func codeFacts(t *testing.T, d *Data, ends bool) []string {
	t.Helper()
	var out []string
	var walk func(e Entry, depth int)
	walk = func(e Entry, depth int) {
		ranges, err := e.Ranges()
		require.NoError(t, err)
		text := fmt.Sprintf("%d %x %s %s %x", depth, e.Tag, e.Name(), e.LinkageName(), ranges)
		place := locationText(t, e, AttrLocation, ends) + locationText(t, e, AttrFrameBase, ends)
		for _, a := range []Attr{AttrType, AttrAbstractOrigin, AttrSpecification} {
			if to, ok := e.Ref(a); ok {
				text += fmt.Sprintf(" %x->%x %s", a, to.Tag, to.Name())
			}
		}
		if depth > 0 && (place != "" || len(ranges) > 0) {
			out = append(out, text+place)
		}
		for c := range e.Children() {
			walk(c, depth+1)
		}
	}
	for _, u := range d.Units {
		full := u.Full()
		if u.Kind == UnitType {
			continue
		}
		require.NoError(t, u.SplitErr())
		root, ok := full.Root()
		require.True(t, ok)
		if full != u {
			assert.Same(t, u, full.Skeleton())
			assert.Equal(t, u.Info().StmtList, full.Info().StmtList)
		}
		walk(root, 0)
	}
	slices.Sort(out)
	return out
}

// locationText leaves out expressions with addresses, which are indices in split units.
func locationText(t *testing.T, e Entry, a Attr, ends bool) string {
	list, err := e.Locations(a)
	require.NoError(t, err, "%x of 0x%x", a, e.Offset)
	text := ""
	for _, l := range list {
		if text += fmt.Sprintf(" %x-", l.Low); ends {
			text += fmt.Sprintf("%x ", l.High)
		}
		if len(l.Expr) > 0 && len(l.Expr) < 5 && l.Expr[0] != opAddrx && l.Expr[0] != opGNUAddrIndex {
			text += fmt.Sprintf("%x", l.Expr)
		}
	}
	return text
}

// Operations whose operand is an index (DWARF 5, 7.7.1).
const (
	opAddrx        = 0xa1
	opGNUAddrIndex = 0xfb
)

// TestSplit compares split and packaged debug info with that of the same program in one file.
func TestSplit(t *testing.T) {
	for _, command := range []string{
		"g++ -O0 -gdwarf-4", "g++ -O2 -gdwarf-4", "g++ -O0 -gdwarf-5", "g++ -O2 -gdwarf-5", "g++ -O2 -gdwarf-5 -fdebug-types-section",
		"g++ -O2 -gdwarf-4 -fdebug-types-section",
		"clang -xc++ -lstdc++ -O2 -gdwarf-4", "clang -xc++ -lstdc++ -O0 -gdwarf-5", "clang -xc++ -lstdc++ -O2 -gdwarf-5",
	} {
		t.Run(command, func(t *testing.T) {
			words := strings.Fields(command)
			// GCC ends some entries of split lists elsewhere before version 5; llvm-dwarfdump
			// reads the same of them.
			ends := !strings.HasPrefix(command, "g++ -O2 -gdwarf-4")
			whole := codeFacts(t, open(t, compile(t, "shapes.cpp second.cpp", words...)), ends)
			path := compile(t, "shapes.cpp second.cpp", append(words, "-gsplit-dwarf")...)
			compareFacts(t, whole, codeFacts(t, openSplit(t, path), ends), "split")
			compareDwo(t, path)
			for _, tool := range []string{"dwp", "llvm-dwp"} {
				if pack(t, tool, path) {
					compareFacts(t, whole, codeFacts(t, openPackage(t, path), ends), tool)
				}
			}
		})
	}
}

// compareDwo compares a .dwo file as it is.
func compareDwo(t *testing.T, path string) {
	t.Helper()
	for _, u := range openSplit(t, path).Units {
		full := u.Full()
		if full == u || len(full.Data.TypeUnits) > 0 || len(full.Data.Units) > 1 {
			continue // llvm-dwarfdump counts the offsets of type units from each of their sections
		}
		f := u.Info().DwoName
		if !filepath.IsAbs(f) {
			f = filepath.Join(filepath.Dir(path), f)
		}
		c := newCompared()
		compareLLVM(t, c, f, full.Data)
		t.Logf("%s: %v", filepath.Base(f), c)
	}
}

func compareFacts(t *testing.T, want, got []string, what string) {
	t.Helper()
	bad := 0
	for i := range max(len(want), len(got)) {
		if i >= len(want) || i >= len(got) || want[i] != got[i] {
			if bad++; bad < 4 {
				t.Errorf("%s: entry %d\nwant %s\ngot  %s", what, i, at(want, i), at(got, i))
			}
		}
	}
	t.Logf("%s: %d entries compared, %d differ", what, len(want), bad)
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return "none"
}

// pack makes a package with a tool; false where the tool cannot.
func pack(t *testing.T, tool, path string) bool {
	t.Helper()
	program := need.Command(t, tool, "apt-get install binutils llvm")
	cmd := exec.Command(program, "-e", path, "-o", path+".dwp")
	cmd.Dir = filepath.Dir(path)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Logf("%s cannot: %s", tool, out)
	}
	return err == nil
}
