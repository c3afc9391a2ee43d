package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/stackfs/stackfs/tests/need"
)

// TestKernelFunctionsAsNm: where debug info has a function, the symbol table has it.
func TestKernelFunctionsAsNm(t *testing.T) {
	vmlinux := need.Vmlinux(t)
	at, named := map[string][]string{}, map[string]bool{}
	for _, line := range output(t, "", "nm", vmlinux) {
		if f := strings.Fields(line); len(f) == 3 {
			at["0x"+f[0]] = append(at["0x"+f[0]], f[2])
			named[f[2]] = true
		}
	}
	n, weak, wrong := 0, 0, 0
	for _, line := range lines(t, "", vmlinux, "--functions") {
		f := strings.Split(line, "\t")
		if f[0] == "-" {
			continue
		}
		n++
		if len(at[f[0]]) == 0 && named[functionName(f[2])] {
			weak++ // a weak function whose code is there though another takes its place
			continue
		}
		if !slices.ContainsFunc(at[f[0]], func(name string) bool { return isNamed(f[2], name) }) {
			wrong++
			t.Logf("%s: nm has %v", line, at[f[0]])
		}
	}
	t.Logf("%d functions, %d of them weak and not in use", n, weak)
	assert.Greater(t, n, 40_000)
	assert.Zero(t, wrong)
}

// functionName is the name in a prototype.
func functionName(prototype string) string {
	before, _, _ := strings.Cut(prototype, "(")
	return before[strings.LastIndexAny(before, " *")+1:]
}

// isNamed says whether a prototype is of the function of a symbol, which may be a
// variant that the compiler made (f.constprop.0), or one that the linker renamed
// (__x64_sys_f is __do_sys_f's, with the same address).
func isNamed(prototype, symbol string) bool {
	name, _, _ := strings.Cut(symbol, ".")
	before, _, _ := strings.Cut(prototype, name+"(")
	return before != prototype && (before == "" || strings.ContainsAny(before[len(before)-1:], " *"))
}

// localTypes are declared inside of functions, and names are looked for outside only.
var localTypes = []string{
	"struct perf_aux_event", "struct sg", "struct bts_record", "struct __arch_relative_insn", "struct syscall_tp_t", "struct mafield",
	"enum slab_modes", "struct msr_enumeration", "struct list_lru_memcg_table", "struct numa_stat", "struct h_misc",
}

// TestKernelTypesOfBothSources: BTF, which pahole made of DWARF, says the same of the
// sizes of types.
func TestKernelTypesOfBothSources(t *testing.T) {
	vmlinux := need.Vmlinux(t)
	sizes := map[string][]string{}
	for _, line := range lines(t, "", vmlinux, "--types", "--source=dwarf") {
		f := strings.Split(line, "\t")
		sizes[f[0]] = append(sizes[f[0]], f[1])
	}
	n, local, hidden, wrong := 0, 0, 0, 0
	for _, line := range lines(t, "", vmlinux, "--types", "--source=btf") {
		f := strings.Split(line, "\t")
		if f[1] == "?" {
			continue // declared only
		}
		n++
		switch got := sizes[f[0]]; {
		case slices.Contains(got, f[1]):
		case slices.Contains(localTypes, f[0]):
			local++
		case len(got) == 1 && got[0] == "?" && !strings.Contains(f[0], " "):
			hidden++ // a typedef of a struct that its unit only declares
		default:
			wrong++
			t.Logf("%s: %s bytes in BTF, %v in DWARF", f[0], f[1], got)
		}
	}
	t.Logf("%d types, %d of them local to functions, %d without their definition", n, local, hidden)
	assert.Greater(t, n, 8000)
	assert.Zero(t, wrong)
}
