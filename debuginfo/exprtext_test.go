package debuginfo

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

// TestExprTextShort: the forms for people, and what is no such form or is cut short.
func TestExprTextShort(t *testing.T) {
	cfa, rbp := []byte{opCallFrameCFA}, []byte{opReg0 + 6}
	for _, c := range []struct {
		expr []byte
		form ExprForm
		want string
	}{
		{nil, ExprForm{}, "optimized out"},
		{[]byte{0x55}, ExprForm{}, "$rdi"},
		{[]byte{0x50}, ExprForm{AddressSize: 4}, "$eax"},
		{[]byte{opRegx, 17}, ExprForm{}, "$xmm0"},
		{[]byte{0x76, 0x6c}, ExprForm{}, "[$rbp-20]"},
		{[]byte{0x77, 0}, ExprForm{}, "[$rsp]"},
		{[]byte{opBregx, 6, 8}, ExprForm{}, "[$rbp+8]"},
		{[]byte{opFbreg, 0x68}, ExprForm{FrameBase: cfa}, "[CFA-24]"},
		{[]byte{opFbreg, 0x68}, ExprForm{FrameBase: rbp}, "[$rbp-24]"},
		{[]byte{opFbreg, 0x68}, ExprForm{}, "DW_OP_fbreg: -24"},
		{[]byte{opCallFrameCFA}, ExprForm{}, "[CFA]"},
		{[]byte{opAddr, 0x10, 0x40, 0x40, 0, 0, 0, 0, 0}, ExprForm{}, "0x404010"},
		{[]byte{opAddr, 0x10, 0x40, 0, 0}, ExprForm{AddressSize: 4, Base: 0x1000}, "0x5010"},
		{[]byte{opAddrx, 2}, ExprForm{Address: func(i uint64) (uint64, bool) { return 0x100 * i, true }}, "0x200"},
		{[]byte{opAddrx, 2}, ExprForm{Address: func(uint64) (uint64, bool) { return 0, false }}, "DW_OP_addrx <0x2>"},
		{[]byte{0x55, 0x93, 4, 0x93, 4}, ExprForm{}, "DW_OP_reg5 (rdi); DW_OP_piece: 4; DW_OP_piece: 4"},
		{[]byte{0x30, 0x9f}, ExprForm{}, "DW_OP_lit0; DW_OP_stack_value"},
		{[]byte{opAddr, 1, 2}, ExprForm{}, "DW_OP_addr ?"},
		{[]byte{0x31, 0x02, 0x31}, ExprForm{}, "DW_OP_lit1; 0x02 ?"},
		{[]byte{0xa3, 3, 0xa3, 1, 0x55}, ExprForm{}, "DW_OP_entry_value: (DW_OP_entry_value: (DW_OP_reg5 (rdi)))"},
	} {
		assert.Equal(t, c.want, ExprText(c.expr, c.form), "% x", c.expr)
	}
}

var (
	readelfUnit    = regexp.MustCompile(`^  Compilation Unit @ offset (?:0x)?([0-9a-f]+):$`)
	readelfPointer = regexp.MustCompile(`^   Pointer Size:  (\d)$`)
	readelfExpr    = regexp.MustCompile(`DW_AT_\w+ *: (?:\(\w+\) )?(\d+) byte block: ([0-9a-f ]+?) *\t\((DW_OP.*)\)$`)
)

// TestExprTextAsReadelf compares the operations of all expressions that readelf prints
// with their bytes.
func TestExprTextAsReadelf(t *testing.T) {
	need.Command(t, "readelf", "apt-get install binutils")
	total := 0
	for _, path := range []string{
		build(t, "gcc", "walk.c", "-g", "-O2", "-gdwarf-5"), build(t, "gcc", "threads.c", "-g", "-O2", "-gdwarf-4", "-pthread"), build(t, "g++", "catch.cc", "-g", "-O2", "-gdwarf-5"),
		build(t, "gcc", "recurse.c", "-g", "-O0", "-gdwarf-2"), build(t, "gcc", "walk.c", "-g", "-O2", "-gdwarf-3"), build(t, "gcc", "catch.cc", "-g", "-O2", "-gdwarf-4", "-lstdc++"), buildGo(t), libcDebug(t),
	} {
		n := compareExprs(t, path)
		t.Logf("%s: %d expressions", filepath.Base(path), n)
		total += n
	}
	assert.Greater(t, total, 1000)
}

func compareExprs(t *testing.T, path string) (n int) {
	cmd := exec.Command("readelf", "--debug-dump=info", "--wide", path)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var form ExprForm
	in := bufio.NewScanner(out)
	in.Buffer(nil, 1<<20)
	wrong := 0
	for in.Scan() {
		if m := readelfUnit.FindStringSubmatch(in.Text()); m != nil {
			form.Unit, err = strconv.ParseUint(m[1], 16, 64)
			require.NoError(t, err)
		}
		if m := readelfPointer.FindStringSubmatch(in.Text()); m != nil {
			form.AddressSize = int(m[1][0] - '0')
		}
		m := readelfExpr.FindStringSubmatch(in.Text())
		if m == nil {
			continue
		}
		var expr []byte
		for b := range strings.FieldsSeq(m[2]) {
			v, err := strconv.ParseUint(b, 16, 8)
			require.NoError(t, err)
			expr = append(expr, byte(v))
		}
		require.Equal(t, m[1], strconv.Itoa(len(expr)), in.Text())
		n++
		want := strings.TrimSpace(strings.NewReplacer(" ;", ";", " )", ")").Replace(m[3]))
		if got := form.operations(expr, 0); got != want && wrong < 20 {
			wrong++
			assert.Equal(t, want, got, in.Text())
		}
	}
	require.NoError(t, in.Err())
	require.NoError(t, cmd.Wait())
	return n
}

// FuzzExprText: no input makes it panic or write more than a small multiple of itself.
func FuzzExprText(f *testing.F) {
	f.Add([]byte{0xa3, 1, 0x55, 0x9f}, uint8(8))
	f.Add([]byte{0x9e, 4, 1, 2, 3, 4}, uint8(4))
	f.Add([]byte{0xf4, 0x20, 4, 0, 0, 0, 0, 0xf7, 0}, uint8(8))
	f.Fuzz(func(t *testing.T, expr []byte, size uint8) {
		text := ExprText(expr, ExprForm{AddressSize: int(size), FrameBase: expr[:min(1, len(expr))]})
		assert.LessOrEqual(t, len(text), 64*len(expr)+64)
	})
}

// libcDebug is the file with libc's debug info.
func libcDebug(t *testing.T) string {
	p, err := NewLibrary(nil).File(libc(t), ProgramOptions{NoCache: true})
	require.NoError(t, err)
	if p.objects[0].Debug == "" {
		need.Missing(t, "debug info of libc", "apt-get install libc6-dbg")
	}
	return p.objects[0].Debug
}
