package types

import "math"

// PointerTo is a pointer to a type, nil for void; size is that of pointers, bytes.
func PointerTo(t *Type, size int64) *Type {
	p := &Type{Kind: Pointer, Size: size, details: Details{Elem: t}}
	if t != nil {
		p.Lang = t.Lang
	}
	return p
}

// ArrayOf is an array of n of a type; n < 0: it is not known how many.
func ArrayOf(t *Type, n int64) *Type {
	a := &Type{Kind: Array, Size: ArraySize(t, n), Lang: t.Lang}
	a.details = Details{Elem: t, Count: max(n, -1)}
	return a
}

// ArraySize is the size in bytes of n of a type; -1: not known, or too large for any
// memory.
func ArraySize(t *Type, n int64) int64 {
	if t == nil || t.Size < 0 || n < 0 || t.Size > 0 && n > math.MaxInt64/8/t.Size {
		return -1
	}
	return t.Size * n
}

// Qualify is a type with a qualifier, of kind Const, Volatile, Restrict or Atomic; t may be nil for
// void.
func Qualify(t *Type, kind Kind) *Type {
	q := &Type{Kind: kind, Size: -1, details: Details{Elem: t}}
	if t != nil {
		q.Size, q.Lang = t.Size, t.Lang
	}
	return q
}

// Function is a function's type; result nil is void.
func Function(result *Type, params []Param, variadic bool) *Type {
	f := &Type{Kind: Func, Size: -1, details: Details{Elem: result, Params: params, Variadic: variadic}}
	if result != nil {
		f.Lang = result.Lang
	}
	return f
}
