package dwarf

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

// compile builds files of testdata with a command line and gives the program's path. The
// working directory, where .dwo files appear, is the program's.
func compile(t *testing.T, names string, command ...string) string {
	t.Helper()
	program := need.Command(t, command[0], "apt-get install gcc g++ gcc-multilib g++-multilib clang")
	args := append(append([]string{}, command[1:]...), "-g", "-o", "a.out")
	for name := range strings.FieldsSeq(names) {
		source, err := filepath.Abs(filepath.Join("testdata", name))
		require.NoError(t, err)
		args = append(args, source)
	}
	cmd := exec.Command(program, args...)
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s\n%s", strings.Join(command, " "), out)
	return filepath.Join(cmd.Dir, "a.out")
}

// TestMatrix compares the same program in all forms that compilers give debug info.
func TestMatrix(t *testing.T) {
	c, l := newCompared(), newCompared()
	for _, version := range []string{"-gdwarf-2", "-gdwarf-3", "-gdwarf-4", "-gdwarf-5"} {
		for _, command := range [][]string{
			{"g++", "-O0"}, {"g++", "-O2"}, {"g++", "-O2", "-gz"}, {"g++", "-O2", "-m32"}, {"g++", "-O2", "-fdebug-types-section"},
			{"g++", "-O2", "-gno-strict-dwarf", "-ffunction-sections", "-Wl,--gc-sections"}, {"g++", "-O2", "-flto"},
			{"clang", "-xc++", "-lstdc++", "-O0"}, {"clang", "-xc++", "-lstdc++", "-O2"}, {"clang", "-xc++", "-lstdc++", "-O2", "-gdwarf64"},
			{"clang", "-xc++", "-lstdc++", "-O2", "-fdebug-types-section"},
		} {
			if strings.HasSuffix(version, "2") && command[len(command)-1] == "-gdwarf64" {
				continue // version 2 has no 64-bit form
			}
			command := append(append([]string{}, command...), version)
			t.Run(strings.Join(command, " "), func(t *testing.T) {
				path := compile(t, "shapes.cpp", command...)
				d := open(t, path)
				compareReadelf(t, c, path, d)
				compareLLVM(t, l, path, d)
			})
		}
	}
	t.Log("readelf:", c)
	t.Log("llvm-dwarfdump:", l)
}

// TestShared compares files that dwz has moved common entries out of, in its own
// form and in that of DWARF 5, with what they were before.
func TestShared(t *testing.T) {
	program := need.Command(t, "dwz", "apt-get install dwz")
	for _, flags := range []string{"-gdwarf-4 -m", "-gdwarf-5 -m", "-gdwarf-5 -5 -m"} {
		t.Run(flags, func(t *testing.T) {
			words := strings.Fields(flags)
			a, b := compile(t, "shapes.cpp second.cpp", "g++", "-O1", words[0]), compile(t, "shapes.cpp second.cpp", "g++", "-O2", words[0])
			before := [][]string{codeFacts(t, open(t, a), true), codeFacts(t, open(t, b), true)}
			common := filepath.Join(t.TempDir(), "common")
			cmd := exec.Command(program, append(words[1:], common, a, b)...)
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
			for i, path := range []string{a, b} {
				d := openAlt(t, path)
				require.NotNil(t, d.Alt)
				compareFacts(t, before[i], codeFacts(t, d, true), flags)
				if len(words) == 2 { // readelf knows nothing of the forms of version 5
					c := newCompared()
					compareReadelf(t, c, path, d)
					compareReadelf(t, c, common, d.Alt)
					t.Log(c)
				}
			}
		})
	}
}
