package debuginfo

import (
	"bufio"
	"debug/elf"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stackfs/stackfs/tests/need"
	"github.com/stretchr/testify/require"
)

func noName(uint64) string { return "" }

// objdumpInsns calls f with each instruction of .text as objdump has it.
func objdumpInsns(t testing.TB, path string, f func(addr uint64, code []byte, text string)) {
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
		f(addr, code, fields[2])
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

// sameMnemonic is synonyms: left what one of the two writes, right what the other does.
var sameMnemonic = map[string]string{}

func TestDisassembleAsObjdump(t *testing.T) {
	gdb := need.Command(t, "gdb", "apt-get install gdb")
	for _, path := range []string{libc(t), buildGo(t),gdb} {
		n, unnamed, lost := 0, 0, 0
		texts := map[string]int{}
		differ := map[string]int{}
		objdumpInsns(t, path, func(addr uint64, code []byte, text string) {
			if strings.HasPrefix(text, "(bad)") || strings.HasPrefix(text, ".byte") {
				return
			}
			n++
			form, ok := insnLength(append(slices.Clone(code), 0, 0, 0, 0, 0, 0, 0, 0))
			if !ok || form.size != len(code) {
				if lost++; lost < 20 {
					t.Errorf("%s %x: % x is %s of %d bytes, we say %d %v", path, addr, code, text, len(code), form.size, ok)
				}
				return
			}
			ours, ok := insnText(code, form, addr, noName)
			if !ok {
				unnamed++
				return
			}
			if a, b := ours, strings.TrimSpace(strings.Join(strings.Fields(text)," ")); a!=b {
				m:=plainMnemonic(ours)
				texts[m]++
				if texts[m]<4 { t.Logf("TEXT % x  %s / %s", code, ours, text) }
			}
			if a, b := plainMnemonic(ours), plainMnemonic(text); a != b {
				differ[a+" / "+b]++
				if differ[a+" / "+b] == 1 {
					t.Logf("% x  %s / %s", code, ours, text)
				}
			}
		})
		t.Logf("%s: %d instructions, lengths differ in %d, %d without a name, mnemonics differ %v", path, n, lost, unnamed, differ)
		t.Logf("TEXTS %v",texts)
		if len(differ) > 0 {
			t.Fail()
		}
	}
}

func libc(t testing.TB) string {
	const path = "/lib/x86_64-linux-gnu/libc.so.6"
	if f, err := elf.Open(path); err == nil {
		f.Close()
		return path
	}
	need.Skip(t, path+" is missing: the comparison needs Debian's libc6")
	return ""
}
