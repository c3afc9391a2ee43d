package debuginfo

import (
	"testing"

	"github.com/stackfs/stackfs/core"
	"github.com/stretchr/testify/require"
)

// exprTestContext has registers n = 100*n below 8, and memory whose word at an
// address is the address itself, faulting at 0.
var exprTestContext = exprContext{
	register: func(n uint64) (uint64, bool) { return 100 * n, n < 8 },
	memory: func(addr uint64, size int) (uint64, error) {
		if addr == 0 {
			return 0, &core.FaultError{}
		}
		return addr & (1<<(8*size-1)<<1 - 1), nil
	},
}

func TestEvaluate(t *testing.T) {
	for _, c := range []struct {
		name string
		expr []byte
		want uint64
	}{
		{"plt entry below the push", []byte{0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22}, 708}, // needs register 16: replaced below
		{"constants", []byte{0x08, 0xff, 0x09, 0xff, 0x22}, 254},
		{"const8u", []byte{0x0e, 1, 0, 0, 0, 0, 0, 0, 0x80}, 1<<63 + 1},
		{"leb", []byte{0x10, 0xe5, 0x8e, 0x26, 0x11, 0x7f, 0x22}, 624484},
		{"deref", []byte{0x0a, 0x34, 0x12, 0x06}, 0x1234},
		{"deref_size", []byte{0x0a, 0x34, 0x12, 0x94, 1}, 0x34},
		{"rot", []byte{0x31, 0x32, 0x33, 0x17, 0x1c}, ^uint64(0)}, // 3 1 2: 1-2
		{"pick over swap", []byte{0x31, 0x32, 0x14, 0x15, 1, 0x16, 0x1e}, 2},
		{"bra loops", []byte{0x35, 0x31, 0x1c, 0x12, 0x28, 0xfa, 0xff}, 0},
		{"skip", []byte{0x31, 0x2f, 1, 0, 0x33}, 1},
		{"signed division", []byte{0x11, 0x7c, 0x32, 0x1b}, ^uint64(1)},
		{"shifts", []byte{0x11, 0x70, 0x32, 0x26, 0x19, 0x32, 0x24}, 16},
		{"compare", []byte{0x11, 0x7f, 0x31, 0x2d}, 1},
	} {
		if c.name == "plt entry below the push" { // DW_OP_breg16 has no register here; breg0 stands for it
			c.expr[2] = 0x70
			c.want = 708
		}
		got, err := evaluate(c.expr, exprTestContext)
		require.NoError(t, err, c.name)
		require.Equal(t, c.want, got, c.name)
	}
}

func TestEvaluateErrors(t *testing.T) {
	for name, expr := range map[string][]byte{
		"empty":            nil,
		"pop from nothing": {0x22},
		"cut":              {0x0e, 1},
		"division":         {0x31, 0x30, 0x1b},
		"modulo":           {0x31, 0x30, 0x1d},
		"unknown register": {0x89, 0},
		"unknown op":       {0xff},
		"jump out":         {0x2f, 0, 0x40},
		"endless":          {0x2f, 0xfd, 0xff},
		"fault":            {0x30, 0x06},
		"deref_size 9":     {0x31, 0x94, 9},
		"endless push":     {0x31, 0x2f, 0xfc, 0xff},
	} {
		_, err := evaluate(expr, exprTestContext)
		require.Error(t, err, name)
	}
	_, err := evaluate([]byte{0x30, 0x06}, exprTestContext)
	_, isFault := core.IsFault(err)
	require.True(t, isFault)
}
