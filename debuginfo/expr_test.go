package debuginfo

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
)

// exprTestContext has registers n = 100*n below 8, and memory whose word at an
// address is the address itself, faulting at 0. The entries of its base types are
// their encoding and size: 0x508 is a signed integer of 8 bytes.
var exprTestContext = exprContext{
	register: func(n uint64) (uint64, bool) { return 100 * n, n < 8 },
	wide:     func(n uint64) (uint64, uint64, bool) { return n, n + 1, n < 20 },
	memory: func(addr uint64, size int) (uint64, error) {
		if addr == 0 {
			return 0, &core.FaultError{}
		}
		return addr & sizeMask(size), nil
	},
	frameBase:  func() (uint64, error) { return 0x7000, nil },
	cfa:        func() (uint64, error) { return 0x7010, nil },
	object:     func() (uint64, error) { return 0x6000, nil },
	relocate:   func(addr uint64) (uint64, error) { return addr + 0x10000, nil },
	address:    func(index uint64) (uint64, error) { return 0x10000 + index, nil },
	constant:   func(index uint64) (uint64, error) { return index, nil },
	tls:        func(offset uint64) (uint64, error) { return 0x50000 + offset, nil },
	entryValue: func(expr []byte) (exprValue, error) { return exprValue{lo: uint64(len(expr))}, nil },
	variable:   func(die uint64) (uint64, error) { return die + 1, nil },
	call: func(ref exprRef) ([]byte, error) {
		switch {
		case ref.die == 1: // calls itself
			return []byte{0x98, 1, 0}, nil
		case ref.die == 2:
			return []byte{0x50}, nil // DW_OP_reg0
		case ref.whole:
			return []byte{0x23, 3}, nil // DW_OP_plus_uconst 3
		case ref.die == 3:
			return nil, core.Errorf(core.ErrNotFound, "no such entry")
		}
		return []byte{0x23, 1}, nil
	},
	baseType: func(die uint64) (uint8, uint64, error) {
		if die == 7 {
			return 0, 0, core.Errorf(core.ErrNotFound, "no such type")
		}
		return uint8(die >> 8), die & 0xff, nil
	},
}

// Entries of base types in LEB128 as they stand in an expression.
const (
	typeInt4   = "\x84\x0a" // DW_ATE_signed, 4 bytes
	typeInt8   = "\x88\x0a"
	typeInt16  = "\x90\x0a"
	typeUint1  = "\x81\x0e" // DW_ATE_unsigned, 1 byte
	typeUint8  = "\x88\x0e"
	typeUint16 = "\x90\x0e"
	typeFloat  = "\x84\x08"
	typeDouble = "\x88\x08"
	typeLong   = "\x90\x08" // long double
)

func bits64(f float64) uint64 { return math.Float64bits(f) }

// exprDouble is DW_OP_const_type of a double.
func exprDouble(f float64) string {
	return "\xa4" + typeDouble + "\x08" + string(binary.LittleEndian.AppendUint64(nil, bits64(f)))
}

// exprFloat is DW_OP_const_type of a float.
func exprFloat(f float32) string {
	return "\xa4" + typeFloat + "\x04" + string(binary.LittleEndian.AppendUint32(nil, math.Float32bits(f)))
}

// exprInt4 is DW_OP_const_type of an int.
func exprInt4(v int32) string {
	return "\xa4" + typeInt4 + "\x04" + string(binary.LittleEndian.AppendUint32(nil, uint32(v)))
}

func TestEvaluate(t *testing.T) {
	const minus1 = ^uint64(0)
	for _, c := range []struct {
		name string
		expr string
		want uint64
	}{
		{"plt entry below the push", "\x77\x08\x70\x00\x3f\x1a\x3b\x2a\x33\x24\x22", 708},
		{"addr", "\x03\x01\x02\x00\x00\x00\x00\x00\x00", 0x10201},
		{"deref", "\x0a\x34\x12\x06", 0x1234},
		{"const1u const1s", "\x08\xff\x09\xff\x22", 254},
		{"const2u const2s", "\x0a\xff\xff\x0b\xff\xff\x22", 0xfffe},
		{"const4u const4s", "\x0c\xff\xff\xff\xff\x0d\xff\xff\xff\xff\x22", 0xfffffffe},
		{"const8u", "\x0e\x01\x00\x00\x00\x00\x00\x00\x80", 1<<63 + 1},
		{"const8s", "\x0f\xfe\xff\xff\xff\xff\xff\xff\xff", minus1 - 1},
		{"constu consts", "\x10\xe5\x8e\x26\x11\x7f\x22", 624484},
		{"dup", "\x35\x12\x1e", 25},
		{"drop", "\x35\x36\x13", 5},
		{"over", "\x35\x36\x14\x1c", 1},
		{"pick over swap", "\x31\x32\x14\x15\x01\x16\x1e", 2},
		{"swap", "\x35\x31\x16\x1c", minus1 - 3},
		{"rot", "\x31\x32\x33\x17\x1c", minus1}, // 3 1 2: 1-2
		{"xderef", "\x30\x0a\x34\x12\x18", 0x1234},
		{"abs", "\x11\x7d\x19", 3},
		{"abs of a positive one", "\x33\x19", 3},
		{"and", "\x36\x33\x1a", 2},
		{"signed division", "\x11\x7c\x32\x1b", minus1 - 1},
		{"minus", "\x35\x36\x1c", minus1},
		{"unsigned modulo", "\x11\x7f\x3a\x1d", 5},
		{"mul", "\x35\x36\x1e", 30},
		{"neg", "\x35\x1f", minus1 - 4},
		{"not", "\x30\x20", minus1},
		{"or", "\x35\x32\x21", 7},
		{"plus", "\x35\x32\x22", 7},
		{"plus_uconst", "\x35\x23\x80\x01", 133},
		{"shl", "\x31\x34\x24", 16},
		{"shl too far", "\x31\x08\x40\x24", 0},
		{"shr", "\x11\x7f\x08\x3c\x25", 15},
		{"shra", "\x11\x70\x32\x26", minus1 - 3},
		{"xor", "\x36\x33\x27", 5},
		{"bra loops", "\x35\x31\x1c\x12\x28\xfa\xff", 0},
		{"eq", "\x35\x35\x29", 1},
		{"signed ge", "\x31\x11\x7f\x2a", 1},
		{"signed gt", "\x11\x7f\x31\x2b", 0},
		{"signed le", "\x11\x7f\x31\x2c", 1},
		{"signed lt", "\x11\x7f\x31\x2d", 1},
		{"ne", "\x11\x7f\x31\x2e", 1},
		{"skip", "\x31\x2f\x01\x00\x33", 1},
		{"lit31", "\x4f", 31},
		{"breg7", "\x77\x7f", 699},
		{"bregx", "\x92\x03\x05", 305},
		{"fbreg", "\x91\x78", 0x6ff8},
		{"deref_size", "\x0a\x34\x12\x94\x01", 0x34},
		{"xderef_size", "\x30\x0a\x34\x12\x95\x01", 0x34},
		{"nop", "\x96\x31\x96", 1},
		{"push_object_address", "\x97\x23\x08", 0x6008},
		{"call2", "\x31\x98\x09\x00", 2},
		{"call4", "\x31\x99\x09\x00\x00\x00", 2},
		{"call_ref", "\x31\x9a\x09\x00\x00\x00", 4},
		{"form_tls_address", "\x35\x9b", 0x50005},
		{"GNU_push_tls_address", "\x35\xe0", 0x50005},
		{"call_frame_cfa", "\x9c", 0x7010},
		{"addrx", "\xa1\x05", 0x10005},
		{"GNU_addr_index", "\xfb\x05", 0x10005},
		{"constx", "\xa2\x05", 5},
		{"GNU_const_index", "\xfc\x05", 5},
		{"entry_value", "\xa3\x01\x55", 1},
		{"GNU_entry_value", "\xf3\x02\x75\x00", 2},
		{"typed entry_value", "\xa3\x04\xa5\x11" + typeUint1 + "\xa8\x00", 4},
		{"GNU_variable_value", "\xfd\x09\x00\x00\x00", 10},
		{"const_type", exprInt4(-1), 0xffffffff},
		{"GNU_const_type", "\xf4" + typeUint1 + "\x01\x81", 0x81},
		{"regval_type", "\xa5\x07" + typeUint1, 700 & 0xff},
		{"GNU_regval_type", "\xf5\x07" + typeUint8, 700},
		{"regval_type of a vector register", "\xa5\x11" + typeInt16, 17},
		{"deref_type", "\x0a\x34\x12\xa6\x01" + typeUint1, 0x34},
		{"GNU_deref_type", "\x0a\x34\x12\xf6\x08" + typeUint8, 0x1234},
		{"xderef_type", "\x30\x0a\x34\x12\xa7\x01" + typeUint1, 0x34},
		{"convert to generic extends the sign", exprInt4(-1) + "\xa8\x00", minus1},
		{"GNU_convert cuts", "\x11\x7f\xf7" + typeUint1, 0xff},
		{"convert through a byte", "\x0a\x34\x12\xa8" + typeUint1 + "\xa8\x00", 0x34},
		{"convert to 16 bytes and back", exprInt4(-5) + "\xa8" + typeInt16 + "\xa8" + typeInt8, minus1 - 4},
		{"convert to double", "\x35\xa8" + typeDouble, bits64(5)},
		{"convert a signed one to double", exprInt4(-5) + "\xa8" + typeDouble, bits64(-5)},
		{"convert to float", exprInt4(-5) + "\xa8" + typeFloat, uint64(math.Float32bits(-5))},
		{"convert unsigned to float", "\x35\xa8" + typeFloat, uint64(math.Float32bits(5))},
		{"convert a double to int", exprDouble(-2.75) + "\xa8" + typeInt4, 0xfffffffe},
		{"convert a double to generic", exprDouble(1<<63) + "\xa8\x00", 1 << 63},
		{"convert double to float", exprDouble(0.5) + "\xa8" + typeFloat, uint64(math.Float32bits(0.5))},
		{"reinterpret", exprDouble(1) + "\xa9\x00", bits64(1)},
		{"GNU_reinterpret", "\x31\xf9" + typeUint8, 1},
		{"typed division is unsigned", exprInt4(-8) + "\xa9\x84\x0e" + "\x32\xa8\x84\x0e\x1b", 0x7ffffffc},
		{"typed modulo is signed", exprInt4(-8) + exprInt4(3) + "\x1d", 0xfffffffe},
		{"typed sum wraps", exprInt4(math.MaxInt32) + exprInt4(1) + "\x22", 1 << 31},
		{"typed abs", exprInt4(-8) + "\x19", 8},
		{"typed abs of the least", exprInt4(math.MinInt32) + "\x19", 1 << 31},
		{"typed neg not", exprInt4(8) + "\x1f\x20", 7},
		{"typed compare", exprInt4(-8) + exprInt4(3) + "\x2d", 1},
		{"unsigned compare", "\x11\x7f\xa8" + typeUint8 + "\x31\xa8" + typeUint8 + "\x2b", 1},
		{"typed shra by a generic", exprInt4(-8) + "\x31\x26", 0xfffffffc},
		{"double sum", exprDouble(0.5) + exprDouble(0.25) + "\x22", bits64(0.75)},
		{"double minus", exprDouble(0.5) + exprDouble(0.25) + "\x1c", bits64(0.25)},
		{"double product", exprDouble(0.5) + exprDouble(3) + "\x1e", bits64(1.5)},
		{"double quotient", exprDouble(1) + exprDouble(4) + "\x1b", bits64(0.25)},
		{"double by zero", exprDouble(1) + exprDouble(0) + "\x1b", bits64(math.Inf(1))},
		{"double neg abs", exprDouble(-1) + "\x1f\x1f\x19", bits64(1)},
		{"double compare", exprDouble(-1) + exprDouble(1) + "\x2c", 1},
		{"float sum", exprFloat(0.1) + exprFloat(0.2) + "\x22", uint64(math.Float32bits(float32(0.1) + float32(0.2)))},
	} {
		got, err := evaluate([]byte(c.expr), &exprTestContext)
		require.NoError(t, err, c.name)
		require.Equal(t, c.want, got, c.name)
	}
	got, err := evaluate([]byte("\x22"), &exprTestContext, 3, 4)
	require.NoError(t, err)
	require.EqualValues(t, 7, got)
}

// TestEvaluate32 is an expression of a 32-bit program.
func TestEvaluate32(t *testing.T) {
	c := exprTestContext
	c.addressSize = 4
	for expr, want := range map[string]uint64{
		"\x03\x01\x02\x00\x00":                 0x10201,
		"\x30\x31\x1c":                         0xffffffff,
		"\x11\x7c\x32\x1b":                     0xfffffffe,
		"\x11\x7c\x19":                         4,
		"\x0c\x01\x02\x03\x04\x06\x11\x7f\x2b": 1, // 0x04030201 > -1
	} {
		got, err := evaluate([]byte(expr), &c)
		require.NoError(t, err)
		require.Equal(t, want, got, "%x", expr)
	}
}

func TestEvaluateErrors(t *testing.T) {
	for name, c := range map[string]struct {
		expr  string
		cause error
	}{
		"empty":                      {"", core.ErrInvalid},
		"pop from nothing":           {"\x22", core.ErrInvalid},
		"pick from nothing":          {"\x31\x15\xff", core.ErrInvalid},
		"cut":                        {"\x0e\x01", core.ErrInvalid},
		"cut address":                {"\x03\x01", core.ErrInvalid},
		"division":                   {"\x31\x30\x1b", core.ErrInvalid},
		"modulo":                     {"\x31\x30\x1d", core.ErrInvalid},
		"unknown register":           {"\x89\x00", core.ErrNoData},
		"unknown vector":             {"\xa5\x20" + typeInt16, core.ErrNoData},
		"unknown op":                 {"\xff", core.ErrInvalid},
		"jump out":                   {"\x2f\x00\x40", core.ErrInvalid},
		"endless":                    {"\x2f\xfd\xff", core.ErrInvalid},
		"endless push":               {"\x31\x2f\xfc\xff", core.ErrInvalid},
		"endless call":               {"\x98\x01\x00", core.ErrInvalid},
		"call of nothing":            {"\x98\x03\x00", core.ErrNotFound},
		"deref_size 9":               {"\x31\x94\x09", core.ErrInvalid},
		"deref_size 0":               {"\x31\x94\x00", core.ErrInvalid},
		"address space":              {"\x31\x31\x18", core.ErrUnsupported},
		"a register is no value":     {"\x50", core.ErrInvalid},
		"a stack value neither":      {"\x31\x9f", core.ErrInvalid},
		"pieces are no value":        {"\x31\x93\x04\x31", core.ErrInvalid},
		"parameter_ref":              {"\xfa\x01\x00\x00\x00", core.ErrNoData},
		"no such type":               {"\x31\xa8\x07", core.ErrNotFound},
		"type of 17 bytes":           {"\x31\xa8\x91\x0a", core.ErrUnsupported},
		"two types":                  {exprInt4(1) + "\x31\x22", core.ErrInvalid},
		"constant of another size":   {"\xa4" + typeInt4 + "\x02\x00\x00", core.ErrInvalid},
		"constant cut":               {"\xa4" + typeInt4 + "\x04\x00\x00", core.ErrInvalid},
		"load of another size":       {"\x31\xa6\x02" + typeInt4, core.ErrInvalid},
		"reinterpret another size":   {"\x31\xa9" + typeInt4, core.ErrInvalid},
		"NaN as int":                 {exprDouble(math.NaN()) + "\xa8" + typeInt4, core.ErrInvalid},
		"1e30 as int":                {exprDouble(1e30) + "\xa8" + typeInt4, core.ErrInvalid},
		"long double":                {"\x31\xa8" + typeLong, core.ErrUnsupported},
		"sum of 16 bytes":            {"\xa5\x01" + typeInt16 + "\xa5\x01" + typeInt16 + "\x22", core.ErrUnsupported},
		"16 bytes as float":          {"\xa5\x01" + typeInt16 + "\xa8" + typeFloat, core.ErrUnsupported},
		"long double as int":         {"\xa5\x01" + typeLong + "\xa8" + typeInt4, core.ErrUnsupported},
		"not of a double":            {exprDouble(1) + "\x20", core.ErrInvalid},
		"and of doubles":             {exprDouble(1) + exprDouble(1) + "\x1a", core.ErrInvalid},
		"double shifted":             {exprDouble(1) + "\x31\x24", core.ErrInvalid},
		"int shifted by a double":    {"\x31" + exprDouble(1) + "\x24", core.ErrInvalid},
		"double plus_uconst":         {exprDouble(1) + "\x23\x01", core.ErrInvalid},
		"entry value cut":            {"\xa3\x04\xa5\x11", core.ErrInvalid},
		"value after a location":     {"\x50\x31", core.ErrInvalid},
		"location after a location":  {"\x50\x51", core.ErrInvalid},
		"location in called, then +": {"\x98\x02\x00\x31", core.ErrInvalid},
	} {
		_, err := evaluate([]byte(c.expr), &exprTestContext)
		require.ErrorIs(t, err, c.cause, name)
	}
	_, err := evaluate([]byte{0x30, 0x06}, &exprTestContext)
	_, isFault := core.IsFault(err)
	require.True(t, isFault)
}

// TestEvaluateNothing has all that needs a context, and a context without anything.
func TestEvaluateNothing(t *testing.T) {
	for _, expr := range []string{"\x70\x00", "\x92\x01\x00", "\x31\x06", "\x91\x00", "\x9c", "\x97", "\x31\x9b", "\xa1\x00", "\xa2\x00",
		"\xa3\x01\x50", "\x98\x00\x00", "\xfd\x00\x00\x00\x00", "\x31\xa8\x01", "\xa5\x00\x01"} {
		_, err := evaluate([]byte(expr), &exprContext{})
		require.ErrorIs(t, err, core.ErrUnsupported, "%x", expr)
	}
	got, err := evaluate([]byte("\x03\x01\x00\x00\x00\x00\x00\x00\x00"), &exprContext{})
	require.NoError(t, err)
	require.EqualValues(t, 1, got)
}

func TestLocate(t *testing.T) {
	for _, c := range []struct {
		name string
		expr string
		want []exprPiece
	}{
		{"nothing", "", []exprPiece{{kind: pieceOptimized}}},
		{"memory", "\x91\x00", []exprPiece{{kind: pieceMemory, addr: 0x7000}}},
		{"reg5", "\x55", []exprPiece{{kind: pieceRegister, register: 5}}},
		{"regx", "\x90\x80\x01", []exprPiece{{kind: pieceRegister, register: 128}}},
		{"implicit_value", "\x9e\x03abc", []exprPiece{{kind: pieceImplicit, data: []byte("abc")}}},
		{"stack_value", "\x35\x9f", []exprPiece{{kind: pieceImplicit, data: []byte{5, 0, 0, 0, 0, 0, 0, 0}}}},
		{"typed stack_value", exprInt4(-2) + "\x9f", []exprPiece{{kind: pieceImplicit, data: []byte{0xfe, 0xff, 0xff, 0xff}}}},
		{"wide stack_value", "\xa5\x11" + typeUint16 + "\x9f", []exprPiece{{kind: pieceImplicit, data: []byte{17, 0, 0, 0, 0, 0, 0, 0, 18, 0, 0, 0, 0, 0, 0, 0}}}},
		{"implicit_pointer", "\xa0\x04\x03\x02\x01\x7c", []exprPiece{{kind: piecePointer, die: 0x01020304, offset: -4}}},
		{"GNU_implicit_pointer", "\xf2\x04\x03\x02\x01\x04", []exprPiece{{kind: piecePointer, die: 0x01020304, offset: 4}}},
		{"GNU_uninit", "\x91\x00\xf0", []exprPiece{{kind: pieceMemory, addr: 0x7000, uninitialized: true}}},
		{"uninitialised register", "\x50\xf0", []exprPiece{{kind: pieceRegister, uninitialized: true}}},
		{"uninitialised pieces", "\x50\x93\x08\xf0", []exprPiece{{kind: pieceRegister, bits: 64, uninitialized: true}}},
		{"pieces", "\x50\x93\x08\x91\x08\x93\x04\x93\x04\x35\x9f\x93\x02\x9e\x01\xff\x93\x01", []exprPiece{
			{kind: pieceRegister, bits: 64}, {kind: pieceMemory, addr: 0x7008, bits: 32}, {kind: pieceOptimized, bits: 32},
			{kind: pieceImplicit, data: []byte{5, 0, 0, 0, 0, 0, 0, 0}, bits: 16}, {kind: pieceImplicit, data: []byte{0xff}, bits: 8}}},
		{"bit_piece", "\x50\x9d\x05\x03\x9d\x03\x00", []exprPiece{{kind: pieceRegister, bits: 5, skip: 3}, {kind: pieceOptimized, bits: 3}}},
		{"piece of nothing", "\x50\x93\x00\x51\x93\x08", []exprPiece{{kind: pieceRegister, register: 1, bits: 64}}},
		{"called", "\x98\x02\x00\x93\x08", []exprPiece{{kind: pieceRegister, bits: 64}}},
	} {
		got, err := locate([]byte(c.expr), &exprTestContext)
		require.NoError(t, err, c.name)
		require.Equal(t, c.want, got, c.name)
	}
	wide := exprTestContext
	wide.refSize = 8
	got, err := locate([]byte("\xa0\x04\x03\x02\x01\x00\x00\x00\x01\x00"), &wide)
	require.NoError(t, err)
	require.Equal(t, []exprPiece{{kind: piecePointer, die: 1<<56 + 0x01020304}}, got)
	for _, expr := range []string{"\x50\x93\x08\x51", "\x50\x93\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x9e\x04abc", "\x9f", "\x50\x9d\x01", "\x31\x9f\x06"} {
		_, err := locate([]byte(expr), &exprTestContext)
		require.ErrorIs(t, err, core.ErrInvalid, "%x", expr)
	}
}

func TestNumber(t *testing.T) {
	for expr, want := range map[string]uint64{"\x56": 600, "\x9c": 0x7010, "\x35\x9f": 5, "\x9e\x02\x01\x02": 0x201} {
		got, err := number([]byte(expr), &exprTestContext)
		require.NoError(t, err)
		require.Equal(t, want, got, "%x", expr)
	}
	for _, expr := range []string{"", "\x59", "\x50\x93\x04", "\xa0\x00\x00\x00\x00\x00", "\x9e\x09123456789"} {
		_, err := number([]byte(expr), &exprTestContext)
		require.ErrorIs(t, err, core.ErrNoData, "%x", expr)
	}
	_, err := number([]byte{0x22}, &exprTestContext)
	require.ErrorIs(t, err, core.ErrInvalid)
}
