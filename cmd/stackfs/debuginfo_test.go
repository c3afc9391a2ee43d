package main

import (
	"bytes"
	"debug/elf"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/debuginfo"
	"github.com/stackfs/stackfs/tests/inferior"
	"github.com/stackfs/stackfs/tests/need"
)

// ask runs `stackfs debuginfo` and returns what it prints.
func ask(t *testing.T, in string, args ...string) (string, error) {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	var out bytes.Buffer
	q := &inquiry{in: strings.NewReader(in), out: &out, lists: newListings()}
	cmd := q.command()
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

// lines is ask without an error, line by line.
func lines(t *testing.T, in string, args ...string) []string {
	t.Helper()
	out, err := ask(t, in, args...)
	require.NoError(t, err)
	return strings.Split(strings.TrimSuffix(out, "\n"), "\n")
}

// libcDebug is the file with libc's debug info.
func libcDebug(t *testing.T) string {
	const libc = "/lib/x86_64-linux-gnu/libc.so.6"
	need.File(t, libc, "install Debian's libc6")
	p, err := debuginfo.NewLibrary(nil).File(libc, debuginfo.ProgramOptions{NoCache: true})
	require.NoError(t, err)
	debug := p.Objects()[0].Debug
	if debug == "" {
		need.Missing(t, "debug info of libc", "apt-get install libc6-dbg")
	}
	return debug
}

// output is what another program prints, line by line.
func output(t *testing.T, in, name string, args ...string) []string {
	t.Helper()
	cmd := exec.Command(need.Command(t, name, "apt-get install binutils elfutils dwarves gdb"), args...)
	cmd.Stdin = strings.NewReader(in)
	out, err := cmd.Output()
	require.NoError(t, err, "%s %v", name, args)
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

// TestSizesAsPahole: every struct, union and typedef of libc that pahole knows.
func TestSizesAsPahole(t *testing.T) {
	debug := libcDebug(t)
	ours := map[string][]string{}
	for _, line := range lines(t, "", debug, "--types") {
		f := strings.Split(line, "\t")
		require.Len(t, f, 3, line)
		name := f[0][strings.LastIndexByte(f[0], ' ')+1:]
		ours[name] = append(ours[name], f[1])
	}
	n := 0
	for _, line := range output(t, "", "pahole", "--sizes", debug) {
		f := strings.Split(line, "\t")
		if len(f) < 2 || f[0] == "" {
			continue
		}
		n++
		assert.Contains(t, ours[f[0]], f[1], f[0])
	}
	t.Logf("%d structs", n)
	assert.Greater(t, n, 500)
}

// TestSymbolsAsNm: the symbols that are addresses.
func TestSymbolsAsNm(t *testing.T) {
	path := inferior.Build(t, "threads")
	var want []string
	for _, line := range output(t, "", "nm", "--defined-only", "--without-symbol-versions", path) {
		if f := strings.Fields(line); len(f) == 3 && f[1] != "a" {
			want = append(want, line)
		}
	}
	got := lines(t, "", path, "--symbols")
	for _, line := range want {
		assert.Contains(t, got, line)
	}
	t.Logf("%d symbols", len(want))
}

// frameOf is a line of the answers to standard input: a function with its place.
type frameOf struct{ function, place string }

// TestAddressesAsAddr2line: functions, inlined calls and lines of addresses all over libc.
// The innermost line may differ from addr2line's only where it is gdb's.
func TestAddressesAsAddr2line(t *testing.T) {
	debug := libcDebug(t)
	questions := addressesOf(t, debug, 1500)
	in := strings.Join(questions, "\n") + "\n"
	ours := splitFrames(lines(t, in, debug, "-"))
	theirs := addr2line(output(t, in, "addr2line", "-f", "-i", "-a", "-e", debug))
	require.Len(t, ours, len(questions))
	require.Len(t, theirs, len(questions))
	same, bare, frames, wrong := 0, 0, 0, 0
	var doubtful []int
	for i := range questions {
		frames += len(theirs[i])
		switch {
		case ours[i][0] == frameOf{"??", "??:?"}:
			bare++ // between functions: no unit and no symbol has it, what is near is another question
		case ours[i][0].place == "??:?" && !hasLine(theirs[i][0]):
			bare++ // a symbol without debug info, which may have several names
		case slices.Equal(ours[i], theirs[i]):
			same++
		case slices.EqualFunc(ours[i], theirs[i], func(a, b frameOf) bool { return a.function == b.function }):
			doubtful = append(doubtful, i)
		default:
			wrong++
			t.Logf("%s: %v, addr2line %v", questions[i], ours[i], theirs[i])
		}
	}
	gdb := gdbLines(t, debug, questions, doubtful)
	for n, i := range doubtful {
		if !assert.Equal(t, gdb[n], ours[i][0].place, "%s: %v, addr2line %v", questions[i], ours[i], theirs[i]) {
			wrong++
		}
	}
	t.Logf("%d addresses, %d frames: %d as addr2line, %d with gdb's choice of the line, %d without debug info, %d otherwise", len(questions), frames, same, len(doubtful), bare, wrong)
	assert.Zero(t, wrong)
	assert.Less(t, bare, len(questions)/20)
}

// addressesOf is addresses spread over the code.
func addressesOf(t *testing.T, path string, n uint64) []string {
	f, err := elf.Open(path)
	require.NoError(t, err)
	defer f.Close()
	text := f.Section(".text")
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("0x%x", text.Addr+(i*text.Size/n)&^3))
	}
	return out
}

// splitFrames groups the answers: those that begin with a blank belong to the one before.
func splitFrames(answers []string) (out [][]frameOf) {
	for _, line := range answers {
		caller, inlined := strings.CutPrefix(line, " (inlined by) ")
		function, place, _ := strings.Cut(caller, " at ")
		f := frameOf{strings.TrimPrefix(function, "__GI_"), filepath.Base(place)}
		if !inlined {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], f)
	}
	return out
}

// addr2line groups what `addr2line -f -i -a` prints.
func addr2line(text []string) (out [][]frameOf) {
	for i := 0; i < len(text); {
		if strings.HasPrefix(text[i], "0x") {
			out = append(out, nil)
			i++
			continue
		}
		place, _, _ := strings.Cut(filepath.Base(text[i+1]), " (")
		function := strings.TrimPrefix(text[i], "__GI_") // libc's symbols for its own use
		out[len(out)-1] = append(out[len(out)-1], frameOf{function, place})
		i += 2
	}
	return out
}

// hasLine says whether addr2line knows the line.
func hasLine(f frameOf) bool {
	return !strings.HasSuffix(f.place, ":?") && !strings.HasSuffix(f.place, ":0")
}

// gdbLines asks gdb for the lines of some of the addresses.
func gdbLines(t *testing.T, path string, questions []string, which []int) (out []string) {
	args := []string{"-batch", "-nx"}
	for _, i := range which {
		args = append(args, "-ex", "info line *"+questions[i])
	}
	for _, line := range output(t, "", "gdb", append(args, path)...) {
		var n int
		var file string
		if _, err := fmt.Sscanf(line, "Line %d of %q", &n, &file); err == nil {
			out = append(out, filepath.Base(file)+":"+strconv.Itoa(n))
		} else if strings.HasPrefix(line, "No line number") {
			out = append(out, "??:?")
		}
	}
	require.Len(t, out, len(which))
	return out
}

// TestMembersAsGdb: offsets of all named members of some structures.
func TestMembersAsGdb(t *testing.T) {
	debug := libcDebug(t)
	var questions, exprs []string
	for _, name := range []string{"pthread", "_IO_FILE", "malloc_state", "link_map", "rtld_global", "addrinfo", "tm", "sockaddr_in6"} {
		out, err := ask(t, "", debug, "--json", "struct "+name)
		require.NoError(t, err)
		for _, m := range membersOf(t, out) {
			questions = append(questions, "struct "+name+"."+m)
			exprs = append(exprs, fmt.Sprintf("print/d (long)&((struct %s *)0)->%s", name, m), fmt.Sprintf("print/d sizeof(((struct %s *)0)->%s)", name, m))
		}
	}
	args := []string{"-batch", "-nx"}
	for _, e := range exprs {
		args = append(args, "-ex", e)
	}
	truth := output(t, "", "gdb", append(args, debug)...)
	require.Len(t, truth, len(exprs))
	out, err := ask(t, "", append([]string{debug, "--json"}, questions...)...)
	require.NoError(t, err)
	var doc struct {
		Answers []struct {
			Member       string
			Offset, Size int64
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &doc))
	require.Len(t, doc.Answers, len(questions))
	for i, a := range doc.Answers {
		assert.Equal(t, questions[i], a.Member)
		assert.True(t, strings.HasSuffix(truth[2*i], fmt.Sprintf(" = %d", a.Offset)), "%s: offset %d, gdb %s", a.Member, a.Offset, truth[2*i])
		assert.True(t, strings.HasSuffix(truth[2*i+1], fmt.Sprintf(" = %d", a.Size)), "%s: size %d, gdb %s", a.Member, a.Size, truth[2*i+1])
	}
	t.Logf("%d members", len(questions))
	assert.Greater(t, len(questions), 100)
}

// membersOf is the names of the members, bitfields left out, of the first answer.
func membersOf(t *testing.T, doc string) (out []string) {
	type member struct {
		Name     string
		Offset   *int64
		Size     *int64
		Bit_size int64
		Members  []json.RawMessage
	}
	var d struct {
		Answers []struct{ Layout struct{ Members []member } }
	}
	require.NoError(t, json.Unmarshal([]byte(doc), &d))
	require.NotEmpty(t, d.Answers)
	for _, m := range d.Answers[0].Layout.Members {
		if m.Name != "" && m.Bit_size == 0 && m.Offset != nil && m.Size != nil {
			out = append(out, m.Name)
		}
	}
	return out
}
