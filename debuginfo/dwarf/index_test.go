package dwarf

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

// buildIndex makes the index of a file, by itself and after it was written.
func buildIndex(t *testing.T, d *Data) *Index {
	ix, err := BuildIndex(t.Context(), d)
	require.NoError(t, err)
	return ix
}

func compareGo(t *testing.T, path string) {
	d := indexed(t, path)
	x := newTruth()
	goTells(t, d.Sections, x.add)
	compareIndex(t, buildIndex(t, d), x)
}

func compareReadelfNames(t *testing.T, path, alt string) {
	d := indexed(t, path)
	x := newTruth()
	var altStr []byte
	if alt != "" {
		d.Alt = indexed(t, alt)
		altStr, x.alt = d.Alt.Str, true
		readelfTells(t, alt, nil, x.add)
		x.alt = false
	}
	readelfTells(t, path, altStr, x.add)
	compareIndex(t, buildIndex(t, d), x)
}

// TestIndexOfLargeFiles: of the kernel the other reader takes a minute.
func TestIndexOfLargeFiles(t *testing.T) {
	files := []string{debugFile(t, "/usr/bin/python3.11", "python3.11-dbg")}
	if need.Whole() {
		files = append(files, need.Vmlinux(t))
	}
	for _, path := range files {
		compareGo(t, path)
	}
}

func TestIndexOfLibc(t *testing.T) {
	compareGo(t, debugFile(t, "/lib/x86_64-linux-gnu/libc.so.6", "libc6-dbg"))
}

// TestIndexOfDwz: most of what liblua's units are made of is in a file of several.
func TestIndexOfDwz(t *testing.T) {
	path := debugFile(t, "/lib/x86_64-linux-gnu/liblua5.4.so.0", "liblua5.4-0-dbg")
	alt := "/usr/lib/debug/.dwz/x86_64-linux-gnu/liblua5.4-0.debug"
	need.File(t, alt, "apt-get install liblua5.4-0-dbg")
	compareReadelfNames(t, path, alt)
}

func TestIndexOfGo(t *testing.T) { compareGo(t, goProgram(t)) }

// goProgram builds a small program with the toolchain that runs the test.
func goProgram(t testing.TB) string {
	dir := t.TempDir()
	source := filepath.Join(dir, "main.go")
	require.NoError(t, os.WriteFile(source, []byte("package main\n\nimport \"fmt\"\n\ntype T[P any] struct{ v P }\n\nfunc (t T[P]) String() string { return fmt.Sprint(t.v) }\n\nfunc main() { fmt.Println(T[int]{1}) }\n"), 0o644))
	path := filepath.Join(dir, "main")
	build(t, "go", "build", "-o", path, source)
	return path
}

func build(t testing.TB, command ...string) {
	program := need.Command(t, command[0], "apt-get install gcc g++ clang llvm dwz; rustc and go from their sites")
	cmd := exec.Command(program, command[1:]...)
	cmd.Env = append(os.Environ(), "GOFLAGS=")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// TestIndexMatrix compares one C++ program in the forms that compilers give debug info.
func TestIndexMatrix(t *testing.T) {
	for _, command := range [][]string{
		{"g++", "-gdwarf-2"}, {"g++", "-gdwarf-3", "-gstrict-dwarf"}, {"g++", "-gdwarf-4", "-O2"}, {"g++", "-gdwarf-5"}, {"g++", "-O2", "-flto"},
		{"g++", "-fdebug-types-section"}, {"g++", "-fdebug-types-section", "-gdwarf-4"},
		{"clang++", "-gdwarf-4"}, {"clang++", "-gdwarf-5", "-O1"}, {"clang++", "-gdwarf-5", "-gdwarf64"},
	} {
		t.Run(filepath.Base(command[0])+command[len(command)-1], func(t *testing.T) {
			compareReadelfNames(t, compile(t, "index.cc", command...), "")
		})
	}
}

// TestIndexMatrixC: structs of C nest nothing.
func TestIndexMatrixC(t *testing.T) {
	for _, command := range [][]string{{"gcc", "-gdwarf-4"}, {"gcc", "-O2", "-flto"}, {"clang", "-gdwarf-5"}, {"clang", "-gdwarf-4", "-O2"}} {
		t.Run(command[0]+command[len(command)-1], func(t *testing.T) {
			compareReadelfNames(t, compile(t, "lines.c", command...), "")
		})
	}
}

func TestIndexQualifiedNames(t *testing.T) {
	d := indexed(t, compile(t, "index.cc", "g++", "-gdwarf-5"))
	ix := buildIndex(t, d)
	for name, kind := range map[string]Kind{
		"outer::inner": KindNamespace, "outer::inner::Box<int>": KindClass, "outer::inner::Box<int>::twice": KindFunction,
		"outer::inner::Box<int>::count": KindVariable, "outer::Color": KindEnum, "outer::Color::Red": KindEnumerator,
		"outer::Small": KindEnumerator, "outer::Deep::Nested": KindStruct, "outer::Deep::Nested::work": KindFunction,
		"(anonymous namespace)::hidden": KindVariable, "outer::operator<": KindFunction, "outer::alias": KindTypedef,
	} {
		refs := ix.Lookup(name, Kinds(kind))
		require.NotEmpty(t, refs, name)
		require.False(t, refs[0].Declaration, name)
		found, err := FindName(t.Context(), d, name, Kinds(kind))
		require.NoError(t, err, name)
		require.Equal(t, refs[0], found[0], name)
	}
}
