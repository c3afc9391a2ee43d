package btf

import (
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// tags says which kinds a keyword before a name allows.
var tags = map[string]uint32{
	"struct": 1 << kindStruct,
	"class":  1 << kindStruct,
	"union":  1 << kindUnion,
	"enum":   1<<kindEnum | 1<<kindEnum64,
}

const (
	bare    = 1<<kindTypedef | 1<<kindInt | 1<<kindFloat
	records = 1<<kindStruct | 1<<kindUnion | 1<<kindEnum | 1<<kindEnum64
)

// Type finds a type by name as [types.Source] says.
func (f *File) Type(name string) (*types.Type, error) {
	keyword, tag, ok := strings.Cut(strings.TrimSpace(name), " ")
	if kinds := tags[keyword]; ok && kinds != 0 {
		tag = strings.TrimSpace(tag)
		return f.choose(name, f.search(kinds, tag), f.forward(keyword, tag))
	}
	for _, spelling := range types.Spellings(name) {
		if id := f.search(bare, spelling); id != 0 {
			return f.typeOf(id), nil
		}
	}
	return f.choose(name, f.search(records, name), f.forward("", name))
}

// choose is the type of the first id that is one.
func (f *File) choose(name string, ids ...uint32) (*types.Type, error) {
	for _, id := range ids {
		if id != 0 {
			return f.typeOf(id), nil
		}
	}
	return nil, core.Errorf(core.ErrNotFound, "finding type %s: BTF has none of that name", name)
}

// search is the first type of a name and of one of the kinds, here or in the base; 0:
// there is none.
func (f *File) search(kinds uint32, name string) (found uint32) {
	for ; f != nil && found == 0; f = f.base {
		f.find(name, func(id uint32, r record) bool {
			if kinds>>r.kind()&1 != 0 && !r.forward() {
				found = id
			}
			return found == 0
		})
	}
	return found
}

// forward is a declaration of a struct, union or enum without definition.
func (f *File) forward(keyword, name string) (found uint32) {
	for ; f != nil && found == 0; f = f.base {
		f.find(name, func(id uint32, r record) bool {
			if r.forward() && (keyword == "" || tags[keyword]>>r.tagged()&1 != 0) {
				found = id
			}
			return found == 0
		})
	}
	return found
}

// Function finds a function's type, of kind Func, by the function's name.
func (f *File) Function(name string) (*types.Type, error) {
	if id := f.search(1<<kindFunc, name); id != 0 {
		return f.typeOf(f.at(id).ref()), nil
	}
	return nil, core.Errorf(core.ErrNotFound, "finding function %s: BTF has none of that name", name)
}

// Variable finds a variable's type by the variable's name. Kernels have their
// per-CPU variables only.
func (f *File) Variable(name string) (*types.Type, error) {
	if id := f.search(1<<kindVar, name); id != 0 {
		return f.typeOf(f.at(id).ref()), nil
	}
	return nil, core.Errorf(core.ErrNotFound, "finding variable %s: BTF has none of that name", name)
}
