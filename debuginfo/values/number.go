package values

import (
	"encoding/binary"
	"math"
	"math/big"
	"slices"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// A number is what C computes with: an integer of up to 64 bits, sign- or
// zero-extended, or a floating point number.
type number struct {
	float bool
	i     uint64
	f     real
}

// decodeNumber makes a number of a scalar's bytes; bit fields are cut out of theirs.
func decodeNumber(v Value, b []byte) (number, error) {
	t := v.Type.Strip()
	if isFloat(t) {
		f, err := decodeFloat(ordered(t, b), isQuad(t))
		return number{float: true, f: f}, err
	}
	b = ordered(t, b)
	if v.BitSize > 0 {
		return number{i: bitfield(b, v.BitOffset, v.BitSize, signed(t))}, nil
	}
	if len(b) > 8 {
		return number{}, core.Errorf(core.ErrInvalid, "computing with an integer of %d bytes: only those of up to 8 can be computed with", len(b))
	}
	return number{i: extended(b, signed(t))}, nil
}

// ordered puts the least significant byte first.
func ordered(t *types.Type, b []byte) []byte {
	if t == nil || !t.BigEndian {
		return b
	}
	b = slices.Clone(b)
	slices.Reverse(b)
	return b
}

// extended makes 64 bits of up to 8 little-endian bytes.
func extended(b []byte, signed bool) uint64 {
	var w [8]byte
	copy(w[:], b)
	u := binary.LittleEndian.Uint64(w[:])
	if n := uint(len(b)) * 8; signed && n > 0 && n < 64 {
		return uint64(int64(u<<(64-n)) >> (64 - n))
	}
	return u
}

// bitfield cuts size bits from bit offset on out of little-endian bytes.
func bitfield(b []byte, offset, size int64, signed bool) uint64 {
	size = min(size, 64)
	var w [8]byte
	copyBits(w[:], 0, b, offset, min(size, int64(len(b))*8-offset))
	u := binary.LittleEndian.Uint64(w[:])
	if signed && size < 64 && size > 0 {
		return uint64(int64(u<<(64-size)) >> (64 - size))
	}
	return u
}

// encodeNumber makes the bytes of type t of a number that has been converted to it.
func encodeNumber(t *types.Type, n number) ([]byte, error) {
	t = t.Strip()
	size := sizeOf(t)
	if size < 0 || size > 16 {
		return nil, core.Errorf(core.ErrInvalid, "converting a number to %s", types.Declare(t, ""))
	}
	var b []byte
	if isFloat(t) && isQuad(t) {
		return nil, core.Errorf(core.ErrUnsupported, "writing a number of type %s", types.Declare(t, ""))
	}
	if isFloat(t) {
		var err error
		if b, err = encodeFloat(n.f, size); err != nil {
			return nil, err
		}
		return ordered(t, b), nil
	}
	b = make([]byte, max(size, 8))
	binary.LittleEndian.PutUint64(b, n.i)
	if signed(t) && int64(n.i) < 0 {
		for i := int64(8); i < size; i++ {
			b[i] = 0xff
		}
	}
	return ordered(t, b[:size]), nil
}

// convertNumber is C's conversion (C11, 6.3.1) of a number of type from to type to.
func convertNumber(n number, from, to *types.Type) number {
	to = to.Strip()
	switch {
	case isFloat(to):
		if !n.float {
			n = number{float: true, f: realOfInt(n.i, signed(from))}
		}
		n.f = n.f.rounded(sizeOf(to))
		return n
	case kind(to) == types.Bool:
		return number{i: truth(!n.zero())}
	case n.float:
		n = number{i: n.f.integer()}
	}
	if size := sizeOf(to); size > 0 && size < 8 {
		var w [8]byte
		binary.LittleEndian.PutUint64(w[:], n.i)
		n.i = extended(w[:size], signed(to))
	}
	return n
}

func (n number) zero() bool {
	if n.float {
		return n.f.sign() == 0
	}
	return n.i == 0
}

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// decimal writes an integer of any size as gdb does.
func decimal(t *types.Type, b []byte) string {
	b = slices.Clone(ordered(t.Strip(), b))
	negative := signed(t) && len(b) > 0 && b[len(b)-1]&0x80 != 0
	slices.Reverse(b)
	v := new(big.Int).SetBytes(b)
	if negative {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(len(b))*8))
	}
	return v.String()
}

// A real is a floating point number: x where a float64 does not hold it exactly.
type real struct {
	f float64
	x *big.Float // of 64 bits of mantissa, as long double; nil: it is f
}

func realOfInt(u uint64, signed bool) real {
	x := new(big.Float).SetPrec(64)
	if signed {
		x.SetInt64(int64(u))
	} else {
		x.SetUint64(u)
	}
	f, _ := x.Float64()
	return real{f, x}
}

// big is the number as one of 64 bits of mantissa; ok is false for inf and nan.
func (r real) big() (*big.Float, bool) {
	switch {
	case r.x != nil:
		return r.x, true
	case math.IsInf(r.f, 0) || math.IsNaN(r.f):
		return nil, false
	}
	return new(big.Float).SetPrec(64).SetFloat64(r.f), true
}

func (r real) sign() int {
	switch {
	case r.x != nil:
		return r.x.Sign()
	case r.f > 0:
		return 1
	case r.f == 0:
		return 0
	}
	return -1
}

// rounded is the number as a type of so many bytes holds it.
func (r real) rounded(size int64) real {
	switch {
	case size == 4 && r.x != nil:
		f, _ := r.x.Float32()
		return real{f: float64(f)}
	case size == 4:
		return real{f: float64(float32(r.f))}
	case size == 8:
		return real{f: r.f}
	}
	return r
}

// integer drops the fraction and wraps, as x86-64's conversions do.
func (r real) integer() uint64 {
	x, ok := r.big()
	if !ok {
		return 1 << 63
	}
	i, _ := x.Int(nil)
	if i.BitLen() > 128 {
		return 1 << 63
	}
	return new(big.Int).And(i, new(big.Int).SetUint64(math.MaxUint64)).Uint64()
}

// negated is -r.
func (r real) negated() real {
	out := real{f: -r.f}
	if r.x != nil {
		out.x = new(big.Float).Neg(r.x)
	}
	return out
}
