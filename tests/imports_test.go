package tests

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/stackfs/stackfs"

// Outside libraries, as import path prefixes.
const (
	goFuse     = "github.com/hanwen/go-fuse/v2"
	sysUnix    = "golang.org/x/sys"
	x86asm     = "golang.org/x/arch/x86/x86asm"
	demangle   = "github.com/ianlancetaylor/demangle"
	klauspost  = "github.com/klauspost/compress/zstd"
	ulikunitz  = "github.com/ulikunitz/xz/lzma"
	cobra      = "github.com/spf13/cobra"
	testify    = "github.com/stretchr/testify"
	goInternal = "github.com/rogpeppe/go-internal"
)

// imports is the architecture: what each package may import of this module and
// from outside. A package that is not here must not be.
var imports = map[string][]string{
	"cmd/stackfs":              {"fs", "nodes", "core", "debuginfo", "debuginfo/types", "debuginfo/values", "drivers", "drivers/keeper", "tests", cobra, sysUnix},
	"fs":                       {"core", "nodes", goFuse},
	"nodes":                    {"core", "debuginfo", "debuginfo/syscalls", "debuginfo/types", "debuginfo/values", "probes"},
	"probes":                   {"core"},
	"debuginfo":                {"core", "debuginfo/btf", "debuginfo/compress", "debuginfo/dwarf", "debuginfo/types", "debuginfo/values", x86asm, demangle},
	"debuginfo/btf":            {"core", "debuginfo/types"},
	"debuginfo/compress":       {klauspost, ulikunitz},
	"debuginfo/dwarf":          {"core"},
	"debuginfo/types":          {"core"},
	"debuginfo/values":         {"core", "debuginfo/types"},
	"debuginfo/syscalls":       {"core"},
	"drivers":                  {"core", "drivers/keeper", "drivers/ptrace"},
	"drivers/keeper":           {"core", "drivers/ptrace", "drivers/internal/procfs", "drivers/internal/procmem", sysUnix},
	"drivers/ptrace":           {"core", "drivers/internal/procfs", "drivers/internal/procmem", "drivers/internal/xsave", sysUnix},
	"drivers/internal/procfs":  {"core", sysUnix},
	"drivers/internal/procmem": {"core", "drivers/internal/procfs", sysUnix},
	"drivers/internal/xsave":   {"core"},
	"core":                     {},
	"core/coretest":            {"core"},
	"tests":                    {},
	"tests/need":               {},
	"tests/inferior":           {"tests/need"},
	"tests/samples/gosleep":    {},
	"tests/samples/govalues":   {},
	"tests/bench":              nil, // measures peers; nobody imports it
}

// testImports is what the tests of every package may import besides.
var testImports = []string{
	"core", "core/coretest", "tests/need", "tests/inferior", "nodes", "fs", "debuginfo", "debuginfo/btf", "debuginfo/compress", "debuginfo/dwarf",
	"debuginfo/syscalls", "debuginfo/types", "debuginfo/values", "drivers", "drivers/ptrace", "drivers/keeper", "drivers/internal/procfs", "drivers/internal/procmem", "drivers/internal/xsave",
	testify, goInternal, sysUnix, goFuse, demangle,
}

// owners are the outside libraries that one file alone imports.
var owners = map[string]string{
	x86asm:   "debuginfo",
	demangle: "debuginfo",

	klauspost: "debuginfo/compress",
	ulikunitz: "debuginfo/compress",
}

type listedPackage struct {
	ImportPath, Dir                               string
	Imports, TestImports, XTestImports, CgoFiles  []string
	GoFiles, TestGoFiles, XTestGoFiles, IgnoredGo []string
}

// packages asks go list.
func packages(t *testing.T) []listedPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	require.NoError(t, err)
	var list []listedPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listedPackage
		err := d.Decode(&p)
		if err == io.EOF {
			return list
		}
		require.NoError(t, err)
		p.ImportPath = strings.TrimPrefix(p.ImportPath, module+"/")
		list = append(list, p)
	}
}

// isStandard: the standard library's import paths have no dot in their first part.
func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

func allowed(path string, list []string) bool {
	path = strings.TrimPrefix(path, module+"/")
	return slices.ContainsFunc(list, func(a string) bool {
		return path == a || strings.Contains(a, ".") && strings.HasPrefix(path, a+"/")
	})
}

func TestWhoImportsWhom(t *testing.T) {
	for _, p := range packages(t) {
		may, listed := imports[p.ImportPath]
		if !assert.True(t, listed, "%s is not in the table of the architecture", p.ImportPath) || p.ImportPath == "tests/bench" {
			continue
		}
		for _, path := range p.Imports {
			assert.True(t, isStandard(path) || allowed(path, may), "%s must not import %s", p.ImportPath, path)
		}
		for _, path := range append(p.TestImports, p.XTestImports...) {
			ok := isStandard(path) || allowed(path, may) || allowed(path, testImports) || strings.HasSuffix(path, "/"+p.ImportPath)
			assert.True(t, ok, "the tests of %s must not import %s", p.ImportPath, path)
		}
		assert.Empty(t, p.CgoFiles, "no cgo in %s", p.ImportPath)
	}
}

// TestTheTableHasNothingIdle: a line for what is not used any more goes.
func TestTheTableHasNothingIdle(t *testing.T) {
	list := packages(t)
	for name, may := range imports {
		i := slices.IndexFunc(list, func(p listedPackage) bool { return p.ImportPath == name })
		if !assert.GreaterOrEqual(t, i, 0, "the table has %s, which is not there", name) {
			continue
		}
		for _, path := range may {
			used := slices.ContainsFunc(list[i].Imports, func(got string) bool { return allowed(got, []string{path}) })
			assert.True(t, used, "the table lets %s import %s, which it does not", name, path)
		}
	}
}

// A source is one parsed Go file of the module.
type source struct {
	path, dir string // from the module's root
	set       *token.FileSet
	file      *ast.File
	text      string
}

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// sources parses all of them.
func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	set := token.NewFileSet()
	err := filepath.WalkDir("..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "testdata" || d.Name() == ".git" || d.Name() == "build") {
			if d != nil && d.IsDir() && err == nil {
				return filepath.SkipDir
			}
			return err
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(set, path, text, parser.ParseComments)
		rel, _ := filepath.Rel("..", path)
		out = append(out, source{rel, filepath.Dir(rel), set, f, string(text)})
		return err
	})
	require.NoError(t, err)
	require.NotEmpty(t, out)
	return out
}

func (s source) imports() (out []string) {
	for _, i := range s.file.Imports {
		out = append(out, strings.Trim(i.Path.Value, `"`))
	}
	return out
}

func TestOneOwnerOfEachLibrary(t *testing.T) {
	for library, dir := range owners {
		var files []string
		for _, s := range sources(t) {
			if !s.isTest() && slices.Contains(s.imports(), library) {
				files = append(files, s.path)
				assert.Equal(t, dir, s.dir, "%s belongs to %s", library, dir)
			}
		}
		assert.Len(t, files, 1, "one file alone imports %s", library)
	}
}

// TestHouseRules: what a machine can see of them.
func TestHouseRules(t *testing.T) {
	for _, s := range sources(t) {
		assert.LessOrEqual(t, strings.Count(s.text, "\n"), 500, "%s: a file has at most 500 lines", s.path)
		assert.NotContains(t, s.text, "TO"+"DO", s.path)
		for _, d := range s.file.Decls {
			f, isFunc := d.(*ast.FuncDecl)
			if !isFunc {
				continue
			}
			if f.Recv == nil {
				assert.NotEqual(t, "init", f.Name.Name, "%s: no init()", s.path)
			}
			lines := s.set.Position(f.End()).Line - s.set.Position(f.Pos()).Line + 1
			assert.True(t, lines <= 80 || s.isTest(), "%s: %s has %d lines, a function has at most 80", s.path, f.Name.Name, lines)
		}
		if s.dir != "cmd/stackfs" && s.dir != "tests/bench" && !s.isTest() {
			for _, path := range []string{"log", "log/slog"} {
				assert.NotContains(t, s.imports(), path, "%s: logging belongs to cmd", s.path)
			}
		}
		if s.dir != "tests/need" {
			for _, call := range calls(s.file) {
				assert.NotContains(t, []string{"t.Skip", "t.Skipf", "t.SkipNow", "b.Skip", "tb.Skip", "b.Skipf"}, call, "%s: skips go through tests/need", s.path)
			}
		}
	}
}

// calls lists the calls x.f of a file as text.
func calls(f *ast.File) (out []string) {
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok {
				out = append(out, x.Name+"."+sel.Sel.Name)
			}
		}
		return true
	})
	return out
}

func TestTopLevel(t *testing.T) {
	out, err := exec.Command("git", "-C", "..", "ls-tree", "--name-only", "HEAD").Output()
	if err != nil { // a source archive: what is there but what make builds
		entries, err := os.ReadDir("..")
		require.NoError(t, err)
		for _, e := range entries {
			if e.Name() != "build" {
				out = append(out, e.Name()+"\n"...)
			}
		}
	}
	want := []string{
		".ci", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "cmd", "core", "debuginfo",
		"docs", "drivers", "fs", "go.mod", "go.sum", "nodes", "probes", "tests",
	}
	assert.Equal(t, want, strings.Fields(string(out)))
}
