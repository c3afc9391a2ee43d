package debuginfo

import (
	"bufio"
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

func noName(uint64) string { return "" }

// objdumpInsns calls f with each instruction of .text as objdump has it.
func objdumpInsns(t testing.TB, path string, f func(addr uint64, code []byte, text string) bool) {
	objdump := need.Command(t, "objdump", "apt-get install binutils")
	cmd := exec.Command(objdump, "-d", "-w", "-j", ".text", "--insn-width=16", path)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	in := bufio.NewScanner(out)
	in.Buffer(nil, 1<<20)
	var code []byte
	for in.Scan() {
		fields := strings.SplitN(in.Text(), "\t", 3)
		if len(fields) < 3 {
			continue
		}
		addr, err := strconv.ParseUint(strings.Trim(fields[0], " :"), 16, 64)
		if err != nil {
			continue
		}
		code = code[:0]
		for _, h := range strings.Fields(fields[1]) {
			b, _ := strconv.ParseUint(h, 16, 8)
			code = append(code, byte(b))
		}
		if !f(addr, code, fields[2]) {
			cmd.Process.Kill()
			cmd.Wait()
			return
		}
	}
	require.NoError(t, cmd.Wait())
}

// plainMnemonic takes the words before the operands and makes both spellings of
// one instruction the same. The differences allowed are listed here.
func plainMnemonic(s string) string {
	var words []string
	for _, w := range strings.Fields(s) {
		if _, ok := prefixWords[w]; ok || strings.HasPrefix(w, "rex") || w == "notrack" {
			continue // prefixes without effect are spelled in different orders and places
		}
		words = append(words, w)
		break
	}
	if len(words) == 0 {
		return ""
	}
	m := strings.TrimSuffix(strings.TrimSuffix(words[0], ",pn"), ",pt")
	if same, ok := sameMnemonic[m]; ok {
		return same
	}
	return m
}

// plainText takes away what the two lay out differently: spaces, what a target
// is called, 0x before targets.
func plainText(s string) string {
	s, _, _ = strings.Cut(s, "#")
	s, _, _ = strings.Cut(s, "<")
	words := strings.Fields(s)
	for i, w := range words {
		if i > 0 {
			words[i] = strings.TrimPrefix(w, "0x")
		}
	}
	return strings.Join(words, " ")
}

// sameMnemonic is synonyms: left what one of the two writes, right what the other does.
var sameMnemonic = map[string]string{}

// maxCompared bounds the instructions compared a file, so that the tests take
// seconds; STACKFS_FULL=1 compares all.
const maxCompared = 60_000

// disassembly is what came out of the comparison of one file.
type disassembly struct {
	n, lengths, unnamed, mnemonics, texts int
	examples                              []string
}

func (d *disassembly) add(addr uint64, code []byte, text string) (more bool) {
	if strings.HasPrefix(text, "(bad)") || strings.HasPrefix(text, ".byte") {
		return true
	}
	if d.n++; d.n > maxCompared && os.Getenv("STACKFS_FULL") == "" {
		return false
	}
	form, ok := insnLength(append(slices.Clone(code), 0, 0, 0, 0, 0, 0, 0, 0))
	if !ok || form.size != len(code) {
		d.lengths++
		d.example(code, "length", text)
		return true
	}
	ours, ok := insnText(code, form, addr, noName)
	switch {
	case !ok:
		d.unnamed++
	case plainMnemonic(ours) != plainMnemonic(text):
		d.mnemonics++
		d.example(code, ours, text)
	case plainText(ours) != plainText(text):
		d.texts++
		d.example(code, ours, text)
	}
	return true
}

func (d *disassembly) example(code []byte, ours, text string) {
	if len(d.examples) < 20 {
		d.examples = append(d.examples, fmt.Sprintf("% x  %s / %s", code, ours, text))
	}
}

func TestDisassembleAsObjdump(t *testing.T) {
	for _, path := range []string{libc(t), need.Command(t, "gdb", "apt-get install gdb"), buildGo(t)} {
		var d disassembly
		objdumpInsns(t, path, d.add)
		t.Logf("%s: %d instructions; differ: lengths %d, mnemonics %d, operands %d; without a name %d", path, d.n, d.lengths, d.mnemonics, d.texts, d.unnamed)
		require.Empty(t, d.examples)
	}
}

func libc(t testing.TB) string {
	const path = "/lib/x86_64-linux-gnu/libc.so.6"
	if f, err := elf.Open(path); err == nil {
		f.Close()
		return path
	}
	need.Missing(t, "file "+path, "install Debian's libc6")
	return ""
}
