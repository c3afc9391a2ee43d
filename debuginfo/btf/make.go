package btf

import (
	"github.com/stackfs/stackfs/debuginfo/types"
)

// plain is the kind of type that a kind of record is, where nothing more is to be seen.
var plain = [kindLast + 1]types.Kind{
	kindPointer: types.Pointer, kindArray: types.Array, kindStruct: types.Struct, kindUnion: types.Union,
	kindEnum: types.Enum, kindEnum64: types.Enum, kindForward: types.Struct, kindTypedef: types.Typedef,
	kindVolatile: types.Volatile, kindConst: types.Const, kindRestrict: types.Restrict,
	kindPrototype: types.Func, kindFloat: types.Float,
}

// maxChain bounds chains of types, which bad input may close to rings.
const maxChain = 100

// resolve goes from names for types that C has not, tags, functions and variables, to
// the type; 0 is void, and what is of no use as a type has no record.
func (f *File) resolve(id uint32) uint32 {
	for n := 0; n < maxChain && id != 0; n++ {
		r := f.at(id)
		if r == nil {
			return id
		}
		switch r.kind() {
		case kindTypeTag, kindFunc, kindVar:
			id = r.ref()
		default:
			return id
		}
	}
	return id
}

// typeOf is the type of an id, the same one each time; nil for void.
func (f *File) typeOf(id uint32) *types.Type {
	id = f.resolve(id)
	if id == 0 {
		return nil
	}
	for f.base != nil && id < f.first {
		f = f.base
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	t := f.made[id]
	if t == nil {
		t = f.newType(id)
		f.made[id] = t
	}
	return t
}

// whole is the type of an id that cannot be void: of kind Unknown if it is.
func (f *File) whole(id uint32) *types.Type {
	if t := f.typeOf(id); t != nil {
		return t
	}
	return &types.Type{Size: -1}
}

// newType makes a type; it asks for no other type, so the mutex may be held.
func (f *File) newType(id uint32) *types.Type {
	r := f.at(id)
	if r == nil || plain[r.kind()] == types.Unknown && r.kind() != kindInt {
		return &types.Type{Size: -1}
	}
	t := &types.Type{Kind: plain[r.kind()], Name: string(f.text(r.name())), Size: f.size(id), Unaligned: true}
	if r.forward() {
		t.Kind, t.Size, t.Declaration = plain[r.tagged()], -1, true
		return t
	}
	switch r.kind() {
	case kindInt:
		integer(t, r)
	case kindEnum, kindEnum64:
		t.Signed = r.flag()
		t.Flags = types.FlagEnum(values(r))
	case kindFloat:
		t.Kind, t.Name = floating(t.Name)
	}
	if r.kind() == kindInt || r.kind() == kindFloat {
		return t
	}
	return types.New(t, func() types.Details { return f.details(r) })
}

// integer sets what an INT record says. Encoders do not mark char as a character or,
// where it is, as signed, so its name must do.
func integer(t *types.Type, r record) {
	signed, char, boolean, _, _ := r.integer()
	t.Kind, t.Signed = types.Int, signed
	switch {
	case boolean:
		t.Kind = types.Bool
	case char:
		t.Kind = types.Char
	case t.Size == 1 && (t.Name == "char" || t.Name == "signed char" || t.Name == "unsigned char"):
		t.Kind, t.Signed = types.Char, t.Name != "unsigned char"
	}
}

// floating tells complex numbers, which are FLOAT records too, by their names.
func floating(name string) (types.Kind, string) {
	for _, word := range []string{"complex ", "_Complex "} {
		if len(name) > len(word) && name[:len(word)] == word {
			return types.Complex, name
		}
	}
	return types.Float, name
}

// size is a type's size in bytes; -1: it has none.
func (f *File) size(id uint32) int64 {
	count := int64(1)
	for n := 0; n < maxChain && id != 0; n++ {
		r := f.at(id)
		if r == nil {
			return -1
		}
		switch r.kind() {
		case kindInt, kindStruct, kindUnion, kindEnum, kindEnum64, kindFloat:
			return types.ArraySize(&types.Type{Size: r.size()}, count)
		case kindPointer:
			return types.ArraySize(&types.Type{Size: f.PointerSize()}, count)
		case kindArray:
			if count = types.ArraySize(&types.Type{Size: int64(r.word(2))}, count); count < 0 {
				return -1
			}
			id = r.word(0)
		case kindTypedef, kindVolatile, kindConst, kindRestrict, kindTypeTag, kindVar:
			id = r.ref()
		default:
			return -1
		}
	}
	return -1
}

// PointerSize is the bytes of a pointer: BTF does not say it, but on Linux a long is
// as large; 8 if there is no long.
func (f *File) PointerSize() int64 {
	if f.base != nil {
		return f.base.PointerSize()
	}
	f.sized.Do(func() {
		f.word = 8
		for _, name := range []string{"long unsigned int", "long int", "unsigned long", "long"} {
			if id := f.search(1<<kindInt, name); id != 0 {
				f.word = min(f.at(id).size(), 8)
				return
			}
		}
	})
	return f.word
}
