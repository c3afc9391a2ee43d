package debuginfo

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/debuginfo/dwarf"
	"github.com/stackfs/stackfs/debuginfo/types"
	"github.com/stackfs/stackfs/tests/need"
)

// compareNames compares all functions with code, all variables and all types of a file with
// gdb, as testdata/truth_gdb.py tells them; known has why what differs does.
func compareNames(t *testing.T, path string, known map[string]string) map[string]int {
	t.Helper()
	p, err := NewLibrary(nil).File(path, ProgramOptions{NoCache: true})
	require.NoError(t, err)
	want := map[string][]string{} // our answers by question
	for i := range p.EachItem(t.Context(), AllItems, nil) {
		if question, answers := gdbQuestion(i); question != "" {
			want[question] = append(want[question], answers...)
		}
	}
	questions := slices.Sorted(maps.Keys(want))
	require.NotEmpty(t, questions)
	compared := map[string]int{}
	for n, answer := range askGDB(t, path, questions) {
		kind, rest, _ := strings.Cut(questions[n], "\t")
		name, _, _ := strings.Cut(rest, "\t")
		if slices.Contains(want[questions[n]], answer) {
			compared[kind]++
			continue
		}
		if known[kind+" "+name] == "" && known[kind] == "" {
			t.Errorf("%s: %s\n gdb:  %s\n here: %s", filepath.Base(path), questions[n], answer, strings.Join(want[questions[n]], "\n       "))
		}
	}
	return compared
}

// askGDB gives gdb's answer to each question.
func askGDB(t *testing.T, path string, questions []string) []string {
	t.Helper()
	gdb := need.Command(t, "gdb", "apt-get install gdb")
	dir := t.TempDir()
	asked, answers := filepath.Join(dir, "questions"), filepath.Join(dir, "answers")
	require.NoError(t, os.WriteFile(asked, []byte(strings.Join(questions, "\n")+"\n"), 0o600))
	cmd := exec.Command(gdb, "-nx", "-q", "-batch", "-iex", "set debuginfod enabled off", "-x", "testdata/truth_gdb.py", path)
	cmd.Env = append(os.Environ(), "QUESTIONS="+asked, "ANSWERS="+answers)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	text, err := os.ReadFile(answers)
	require.NoError(t, err, string(out))
	lines := strings.Split(string(bytes.TrimSuffix(text, []byte("\n"))), "\n")
	require.Len(t, lines, len(questions), "%s", out)
	return lines
}

// gdbQuestion is what to ask about an item, and what we say; nothing where gdb has no
// way to be asked.
func gdbQuestion(i Item) (question string, answers []string) {
	addr, known := i.Addr()
	_, line := i.Declared()
	switch {
	case i.IsDeclaration():
	case i.IsFunction() && known && i.Type() != nil:
		f := i.Function()
		return fmt.Sprintf("function\t%s\t%x", f.Name, addr), gdbFunctions(f)
	case i.IsVariable() && !isDeclared(i.entry):
		at := "-"
		if known {
			at = fmt.Sprintf("%x", addr)
		}
		if t := i.Type(); t != nil && (t.Kind == types.Reference || t.Kind == types.RvalueReference) {
			at = "reference"
		}
		return "variable\t" + i.Name + "\t", []string{fmt.Sprintf("%s %s line %d", at, gdbName(i.Type()), line)}
	case i.IsType():
		return "type\t" + gdbTag(i) + "\t", []string{gdbDefinition(i.Type())}
	}
	return "", nil
}

// gdbFunctions is a function with the type that the source gives it, and with the one
// that gdb has, where the parameters are in the order that the compiler has put them in.
func gdbFunctions(f *Function) []string {
	params := make([]types.Param, len(f.Params))
	names := []string{}
	for i, p := range f.Params {
		params[i] = types.Param{Name: p.Name, Type: p.Type}
		if p.Name != "" {
			names = append(names, p.Name+":"+gdbName(p.Type))
		}
	}
	rest := fmt.Sprintf(" line %d (%s)", f.Line, strings.Join(names, ","))
	out := []string{f.Name + " " + gdbName(f.Type) + rest}
	if f.entry.Has(dwarf.AttrAbstractOrigin) {
		shuffled := types.Function(f.Type.Elem(), params, f.Type.Details().Variadic)
		shuffled.Lang = f.Type.Lang
		out = append(out, f.Name+" "+gdbName(shuffled)+rest)
	}
	return out
}

// gdbTag is what gdb finds a type by.
func gdbTag(i Item) string {
	t := i.Type()
	if word := truthTags[t.Kind]; word != "" && t.Lang == types.C {
		return word + " " + i.Name
	}
	if t.Kind == types.Int {
		return truthBase(t)
	}
	return i.Name
}

// gdbName is a type's name; gdb has (void) for what takes anything.
func gdbName(t *types.Type) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(types.Declare(t, "")), " "), "(...)", "(void)")
}

func gdbDefinition(t *types.Type) string {
	switch {
	case t.Kind == types.Typedef && isNameless(t.Elem()):
		return "typedef " + gdbBody(t.Elem())
	case t.Kind == types.Typedef:
		return "typedef " + gdbName(t.Elem())
	case truthTags[t.Kind] != "":
		return gdbBody(t)
	}
	return fmt.Sprintf("base %d", t.Size)
}

func isNameless(t *types.Type) bool { return t != nil && t.Name == "" && truthTags[t.Kind] != "" }

func gdbBody(t *types.Type) string {
	var out []string
	if t.Kind == types.Enum {
		for _, e := range t.Details().Enumerators {
			out = append(out, fmt.Sprintf("%s=%d", e.Name, e.Value))
		}
		return "{" + strings.Join(out, ",") + "}"
	}
	for _, m := range t.Details().Members {
		out = append(out, gdbField(&m))
	}
	return fmt.Sprintf("%d{%s}", t.Size, strings.Join(out, ";"))
}

func gdbField(m *types.Member) string {
	name, typ := m.Name, gdbName(m.Type)
	if m.Base {
		name = "base"
	}
	if isNameless(m.Type) {
		typ = gdbBody(m.Type)
	}
	switch {
	case m.Virtual:
		return name + "@virtual:" + typ
	case m.Static:
		return name + "@static:" + gdbName(m.Type)
	case m.BitSize > 0:
		return fmt.Sprintf("%s@%d/%d:%s", name, m.BitOffset, m.BitSize, typ)
	}
	return fmt.Sprintf("%s@%d:%s", name, m.BitOffset, typ)
}
