package btf

import (
	"debug/elf"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/debuginfo/types"
	"github.com/stackfs/stackfs/tests/need"
)

// section is the .BTF of an ELF file.
func section(t testing.TB, path string) []byte {
	t.Helper()
	f, err := elf.Open(path)
	require.NoError(t, err)
	defer f.Close()
	s := f.Section(".BTF")
	require.NotNil(t, s, path)
	b, err := s.Data()
	require.NoError(t, err)
	return b
}

// pahole runs it on the BTF of a file.
func pahole(t testing.TB, args ...string) string {
	t.Helper()
	cmd := exec.Command(need.Command(t, "pahole", "apt-get install dwarves"), append([]string{"-F", "btf"}, args...)...)
	out, err := cmd.Output()
	require.NoError(t, err)
	return string(out)
}

// blocks are the types that pahole prints, by first line.
func blocks(out string) map[string][]string {
	m := map[string][]string{}
	for out != "" {
		end := strings.Index(out, "\n}")
		if end < 0 {
			break
		}
		end += 2 + strings.Index(out[end+2:], "\n") + 1
		head, _, _ := strings.Cut(out, "\n")
		m[head] = append(m[head], out[:end])
		out = out[end:]
	}
	return m
}

// Where pahole 1.24 is not followed, and why.
const (
	constPointer = "pahole writes a const pointer as a pointer to const, and a const pointer to a function as one that returns const"
	arrayPointer = "pahole writes a pointer to an array as a pointer to its elements"
	twiceConst   = "pahole writes const twice when both an array and its elements are"
	behindName   = "pahole leaves out the padding of a struct that is named by a typedef, if it has not printed that before"
	constRecord  = "pahole has other columns, a second summary and no name for a const struct without a tag"
)

var different = map[string]string{
	"kset_uevent_ops": constPointer, "cpu_attr": constPointer, "phy_driver": constPointer, "sysrq_key_op": constPointer,
	"landlock_object_underops": constPointer,
	"tty_port":                 arrayPointer, "aer_rpc": arrayPointer, "privflags_reply_data": arrayPointer, "strset_info": arrayPointer,
	"text_poke_loc": twiceConst, "ima_template_field": twiceConst, "shutdown_handler": twiceConst, "bpf_reg_types": twiceConst,
	"opal_read_write_table": twiceConst,
	"bpf_verifier_env":      behindName, "poll_wqueues": behindName, "ZSTD_DCtx_s": behindName, "ep_pqueue": behindName,
	"mem_cgroup_event": behindName, "fs_quota_stat": behindName,
	"vm_fault":               constRecord,
	"btf_trace_itimer_state": constPointer, "efi_config_table_type_t": twiceConst, "ethnl_string_array_t": arrayPointer,
}

// TestLayoutsAreThoseOfPahole compares all structs and unions of a kernel, byte for byte.
func TestLayoutsAreThoseOfPahole(t *testing.T) {
	path := need.Vmlinux(t)
	f, err := Parse(section(t, path), nil)
	require.NoError(t, err)
	compareLayouts(t, f, pahole(t, path), 7000)
}

// compareLayouts compares with what pahole printed, at least so many.
func compareLayouts(t *testing.T, f *File, out string, least int) {
	want := blocks(out)
	compared := 0
	reasons := map[string]int{}
	var missing []string
	for typ := range f.Types() {
		if !typ.IsRecord() || typ.Name == "" || typ.Declaration {
			continue
		}
		got := string(types.AppendLayout(nil, typ))
		head, _, _ := strings.Cut(got, "\n")
		if len(want[head]) == 0 {
			missing = append(missing, head)
			continue
		}
		if compared++; got != want[head][0] {
			if reason := different[typ.Name]; assert.NotEmpty(t, reason, "pahole: %s\nhere: %s", want[head][0], got) {
				reasons[reason]++
			}
		}
		want[head] = want[head][1:]
	}
	for head, left := range want {
		assert.Empty(t, left, "%s is not in the BTF", head)
	}
	assert.GreaterOrEqual(t, compared, least)
	t.Logf("%d layouts compared; pahole does not print %d: %q", compared, len(missing), missing)
	for _, r := range slices.Sorted(maps.Keys(reasons)) {
		t.Logf("%d different: %s", reasons[r], r)
	}
}
