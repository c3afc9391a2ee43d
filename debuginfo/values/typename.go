package values

import (
	"fmt"
	"strings"

	"github.com/stackfs/stackfs/debuginfo/types"
)

// TypeName writes a type as gdb does in a cast: `struct point *`, `int (*)[3]`,
// `const char * const *` (c_print_type with show = -1).
func TypeName(lang Language, t *types.Type) string {
	n := namer{lang: lang, left: maxNameParts}
	return n.declare(t, "")
}

// maxNameParts bounds the parts of one name: debug info may close types to a ring.
const maxNameParts = 300

type namer struct {
	lang Language
	left int
}

// declare wraps what a declarator has so far in what t adds to it.
func (n *namer) declare(t *types.Type, inner string) string {
	if n.left--; n.left < 0 {
		return "..."
	}
	if t == nil {
		return join("void", inner)
	}
	switch t.Kind {
	case types.Const:
		return n.qualified("const", t, inner)
	case types.Volatile:
		return n.qualified("volatile", t, inner)
	case types.Restrict:
		return n.qualified("restrict", t, inner)
	case types.Atomic:
		return n.qualified("_Atomic", t, inner)
	case types.Pointer:
		return n.pointer(t.Elem(), "*"+inner)
	case types.Reference:
		return n.pointer(t.Elem(), "&"+inner)
	case types.RvalueReference:
		return n.pointer(t.Elem(), "&&"+inner)
	case types.MemberPointer:
		return n.pointer(t.Elem(), TypeName(n.lang, t.Details().Class)+"::*"+inner)
	case types.Array:
		return n.declare(t.Elem(), inner+dimension(t))
	case types.Func:
		return n.declare(t.Elem(), inner+n.params(t))
	}
	return join(n.base(t), inner)
}

func join(base, inner string) string {
	if inner == "" {
		return base
	}
	return base + " " + inner
}

// qualified puts the word after the star of a pointer and before everything else.
func (n *namer) qualified(word string, t *types.Type, inner string) string {
	u := t.Elem()
	for range maxTypeDepth {
		if u == nil || u.Kind != types.Const && u.Kind != types.Volatile && u.Kind != types.Restrict && u.Kind != types.Atomic {
			break
		}
		u = u.Elem()
	}
	if u == nil {
		return word + " " + n.declare(t.Elem(), inner)
	}
	switch u.Kind {
	case types.Pointer, types.Reference, types.RvalueReference, types.MemberPointer:
		return n.declare(t.Elem(), " "+word+spaced(inner))
	}
	return word + " " + n.declare(t.Elem(), inner)
}

func spaced(inner string) string {
	if inner == "" || inner[0] == ' ' || inner[0] == ')' {
		return inner
	}
	return " " + inner
}

func (n *namer) pointer(elem *types.Type, inner string) string {
	if elem != nil && (elem.Kind == types.Array || elem.Kind == types.Func) {
		inner = "(" + inner + ")"
	}
	return n.declare(elem, inner)
}

func dimension(t *types.Type) string {
	if c := count(t); c >= 0 {
		if t.Vector {
			return fmt.Sprintf(" __attribute__ ((vector_size(%d)))", c)
		}
		return fmt.Sprintf("[%d]", c)
	}
	return "[]"
}

// params writes the parameters of a function; C's () says nothing of them.
func (n *namer) params(t *types.Type) string {
	d := t.Details()
	var list []string
	for _, p := range d.Params {
		if p.Artificial && p.Type != nil && p.Type.Kind == types.Pointer { // this, which gdb shows as const
			list = append(list, n.pointer(p.Type.Elem(), "* const"))
			continue
		}
		list = append(list, n.declare(p.Type, ""))
	}
	switch {
	case d.Variadic && (len(list) > 0 || n.lang != C):
		list = append(list, "...")
	case len(list) == 0 && !d.Variadic:
		list = append(list, "void")
	}
	return "(" + strings.Join(list, ", ") + ")"
}

// base is the name of a type that is not made of another.
func (n *namer) base(t *types.Type) string {
	word := map[types.Kind]string{types.Struct: "struct", types.Class: "class", types.Union: "union", types.Enum: "enum"}[t.Kind]
	switch {
	case word != "" && t.Name == "":
		return word + " {...}"
	case n.lang == CPlusPlus && strings.Contains(t.Name, "<"):
		return types.CanonicalName(t.Name)
	case word != "" && n.lang == C:
		return word + " " + t.Name
	case shortNames[t.Name] != "":
		return shortNames[t.Name]
	case t.Name != "":
		return t.Name
	case t.Kind == types.Void:
		return "void"
	}
	return "<unknown type>"
}

// shortNames are gdb's words for what gcc calls the base types.
var shortNames = map[string]string{
	"short int": "short", "short unsigned int": "unsigned short", "long int": "long", "long unsigned int": "unsigned long",
	"long long int": "long long", "long long unsigned int": "unsigned long long", "__int128 unsigned": "unsigned __int128",
}
