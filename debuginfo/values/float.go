package values

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// isQuad says whether a type of 16 bytes is IEEE 754's quad precision, which only its
// name tells from x87's long double (gdb: i386_floatformat_for_type).
func isQuad(t *types.Type) bool {
	t = t.Strip()
	return t != nil && (strings.Contains(t.Name, "_Float128") || strings.Contains(t.Name, "__float128") || strings.Contains(t.Name, "_Float64x"))
}

// decodeFloat understands IEEE 754 half, single, double and quad precision and the
// 80 bits of x87 in 10, 12 or 16 bytes (the psABI's long double).
func decodeFloat(b []byte, quad bool) (real, error) {
	if quad && len(b) == 16 {
		return quadReal(binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])), nil
	}
	switch len(b) {
	case 2:
		return real{f: half(binary.LittleEndian.Uint16(b))}, nil
	case 4:
		return real{f: float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))}, nil
	case 8:
		return real{f: math.Float64frombits(binary.LittleEndian.Uint64(b))}, nil
	case 10, 12, 16:
		return extendedReal(binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint16(b[8:])), nil
	}
	return real{}, core.Errorf(core.ErrInvalid, "reading a floating point number of %d bytes: no such format is known", len(b))
}

// half is IEEE 754 binary16.
func half(u uint16) float64 {
	exp, frac := int(u>>10&31), float64(u&1023)
	v := math.Ldexp(1+frac/1024, exp-15)
	switch {
	case exp == 0:
		v = math.Ldexp(frac, -24)
	case exp == 31 && frac == 0:
		v = math.Inf(1)
	case exp == 31:
		v = math.NaN()
	}
	if u&0x8000 != 0 {
		return -v
	}
	return v
}

// extendedReal is x87's double extended precision (Intel SDM 1, 4.2.2): an explicit
// integer bit in a mantissa of 64, exponent and sign after it.
func extendedReal(mantissa uint64, top uint16) real {
	negative, exp := top&0x8000 != 0, int(top&0x7fff)
	switch {
	case mantissa == 0 && exp != 0x7fff:
		return real{f: math.Copysign(0, 1-2*float64(top>>15))}
	case exp == 0x7fff && mantissa<<1 == 0:
		return real{f: math.Inf(1 - 2*int(top>>15))}
	case exp == 0x7fff:
		return real{f: math.NaN()}
	}
	x := new(big.Float).SetPrec(64).SetUint64(mantissa)
	x.SetMantExp(x, max(exp, 1)-16383-63)
	if negative {
		x.Neg(x)
	}
	f, _ := x.Float64()
	return real{f, x}
}

// quadReal is IEEE 754 binary128: 15 bits of exponent, 112 of fraction.
func quadReal(low, high uint64) real {
	const bias, fraction, top = 16383, 112, 0x7fff
	negative, exp := high>>63 != 0, int(high>>48&top)
	sign := 1 - 2*float64(high>>63)
	bits := new(big.Int).SetUint64(high & (1<<48 - 1))
	bits.Lsh(bits, 64).Or(bits, new(big.Int).SetUint64(low))
	switch {
	case exp == top && bits.Sign() == 0:
		return real{f: math.Inf(int(sign))}
	case exp == top:
		return real{f: math.NaN()}
	case exp == 0 && bits.Sign() == 0:
		return real{f: math.Copysign(0, sign)}
	case exp == 0:
		exp = 1
	default:
		bits.SetBit(bits, fraction, 1)
	}
	x := new(big.Float).SetPrec(fraction + 1).SetInt(bits)
	x.SetMantExp(x, exp-bias-fraction)
	if negative {
		x.Neg(x)
	}
	f, _ := x.Float64()
	return real{f, x}
}

// encodeFloat is the reverse of decodeFloat for single, double and x87.
func encodeFloat(r real, size int64) ([]byte, error) {
	b := make([]byte, size)
	switch size {
	case 4:
		binary.LittleEndian.PutUint32(b, math.Float32bits(float32(r.f)))
	case 8:
		binary.LittleEndian.PutUint64(b, math.Float64bits(r.f))
	case 10, 12, 16:
		mantissa, top := x87(r)
		binary.LittleEndian.PutUint64(b, mantissa)
		binary.LittleEndian.PutUint16(b[8:], top)
	default:
		return nil, core.Errorf(core.ErrInvalid, "writing a floating point number of %d bytes: no such format is known", size)
	}
	return b, nil
}

func x87(r real) (mantissa uint64, top uint16) {
	if math.Signbit(r.f) || r.sign() < 0 && !math.IsNaN(r.f) {
		top = 0x8000
	}
	x, ok := r.big()
	switch {
	case !ok && math.IsNaN(r.f):
		return 3 << 62, top | 0x7fff
	case !ok:
		return 1 << 63, top | 0x7fff
	case x.Sign() == 0:
		return 0, top
	}
	exp := x.MantExp(nil)
	m, _ := new(big.Float).SetMantExp(new(big.Float).Abs(x), 64-exp).Uint64()
	e := exp - 1 + 16383
	switch {
	case e >= 0x7fff:
		return 1 << 63, top | 0x7fff
	case e <= -63:
		return 0, top
	case e <= 0:
		return m >> (1 - e), top
	}
	return m, top | uint16(e)
}

// floatText prints as gdb does (floatformat_printf_format): %g with enough digits
// to tell all numbers of the format apart.
func floatText(b []byte, quad bool) string {
	r, err := decodeFloat(b, quad)
	if err != nil {
		return "<" + err.Error() + ">"
	}
	format := map[int][3]int{2: {5, 10, 16}, 4: {9, 23, 32}, 8: {17, 52, 64}}
	f, ok := format[len(b)]
	if !ok {
		f = [3]int{21, 64, 80}
	}
	if quad && len(b) == 16 {
		f = [3]int{36, 112, 128}
	}
	if math.IsNaN(r.f) {
		return nanText(b, f[1], f[2])
	}
	if x, ok := r.big(); ok {
		return general(x, f[0])
	}
	return strings.TrimPrefix(strings.ToLower(fmt.Sprint(r.f)), "+")
}

// nanText shows the mantissa of what is not a number.
func nanText(b []byte, mantissa, bits int) string {
	sign := ""
	if b[bits/8-1]&0x80 != 0 {
		sign = "-"
	}
	return fmt.Sprintf("%snan(0x%x)", sign, bitfield(b, 0, int64(mantissa), false))
}

// general is C's %.*g, which Go's differs from in where the exponent begins.
func general(x *big.Float, digits int) string {
	s := x.Text('e', digits-1)
	mantissa, e, _ := strings.Cut(s, "e")
	exp, _ := strconv.Atoi(e)
	if exp < -4 || exp >= digits {
		return fmt.Sprintf("%se%+03d", trimZeros(mantissa), exp)
	}
	return trimZeros(x.Text('f', digits-1-exp))
}

func trimZeros(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
