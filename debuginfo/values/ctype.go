package values

import (
	"math"
	"strings"

	"github.com/stackfs/stackfs/debuginfo/types"
)

// The types of C that expressions make without asking debug info.
var (
	voidType   = &types.Type{Kind: types.Void, Name: "void", Size: -1}
	boolType   = &types.Type{Kind: types.Bool, Name: "bool", Size: 1}
	charType   = &types.Type{Kind: types.Char, Name: "char", Size: 1, Signed: true}
	char16Type = &types.Type{Kind: types.Char, Name: "char16_t", Size: 2}
	char32Type = &types.Type{Kind: types.Char, Name: "char32_t", Size: 4}
	wcharType  = &types.Type{Kind: types.Char, Name: "wchar_t", Size: 4, Signed: true}
	intType    = &types.Type{Kind: types.Int, Name: "int", Size: 4, Signed: true}
	uintType   = &types.Type{Kind: types.Int, Name: "unsigned int", Size: 4}
	longType   = &types.Type{Kind: types.Int, Name: "long", Size: 8, Signed: true}
	ulongType  = &types.Type{Kind: types.Int, Name: "unsigned long", Size: 8}
	floatType  = &types.Type{Kind: types.Float, Name: "float", Size: 4}
	doubleType = &types.Type{Kind: types.Float, Name: "double", Size: 8}
	longDouble = &types.Type{Kind: types.Float, Name: "long double", Size: 16}
)

// pointerTo makes a pointer type of the target's size.
func (env *Env) pointerTo(t *types.Type) *types.Type {
	return types.PointerTo(t, env.pointerSize())
}

func (env *Env) pointerSize() int64 {
	if env.PointerSize > 0 {
		return int64(env.PointerSize)
	}
	return 8
}

// arrayOf makes an array type of n elements.
func arrayOf(t *types.Type, n int64) *types.Type {
	a := &types.Type{Kind: types.Array, Size: product(sizeOf(t), n)}
	if t != nil {
		a.Lang = t.Lang
	}
	return types.New(a, func() types.Details { return types.Details{Elem: t, Count: n} })
}

// product is a*b, -1 where one is not known or there is no such number.
func product(a, b int64) int64 {
	if a < 0 || b < 0 || a > 0 && b > math.MaxInt64/8/a {
		return -1
	}
	return a * b
}

// sizeOf is a type's size in bytes, -1: not known.
func sizeOf(t *types.Type) int64 { return sizeWithin(t, maxTypeDepth) }

// maxTypeDepth bounds how deep types are followed that debug info may close to a ring.
const maxTypeDepth = 64

func sizeWithin(t *types.Type, depth int) int64 {
	t = t.Strip()
	switch {
	case t == nil || depth == 0 || t.Size >= math.MaxInt64/8:
		return -1
	case t.Size >= 0:
		return t.Size
	case t.Kind != types.Array:
		return -1
	}
	return product(sizeWithin(t.Elem(), depth-1), t.Details().Count)
}

// count is an array's number of elements, -1: not known.
func count(t *types.Type) int64 {
	t = t.Strip()
	if d := t.Details(); d.Count >= 0 || t.Size <= 0 {
		return d.Count
	}
	if n := sizeOf(t.Elem()); n > 0 {
		return t.Size / n
	}
	return -1
}

// kind is that of a type without typedefs and qualifiers.
func kind(t *types.Type) types.Kind {
	if t = t.Strip(); t == nil {
		return types.Void
	}
	return t.Kind
}

func isInteger(t *types.Type) bool {
	switch kind(t) {
	case types.Int, types.Char, types.Bool, types.Enum:
		return true
	}
	return false
}

func isFloat(t *types.Type) bool { return kind(t) == types.Float }

func isArithmetic(t *types.Type) bool { return isInteger(t) || isFloat(t) }

func isPointer(t *types.Type) bool { return kind(t) == types.Pointer }

func isScalar(t *types.Type) bool { return isArithmetic(t) || isPointer(t) }

func isReference(t *types.Type) bool {
	k := kind(t)
	return k == types.Reference || k == types.RvalueReference
}

func isRecord(t *types.Type) bool {
	t = t.Strip()
	return t != nil && t.IsRecord()
}

// signed says whether a scalar is sign-extended; an enum is what it is stored as.
func signed(t *types.Type) bool {
	t = t.Strip()
	return t != nil && t.Signed
}

// textual says whether gdb prints integers of the type as characters too
// (c_textual_element_type), and with what letter before the quote.
func textual(t *types.Type) (prefix string, ok bool) {
	if t == registerByte {
		return "", false
	}
	for u, n := t, 0; u != nil && n < maxTypeDepth; u, n = u.Elem(), n+1 {
		switch u.Name {
		case "wchar_t":
			return "L", true
		case "char16_t":
			return "u", true
		case "char32_t":
			return "U", true
		}
		switch u.Kind {
		case types.Typedef, types.Const, types.Volatile, types.Restrict, types.Atomic:
		default:
			return widePrefix(u)
		}
	}
	return "", false
}

func widePrefix(t *types.Type) (prefix string, ok bool) {
	switch {
	case t.Kind == types.Char && t.Size == 2:
		return "u", true
	case t.Kind == types.Char && t.Size == 4:
		return "U", true
	}
	return "", t.Kind == types.Char || t.Kind == types.Int && t.Size == 1
}

// lastName is the part of a qualified name after the last ::.
func lastName(name string) string {
	if i := strings.LastIndex(name, "::"); i >= 0 {
		return name[i+2:]
	}
	return name
}
