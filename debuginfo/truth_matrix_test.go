package debuginfo

import (
	"maps"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

// compilerForms are the ways in which compilers write debug info.
var compilerForms = []struct{ name, compiler, flags string }{
	{"dwarf2", "gcc", "-gdwarf-2"}, {"dwarf3", "gcc", "-gdwarf-3"}, {"dwarf4", "gcc", "-gdwarf-4"}, {"dwarf5", "gcc", "-gdwarf-5"},
	{"strict2", "gcc", "-gdwarf-2 -gstrict-dwarf"}, {"strict5", "gcc", "-gdwarf-5 -gstrict-dwarf"},
	{"O1", "gcc", "-g -O1"}, {"O2", "gcc", "-g -O2"}, {"O3", "gcc", "-g -O3"}, {"O2dwarf4", "gcc", "-gdwarf-4 -O2"}, {"O2dwarf2", "gcc", "-gdwarf-2 -O2"},
	{"compressed", "gcc", "-g -gz"}, {"zdebug", "gcc", "-g -gz=zlib-gnu"}, {"dwarf64", "gcc", "-g -gdwarf64 -O1"},
	{"split5", "gcc", "-gdwarf-5 -gsplit-dwarf"}, {"split4", "gcc", "-gdwarf-4 -gsplit-dwarf -O2"},
	{"types4", "gcc", "-gdwarf-4 -fdebug-types-section"}, {"types5", "gcc", "-gdwarf-5 -fdebug-types-section -O1"},
	{"m32", "gcc", "-m32 -g"}, {"m32O2", "gcc", "-m32 -gdwarf-4 -O2"}, {"lto", "gcc", "-g -O2 -flto"},
	{"clang", "clang", "-g"}, {"clangO2", "clang", "-g -O2"}, {"clang4", "clang", "-gdwarf-4 -O1"}, {"clangsplit", "clang", "-g -gsplit-dwarf"},
	{"static-nopie", "gcc", "-g -no-pie -O1"},
}

// TestFormsAsGDB: all functions, variables and types of samples in C and C++, in every
// form that compilers write debug info in, are what gdb says of the same file.
func TestFormsAsGDB(t *testing.T) {
	for _, f := range compilerForms {
		for _, source := range []string{"truth.c", "truth.cc"} {
			t.Run(f.name+"/"+source, func(t *testing.T) {
				t.Parallel()
				if f.name == "strict2" && source == "truth.cc" {
					return // DWARF 2 has no namespaces: gdb makes the names of linkage names
				}
				compiler, differs := f.compiler, maps.Clone(gdbDiffers)
				if strings.HasPrefix(f.name, "types") && source == "truth.cc" {
					why := "gcc leaves out the namespaces in type units; gdb makes them of linkage names"
					differs["type"], differs["variable (anonymous namespace)::hp"], differs["variable (anonymous namespace)::sec"] = why, why, why
				}
				if source == "truth.cc" {
					compiler = map[string]string{"gcc": "g++", "clang": "clang++"}[compiler]
				}
				path := buildForm(t, compiler, source, strings.Fields(f.flags)...)
				t.Log("equal:", compareNames(t, path, differs))
			})
		}
	}
}

// buildForm compiles where the files that debug info is split into may be left.
func buildForm(t *testing.T, compiler, source string, flags ...string) string {
	t.Helper()
	need.Command(t, compiler, "apt-get install build-essential gcc-multilib g++-multilib clang")
	source, err := filepath.Abs(filepath.Join("testdata", source))
	require.NoError(t, err)
	cmd := exec.Command(compiler, append(flags, "-w", "-o", "truth", source)...)
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	return filepath.Join(cmd.Dir, "truth")
}

// gdbDiffers is where gdb 13 does not say what we say, and why.
var gdbDiffers = map[string]string{
	"type __vtbl_ptr_type":   "it has no such type, which only debug info names",
	"type __builtin_va_list": "it has no such type, which only debug info names",
	"function operator()":    "what a lambda of clang is in is in its linkage name only, which gdb reads",
	"type complex":           "it takes the name for a type of its own",
	"type auto":              "it gives what has no size one byte",
}
