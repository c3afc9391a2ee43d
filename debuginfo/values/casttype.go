package values

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// typeNamed is the one place that turns the text of a type into the type.
func (env *Env) typeNamed(text string) (*types.Type, error) {
	text = strings.TrimSpace(text)
	if m := arraySuffix.FindStringSubmatch(text); m != nil {
		elem, err := env.typeNamed(m[1])
		n, bad := strconv.ParseInt(m[2], 0, 32)
		if err != nil || bad != nil {
			return nil, core.Errorf(core.ErrInvalid, "no type %q", text)
		}
		return arrayOf(elem, n), nil
	}
	base := strings.TrimRight(text, " *&")
	t, err := env.baseNamed(strings.Join(strings.Fields(base), " "))
	if err != nil {
		return nil, err
	}
	for _, c := range text[len(base):] {
		switch c {
		case '*':
			t = env.pointerTo(t)
		case '&':
			to := t
			t = types.New(&types.Type{Kind: types.Reference, Size: env.pointerSize()}, func() types.Details { return types.Details{Elem: to} })
		}
	}
	return t, nil
}

var arraySuffix = regexp.MustCompile(`^(.*[^\s\])])\s*\[([0-9]+)\]$`)

var builtins = map[string]*types.Type{
	"void": voidType, "char": charType, "int": intType, "signed": intType, "unsigned": uintType, "unsigned int": uintType,
	"long": longType, "long int": longType, "long long": longType, "unsigned long": ulongType, "unsigned long int": ulongType, "long unsigned int": ulongType,
	"unsigned long long": ulongType, "float": floatType, "double": doubleType, "long double": longDouble, "_Bool": boolType, "bool": boolType,
	"signed char": {Kind: types.Char, Name: "signed char", Size: 1, Signed: true}, "unsigned char": {Kind: types.Char, Name: "unsigned char", Size: 1},
	"short": {Kind: types.Int, Name: "short", Size: 2, Signed: true}, "unsigned short": {Kind: types.Int, Name: "unsigned short", Size: 2},
}

// baseNamed finds a type without stars; what the target's debug info says goes first.
func (env *Env) baseNamed(name string) (*types.Type, error) {
	if rest, ok := strings.CutPrefix(name, "const "); ok {
		t, err := env.baseNamed(rest)
		return types.New(&types.Type{Kind: types.Const, Size: -1}, func() types.Details { return types.Details{Elem: t} }), err
	}
	if t, ok := builtins[name]; ok {
		return t, nil
	}
	if env.Types == nil {
		return nil, core.Errorf(core.ErrNotFound, "no type %q: there is no debug info", name)
	}
	return env.Types.Type(name)
}
