package btf

import (
	"iter"

	"github.com/stackfs/stackfs/debuginfo/types"
)

// all are the records of some kinds in the order of their ids, a base's first.
func (f *File) all(kinds uint32) iter.Seq2[uint32, record] {
	return func(yield func(uint32, record) bool) {
		if f.base != nil {
			for id, r := range f.base.all(kinds) {
				if !yield(id, r) {
					return
				}
			}
		}
		for i, at := range f.offsets {
			r := record(f.types[at:])
			if kinds>>r.kind()&1 != 0 && !yield(f.first+uint32(i), r) {
				return
			}
		}
	}
}

// Types are all types that have a name or a body, the base's first: integers, floats,
// structs, unions, enums, typedefs, and declarations of structs and unions.
func (f *File) Types() iter.Seq[*types.Type] {
	return func(yield func(*types.Type) bool) {
		for id := range f.all(bare | records | 1<<kindForward) {
			if !yield(f.typeOf(id)) {
				return
			}
		}
	}
}

// Names are the names of those types that have one, without making the types. A name
// may come more than once.
func (f *File) Names() iter.Seq2[string, types.Kind] {
	return func(yield func(string, types.Kind) bool) {
		for _, r := range f.all(bare | records | 1<<kindForward) {
			name := f.text(r.name())
			if len(name) > 0 && !yield(string(name), kindOf(r)) {
				return
			}
		}
	}
}

// kindOf is a record's kind as far as it can be told without its name.
func kindOf(r record) types.Kind {
	switch r.kind() {
	case kindForward:
		return plain[r.tagged()]
	case kindInt:
		return types.Int
	}
	return plain[r.kind()]
}

// Functions are all functions with their types, of kind Func.
func (f *File) Functions() iter.Seq2[string, *types.Type] { return f.declared(1 << kindFunc) }

// Variables are all variables with their types.
func (f *File) Variables() iter.Seq2[string, *types.Type] { return f.declared(1 << kindVar) }

func (f *File) declared(kinds uint32) iter.Seq2[string, *types.Type] {
	return func(yield func(string, *types.Type) bool) {
		for _, r := range f.all(kinds) {
			if !yield(string(f.text(r.name())), f.whole(r.ref())) {
				return
			}
		}
	}
}
