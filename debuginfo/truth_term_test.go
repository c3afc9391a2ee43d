package debuginfo

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stackfs/stackfs/debuginfo/types"
)

// A type in terms that do not depend on how anyone prints it, the same as in
// testdata/truth.py: what has a name by its name, what has none by its parts.

// truthTerm is what a type is called by those who refer to it.
func truthTerm(t *types.Type) string {
	var words []string
	for ; t != nil && t.Kind >= types.Const && t.Kind <= types.Atomic; t = t.Elem() {
		words = append(words, truthQualifiers[t.Kind-types.Const])
	}
	slices.SortFunc(words, func(a, b string) int {
		return slices.Index(truthQualifiers, a) - slices.Index(truthQualifiers, b)
	})
	return strings.Join(append(slices.Compact(words), truthPlain(t)), " ")
}

var truthQualifiers = []string{"const", "volatile", "restrict", "atomic"}

var truthTags = map[types.Kind]string{types.Struct: "struct", types.Union: "union", types.Class: "class", types.Enum: "enum"}

func truthPlain(t *types.Type) string {
	if t == nil {
		return "void"
	}
	switch t.Kind {
	case types.Void, types.Bool, types.Int, types.Char, types.Float, types.Complex, types.Typedef:
		return truthBase(t)
	case types.Struct, types.Union, types.Class, types.Enum:
		if t.Name != "" {
			return truthTags[t.Kind] + " " + t.Name
		}
		return truthBody(t)
	case types.Pointer:
		return "*(" + truthTerm(t.Elem()) + ")"
	case types.Array:
		count := "?"
		if n := t.Details().Count; n >= 0 {
			count = fmt.Sprint(n)
		}
		return "[" + count + "](" + truthTerm(t.Elem()) + ")"
	case types.Func:
		return truthFunction(t, false)
	}
	return "?" + t.Name
}

// truthBase is a name as C has it, whatever order of words debug info has.
func truthBase(t *types.Type) string {
	if t.Kind == types.Int || t.Kind == types.Float {
		return (&types.Type{Kind: t.Kind, Name: t.Name}).String()
	}
	return t.Name
}

func truthFunction(t *types.Type, names bool) string {
	var out []string
	for _, p := range t.Details().Params {
		text := truthTerm(p.Type)
		if names {
			text = p.Name + ":" + text
		}
		out = append(out, text)
	}
	if t.Details().Variadic {
		out = append(out, "...")
	}
	return truthTerm(t.Elem()) + "(" + strings.Join(out, ",") + ")"
}

func truthBody(t *types.Type) string {
	head := truthTags[t.Kind]
	if t.Declaration {
		return head + " declared"
	}
	var out []string
	if t.Kind == types.Enum {
		for _, e := range t.Details().Enumerators {
			value := fmt.Sprint(e.Value)
			if !t.Signed {
				value = fmt.Sprint(uint64(e.Value))
			}
			out = append(out, e.Name+"="+value)
		}
		return head + "{" + strings.Join(out, ",") + "}"
	}
	for _, m := range t.Details().Members {
		text := fmt.Sprintf("%s@%d", m.Name, m.BitOffset)
		if m.BitSize > 0 {
			text += fmt.Sprintf("/%d", m.BitSize)
		}
		out = append(out, text+":"+truthTerm(m.Type))
	}
	return fmt.Sprintf("%s %d{%s}", head, t.Size, strings.Join(out, ";"))
}

// truthDefinition is what a name stands for.
func truthDefinition(t *types.Type) string {
	switch t.Kind {
	case types.Struct, types.Union, types.Class, types.Enum:
		return truthBody(t)
	case types.Typedef:
		return "typedef " + truthTerm(t.Elem())
	case types.Int, types.Char:
		sign := "-"
		if t.Signed {
			sign = "signed"
		}
		return fmt.Sprintf("int %d %s", t.Size, sign)
	case types.Bool:
		return fmt.Sprintf("bool %d -", t.Size)
	case types.Float:
		return fmt.Sprintf("float %d -", t.Size)
	}
	return truthPlain(t)
}
