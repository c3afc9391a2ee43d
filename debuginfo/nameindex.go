package debuginfo

import (
	"strings"

	"github.com/stackfs/stackfs/debuginfo/dwarf"
)

// nameIndex finds entries by name.
type nameIndex struct{}

// nameKind is a set of what a name may be of.
type nameKind uint8

const (
	kindFunction nameKind = 1 << iota
	kindVariable
	kindStruct // struct, class and union
	kindEnum
	kindTypedef // and base types
	kindEnumerator
	kindType = kindStruct | kindEnum | kindTypedef
)

func kindOf(t dwarf.Tag) nameKind {
	switch t {
	case dwarf.TagSubprogram:
		return kindFunction
	case dwarf.TagVariable:
		return kindVariable
	case dwarf.TagStructType, dwarf.TagClassType, dwarf.TagUnionType:
		return kindStruct
	case dwarf.TagEnumerationType:
		return kindEnum
	case dwarf.TagTypedef, dwarf.TagBaseType:
		return kindTypedef
	}
	return 0
}

// named finds the entries of a name, definitions only.
func (d *debugData) named(name string, kinds nameKind) []dwarf.Entry {
	var out []dwarf.Entry
	var walk func(dwarf.Entry, string)
	walk = func(p dwarf.Entry, prefix string) {
		for c := range p.Children() {
			if kindOf(c.Tag)&kinds != 0 && !c.Flag(dwarf.AttrDeclaration) && d.qualifiedName(c) == name {
				out = append(out, c)
			}
			if kinds&kindEnumerator != 0 && c.Tag == dwarf.TagEnumerationType {
				for en := range c.Children() {
					if en.Name() == name {
						out = append(out, en)
					}
				}
			}
			if c.Tag == dwarf.TagNamespace || strings.Contains(name, "::") && kindOf(c.Tag) == kindStruct {
				walk(c, "")
			}
		}
	}
	for _, u := range d.data.Units {
		if r, ok := u.Root(); ok {
			walk(r, "")
		}
	}
	return out
}

// definitionOf finds the definition of a type that is only declared.
func (d *debugData) definitionOf(e dwarf.Entry) (dwarf.Entry, bool) {
	found := d.named(d.qualifiedName(e), kindOf(e.Tag))
	if len(found) == 0 {
		return dwarf.Entry{}, false
	}
	return found[0], true
}

// qualifiedName is an entry's name with those of the namespaces and classes around
// it, as C++ and Rust have them; empty if it has no name of its own.
func (d *debugData) qualifiedName(e dwarf.Entry) string {
	name := e.Name()
	if name == "" || !isScoped(e.Unit) {
		return name
	}
	if s, ok := e.Origin(dwarf.AttrName); ok {
		e = s // a definition out of its class is named where it is declared
	}
	path := e.Unit.Path(e.Offset)
	scopes := make([]string, 0, len(path))
	for _, p := range path[:max(len(path)-1, 0)] {
		switch p.Tag {
		case dwarf.TagNamespace, dwarf.TagStructType, dwarf.TagClassType, dwarf.TagUnionType, dwarf.TagModule, dwarf.TagEnumerationType:
			scopes = append(scopes, scopeName(p))
		}
	}
	return strings.Join(append(scopes, name), "::")
}

// scopeName is how gdb calls what a name is in.
func scopeName(e dwarf.Entry) string {
	if n := e.Name(); n != "" {
		return n
	}
	if e.Tag == dwarf.TagNamespace {
		return "(anonymous namespace)"
	}
	return "{unnamed}"
}
