package types

import (
	"strconv"
	"strings"
)

// String is the type's name as gdb's whatis prints it: struct page *, int (*)(void *, int),
// char [16]. In C++ the words struct, class, union and enum are left out.
func (t *Type) String() string { return Declare(t, "") }

// Declare declares name to be of a type: int (*handler)(int), char name[16]. t nil is void.
func Declare(t *Type, name string) string {
	d := declarer{left: maxName}
	return d.declare(t, name, 0)
}

// Prototype declares a function with its parameters' names: int main(int argc, char **argv).
// this and other parameters of the compiler's making are left out. A type that is not
// of kind Func is declared as it is.
func Prototype(t *Type, name string) string {
	if t == nil || t.Kind != Func {
		return Declare(t, name)
	}
	d := declarer{left: maxName, names: true}
	return d.declare(t, name, 0)
}

// maxName is roughly the most bytes of a name: bad debug info may describe functions
// of functions that would have no end.
const maxName = 1 << 14

// nodeCost is about what a type takes besides its name, bytes.
const nodeCost = 4

// A declarer writes C declarations from the inside out.
type declarer struct {
	left  int  // bytes that may still be written
	names bool // with the names of the outermost function's parameters
}

// qualifiers are those that stand before a type, in gdb's order (c_type_print_modifier).
type qualifiers [4]bool

var qualifierNames = [...]string{"const", "volatile", "restrict", "_Atomic"}

func (q qualifiers) String() string {
	var words []string
	for i, on := range q {
		if on {
			words = append(words, qualifierNames[i])
		}
	}
	return strings.Join(words, " ")
}

// add notes a type of the kinds Const to Atomic.
func (q *qualifiers) add(k Kind) { q[k-Const] = true }

// declare goes from the declared name outwards: inner is what is declared so far.
func (d *declarer) declare(t *Type, inner string, depth int) string {
	var q qualifiers
	for {
		d.left -= nodeCost
		if depth++; depth > maxStrip || d.left < 0 {
			return join("...", inner)
		}
		if t == nil {
			return join(join(q.String(), "void"), inner)
		}
		if t.Name != "" && t.Kind != Typedef && (t.Lang == Rust || t.Lang == Go) {
			return d.foreign(t, inner)
		}
		switch t.Kind {
		case Const, Volatile, Restrict, Atomic:
			q.add(t.Kind)
		case Pointer, Reference, RvalueReference, MemberPointer:
			inner = wrap(d.star(t)+pad(q.String(), inner), t.Elem())
			q = qualifiers{}
		case Array:
			inner = dimension(t, inner)
		case Func:
			inner += d.params(t, depth)
		default:
			return d.base(t, q, inner)
		}
		t = t.Elem()
	}
}

// base ends a declaration with the type that is neither pointer, array nor function.
func (d *declarer) base(t *Type, q qualifiers, inner string) string {
	name := baseName(t)
	d.left -= len(name)
	return join(join(q.String(), name), inner)
}

// foreign declares in Rust's and Go's order, where types have names of their own.
func (d *declarer) foreign(t *Type, inner string) string {
	d.left -= len(t.Name)
	switch {
	case inner == "" || strings.ContainsAny(inner[:1], "*&("):
		return join(t.Name, inner)
	case t.Lang == Go:
		return inner + " " + t.Name
	default:
		return inner + ": " + t.Name
	}
}

// star is what a pointer or reference puts before what is declared.
func (d *declarer) star(t *Type) string {
	switch t.Kind {
	case Reference:
		return "&"
	case RvalueReference:
		return "&&"
	case MemberPointer:
		if c := t.Details().Class; c != nil {
			d.left -= len(c.Name)
			return c.Name + "::*"
		}
		return "?::*"
	default:
		return "*"
	}
}

// pad puts qualifiers between a star and what follows: "* const p".
func pad(qualifiers, inner string) string {
	if qualifiers == "" {
		return inner
	}
	if strings.HasPrefix(inner, "[") {
		return " " + qualifiers + inner
	}
	return join(" "+qualifiers, inner)
}

// wrap puts parentheses where a pointer is to an array or function.
func wrap(inner string, elem *Type) string {
	for n := 0; elem != nil && n < maxStrip; n++ {
		switch {
		case elem.Kind == Func || elem.Kind == Array:
			return "(" + inner + ")"
		case elem.Kind >= Const && elem.Kind <= Atomic:
			elem = elem.Elem()
		default:
			return inner
		}
	}
	return inner
}

// dimension adds an array's [n].
func dimension(t *Type, inner string) string {
	n := t.Details().Count
	if t.Vector {
		return join(inner, "__attribute__ ((vector_size("+strconv.FormatInt(n, 10)+")))")
	}
	if n < 0 {
		return inner + "[]"
	}
	return inner + "[" + strconv.FormatInt(n, 10) + "]"
}

// params is a function's (int, char *), with names once if they are wanted.
func (d *declarer) params(t *Type, depth int) string {
	names := d.names
	d.names = false
	details := t.Details()
	var out []string
	for i, p := range details.Params {
		if d.left < 0 {
			out = append(out, "...")
			break
		}
		switch {
		case !names:
			out = append(out, d.declare(p.object(i == 0), "", depth))
		case !p.Artificial:
			out = append(out, d.declare(p.Type, p.Name, depth))
		}
	}
	return "(" + t.list(out) + ")"
}

// object is a parameter's type; this cannot be assigned to, which gcc says only where
// a method is defined and gdb always (dwarf2/read.c, read_subroutine_type).
func (p *Param) object(first bool) *Type {
	if p.Artificial && (p.Name == "this" || p.Name == "" && first) && p.Type != nil && p.Type.Kind == Pointer {
		return Qualify(p.Type, Const)
	}
	return p.Type
}

// list puts what declares a function's parameters together.
func (t *Type) list(params []string) string {
	switch variadic := t.Details().Variadic; {
	case variadic && len(params) == 0 && t.Lang == C:
		return ""
	case variadic:
		params = append(params, "...")
	case len(params) == 0:
		return "void"
	}
	return strings.Join(params, ", ")
}

// join puts a space between two words if both are there.
func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " " + b
}

// keywords are the words before the tags of C.
var keywords = map[Kind]string{Struct: "struct", Class: "class", Union: "union", Enum: "enum"}

// baseName is a type's name with its keyword; {...} stands for the body of one that has none.
func baseName(t *Type) string {
	word := keywords[t.Kind]
	switch {
	case word != "" && t.Name == "":
		return word + " {...}"
	case word != "" && t.Lang == C:
		return word + " " + t.Name
	case t.Kind == Void:
		return "void"
	case t.Name == "":
		return "<unknown type>"
	case t.Kind == Int || t.Kind == Float:
		return canonical(t.Name)
	case t.Lang == CPlus:
		return CanonicalName(t.Name)
	}
	return t.Name
}
