package debuginfo

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/tests/need"
)

// exprTypes are the base types of the unit that unitOf writes, in its order.
var exprTypes = []exprType{{ateSigned, 1}, {ateSigned, 2}, {ateSigned, 4}, {ateSigned, 8}, {0x07, 1}, {0x07, 2}, {0x07, 4}, {0x07, 8}, {ateFloat, 4}, {ateFloat, 8}}

// typeEntry is where the n-th base type is in the unit: behind its header and
// three bytes, each six long.
func typeEntry(n int) uint64 { return uint64(15 + 6*n) }

// unitOf writes a unit of DWARF 5 with variables v0, v1… of type unsigned long
// and these locations, as assembly.
func unitOf(exprs [][]byte) string {
	body := []byte{5, 0, 1, 8, 0, 0, 0, 0, 1, 'u', 0}
	for i, t := range exprTypes {
		body = append(body, 2, t.encoding, t.size, 't', byte('a'+i), 0)
	}
	for i, e := range exprs {
		body = append(append(append(body, 3), fmt.Sprintf("v%d\x00", i)...), byte(typeEntry(7)), 0, 0, 0)
		body = append(binary.AppendUvarint(body, uint64(len(e))), e...)
	}
	body = append(body, 0)
	abbrevs := []byte{1, 0x11, 1, 3, 8, 0, 0, 2, 0x24, 0, 0x3e, 0x0b, 0x0b, 0x0b, 3, 8, 0, 0, 3, 0x34, 0, 3, 8, 0x49, 0x13, 2, 0x18, 0, 0, 0}
	return ".section .debug_info\n" + bytesOf(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + bytesOf(body) + ".section .debug_abbrev\n" + bytesOf(abbrevs) + ".text\n.globl f\nf: ret\n"
}

func bytesOf(b []byte) string {
	s := ""
	for _, v := range b {
		s += fmt.Sprintf(".byte %d\n", v)
	}
	return s
}

// exprMaker makes expressions at random that mostly make sense.
type exprMaker struct {
	*rand.Rand
	out   []byte
	types []exprType // of what is on the stack; the zero one is generic
}

func (m *exprMaker) add(op ...byte) { m.out = append(m.out, op...) }

// push pushes a constant of a type.
func (m *exprMaker) push(n int) {
	v := m.Uint64() >> (8 * m.IntN(8))
	if m.IntN(3) == 0 {
		v = -v
	}
	if n < 0 {
		m.types = append(m.types, exprType{})
		if m.IntN(2) == 0 {
			m.out = appendSLEB(append(m.out, 0x11), int64(v))
		} else {
			m.out = binary.AppendUvarint(append(m.out, 0x10), v)
		}
		return
	}
	t := exprTypes[n]
	m.types = append(m.types, t)
	if t.encoding == ateFloat { // small ones, so that conversions to integers fit
		v = floatValue(float64(m.IntN(200)-100)/8, t).lo
	}
	m.add(0xa4)
	m.out = binary.AppendUvarint(m.out, typeEntry(n))
	m.add(t.size)
	m.out = append(m.out, binary.LittleEndian.AppendUint64(nil, v)[:t.size]...)
}

// convert turns the top of the stack into another type.
func (m *exprMaker) convert(n int) {
	m.add(0xa8)
	m.types[len(m.types)-1] = exprType{}
	if n < 0 {
		m.add(0)
		return
	}
	m.types[len(m.types)-1] = exprTypes[n]
	m.out = binary.AppendUvarint(m.out, typeEntry(n))
}

// typeIndex is that of a type in exprTypes, -1 for the generic one.
func typeIndex(t exprType) int {
	for i, x := range exprTypes {
		if x == t {
			return i
		}
	}
	return -1
}

func (m *exprMaker) step() {
	top := m.types[len(m.types)-1]
	float := top.encoding == ateFloat
	switch m.IntN(6) {
	case 0:
		m.push(m.IntN(len(exprTypes)+1) - 1)
	case 1:
		if !float { // a float may be too big for an integer
			m.convert(m.IntN(len(exprTypes)+1) - 1)
		}
	case 2: // abs, neg, not, plus_uconst
		op := []byte{0x19, 0x1f, 0x20, 0x23}[m.IntN(4)]
		if float && op >= 0x20 || op == 0x19 && top.encoding == 0x07 || op == 0x23 && top.size != 0 {
			return // gdb negates an unsigned one that looks negative, and makes a sum generic, which 2.5.1.4 does not
		}
		if m.add(op); op == 0x23 {
			m.add(byte(m.IntN(128)))
		}
	case 3: // a shift by less than the width; gdb wants both to be of one type
		if n := typeIndex(top); n >= 0 && !float {
			m.add(0xa4, byte(typeEntry(n)), top.size, byte(m.IntN(8)))
			m.add(make([]byte, top.size-1)...)
			m.add(0x24 + byte(m.IntN(3)))
		} else if !float {
			m.add(0x30+byte(m.IntN(8)), 0x24+byte(m.IntN(3)))
		}
	case 4: // dup, over, swap, rot
		m.add(0x12)
		m.types = append(m.types, top)
	default:
		m.push(typeIndex(top))
		ops := []byte{0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x21, 0x22, 0x27, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e}
		if float {
			ops = []byte{0x1c, 0x1e, 0x22, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e}
		}
		op := ops[m.IntN(len(ops))]
		if op == 0x1d && top.encoding == ateSigned {
			op = 0x1b // gdb's remainder has the sign of the divisor, that of gcc, who writes it, of the dividend
		}
		m.add(op)
		if m.types = m.types[:len(m.types)-1]; op >= 0x29 {
			m.types[len(m.types)-1] = exprType{}
		}
	}
}

func (m *exprMaker) expression() []byte {
	m.out, m.types = nil, nil
	m.push(m.IntN(len(exprTypes)+1) - 1)
	for range 1 + m.IntN(12) {
		m.step()
	}
	if top := m.types[len(m.types)-1]; top.size == 8 || top.size == 0 {
		m.add(0xa9, 0) // DW_OP_reinterpret
	} else if top.encoding == ateFloat {
		m.convert(9)
		m.add(0xa9, 0)
	} else {
		m.convert(-1)
	}
	m.add(0x9f) // DW_OP_stack_value
	return append([]byte(nil), m.out...)
}

// TestExpressionsAsGDB evaluates expressions made at random here and in gdb.
func TestExpressionsAsGDB(t *testing.T) {
	gdb := need.Command(t, "gdb", "apt-get install gdb")
	gcc := need.Command(t, "gcc", "apt-get install gcc")
	maker := exprMaker{Rand: rand.New(rand.NewPCG(1, 2))}
	exprs := make([][]byte, 500)
	args := []string{"-nx", "-batch", "-iex", "set auto-load off"}
	for i := range exprs {
		exprs[i] = maker.expression()
	}
	dir := t.TempDir()
	source, object, commands := filepath.Join(dir, "v.s"), filepath.Join(dir, "v.o"), filepath.Join(dir, "v.gdb")
	script := "python\nfor i in range(" + strconv.Itoa(len(exprs)) + "):\n  try:\n    print('%d %x' % (i, int(gdb.parse_and_eval('v%d' % i)) & (2**64-1)))\n  except gdb.error as e:\n    print('%d ! %s' % (i, e))\nend\n"
	require.NoError(t, os.WriteFile(source, []byte(unitOf(exprs)), 0o600))
	require.NoError(t, os.WriteFile(commands, []byte(script), 0o600))
	b, err := exec.Command(gcc, "-c", "-o", object, source).CombinedOutput()
	require.NoError(t, err, string(b))
	b, err = exec.Command(gdb, append(args, "-x", commands, object)...).CombinedOutput()
	require.NoError(t, err, string(b))

	c := exprContext{baseType: func(die uint64) (uint8, uint64, error) {
		n := int(die-15) / 6
		if n < 0 || n >= len(exprTypes) {
			return 0, 0, core.Errorf(core.ErrNotFound, "no base type is at 0x%x", die)
		}
		return exprTypes[n].encoding, uint64(exprTypes[n].size), nil
	}}
	values, errors := 0, 0
	for line := range strings.Lines(string(b)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		i, err := strconv.Atoi(fields[0])
		require.NoError(t, err, line)
		pieces, err := locate(exprs[i], &c)
		if fields[1] == "!" {
			errors++
			if err == nil {
				t.Errorf("%x: gdb: %s", exprs[i], line)
			}
			continue
		}
		if err != nil {
			t.Errorf("%x: %v, gdb: %s", exprs[i], err, line)
			continue
		}
		want, err := strconv.ParseUint(fields[1], 16, 64)
		require.NoError(t, err)
		require.Len(t, pieces, 1)
		if got := le64(pieces[0].data); got != want {
			t.Errorf("%x: %x, gdb: %x", exprs[i], got, want)
		}
		values++
	}
	t.Logf("%d values and %d errors as gdb's", values, errors)
	require.Equal(t, len(exprs), values+errors)
}
