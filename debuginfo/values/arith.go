package values

import (
	"math"
	"math/big"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// promoted is the type after C's integer promotions (C11, 6.3.1.1); a bit field
// of fewer bits than an int is an int.
func (env *Env) promoted(t *types.Type) *types.Type {
	t = t.Strip()
	switch size := sizeOf(t); {
	case isFloat(t):
		return t
	case size < 4 || size == 4 && signed(t) || size == 4 && kind(t) == types.Bool:
		return intType
	case size == 4:
		return uintType
	case size > 8:
		return t
	case signed(t):
		return env.long(true)
	}
	return env.long(false)
}

// long is the type of 8 bytes, whatever its name on the target.
func (env *Env) long(signed bool) *types.Type {
	if signed {
		return longType
	}
	return ulongType
}

// usual is the common type of two operands (C11, 6.3.1.8).
func (env *Env) usual(a, b *types.Type) *types.Type {
	a, b = a.Strip(), b.Strip()
	switch {
	case isFloat(a) && (!isFloat(b) || sizeOf(a) >= sizeOf(b)):
		return a
	case isFloat(b):
		return b
	}
	a, b = env.promoted(a), env.promoted(b)
	switch {
	case sizeOf(a) > sizeOf(b):
		return a
	case sizeOf(a) < sizeOf(b) || signed(a):
		return b
	}
	return a
}

// compute is an operator on two numbers of type t, both converted to it already
// (of << and >> only the left one is).
func compute(op string, a, b number, t *types.Type) (number, error) {
	if a.float {
		return computeFloat(op, a.f, b.f, t)
	}
	bits := uint64(max(sizeOf(t), 1)) * 8
	n, err := computeInt(op, a.i, b.i, signed(t), bits)
	return convertNumber(number{i: n}, t, t), err
}

func computeInt(op string, a, b uint64, signed bool, bits uint64) (uint64, error) {
	switch op {
	case "+":
		return a + b, nil
	case "-":
		return a - b, nil
	case "*":
		return a * b, nil
	case "/", "%":
		return divide(op, a, b, signed)
	case "&":
		return a & b, nil
	case "|":
		return a | b, nil
	case "^":
		return a ^ b, nil
	case "<<", ">>":
		return shift(op, a, b, signed, bits), nil
	}
	return 0, core.Errorf(core.ErrInvalid, "no operator %s on integers", op)
}

func divide(op string, a, b uint64, signed bool) (uint64, error) {
	switch {
	case b == 0:
		return 0, core.Errorf(core.ErrInvalid, "division by zero")
	case signed && int64(b) == -1: // the one quotient that does not fit traps in C
		return map[string]uint64{"/": -a}[op], nil
	case signed && op == "/":
		return uint64(int64(a) / int64(b)), nil
	case signed:
		return uint64(int64(a) % int64(b)), nil
	case op == "/":
		return a / b, nil
	}
	return a % b, nil
}

// shift gives 0 for a count that is not one, as gdb does, and the sign where it is
// shifted out to the right.
func shift(op string, a, count uint64, signed bool, bits uint64) uint64 {
	switch {
	case op == "<<" && count < bits:
		return a << count
	case op == ">>" && count < bits && signed:
		return uint64(int64(a) >> count)
	case op == ">>" && count < bits:
		return a >> count
	}
	return 0
}

func computeFloat(op string, a, b real, t *types.Type) (number, error) {
	x, okX := a.big()
	y, okY := b.big()
	if !okX || !okY || sizeOf(t) <= 8 || y.Sign() == 0 {
		f, err := floatOp(op, a.f, b.f)
		return number{float: true, f: real{f: f}.rounded(sizeOf(t))}, err
	}
	z := new(big.Float).SetPrec(64)
	switch op {
	case "+":
		z.Add(x, y)
	case "-":
		z.Sub(x, y)
	case "*":
		z.Mul(x, y)
	case "/":
		z.Quo(x, y)
	default:
		return number{}, errNotInteger(op)
	}
	f, _ := z.Float64()
	return number{float: true, f: real{f, z}}, nil
}

func floatOp(op string, a, b float64) (float64, error) {
	switch op {
	case "+":
		return a + b, nil
	case "-":
		return a - b, nil
	case "*":
		return a * b, nil
	case "/":
		return a / b, nil
	}
	return math.NaN(), errNotInteger(op)
}

func errNotInteger(op string) error {
	return core.Errorf(core.ErrInvalid, "operator %s wants integers, not floating point numbers", op)
}

// compare is -1, 0 or 1; ordered is false if one is not a number.
func (n number) compare(m number, signed bool) (c int, ordered bool) {
	switch {
	case n.float:
		x, okX := n.f.big()
		y, okY := m.f.big()
		if okX && okY {
			return x.Cmp(y), true
		}
		a, b := n.f.f, m.f.f
		return int(truth(a > b)) - int(truth(a < b)), a == a && b == b
	case signed:
		a, b := int64(n.i), int64(m.i)
		return int(truth(a > b)) - int(truth(a < b)), true
	}
	return int(truth(n.i > m.i)) - int(truth(n.i < m.i)), true
}

// holds says whether a comparison is true.
func holds(op string, c int, ordered bool) bool {
	switch op {
	case "==":
		return ordered && c == 0
	case "!=":
		return !ordered || c != 0
	case "<":
		return ordered && c < 0
	case "<=":
		return ordered && c <= 0
	case ">":
		return ordered && c > 0
	}
	return ordered && c >= 0
}
