package dwarf

import (
	"strings"
	"testing"
)

// TestMatrixC compares a C program in forms that need no C++ library for them.
func TestMatrixC(t *testing.T) {
	c, l := newCompared(), newCompared()
	for _, version := range []string{"-gdwarf-2", "-gdwarf-3", "-gdwarf-4", "-gdwarf-5"} {
		for _, command := range [][]string{
			{"gcc", "-O0"}, {"gcc", "-O1"}, {"gcc", "-O2"}, {"gcc", "-O3"}, {"gcc", "-O0", "-m32"}, {"gcc", "-O2", "-m32"},
			{"gcc", "-O2", "-m32", "-fdebug-types-section", "-gz"}, {"gcc", "-Os", "-gstrict-dwarf"}, {"gcc", "-O2", "-no-pie"},
		} {
			command := append(append([]string{}, command...), version)
			t.Run(strings.Join(command, " "), func(t *testing.T) {
				path := compile(t, "shapes.c", command...)
				d := open(t, path)
				compareReadelf(t, c, path, d)
				compareLLVM(t, l, path, d)
			})
		}
	}
	t.Log("readelf:", c)
	t.Log("llvm-dwarfdump:", l)
}
