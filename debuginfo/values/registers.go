package values

import (
	"errors"
	"regexp"
	"strconv"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// registerByte is the type of registers of 8 bits, which are not characters.
var registerByte = &types.Type{Kind: types.Int, Name: "int8_t", Size: 1, Signed: true}

// parts are the names for parts of registers: what they look like, the name of the
// whole register, and which bytes of it they are.
var parts = []struct {
	pattern      *regexp.Regexp
	whole        string
	size, offset int64
}{
	{regexp.MustCompile(`^e([abcd]x|[sd]i|[bs]p|ip)$`), "r$1", 4, 0},
	{regexp.MustCompile(`^([abcd]x|[sd]i|[bs]p)$`), "r$1", 2, 0},
	{regexp.MustCompile(`^([abcd])l$`), "r${1}x", 1, 0},
	{regexp.MustCompile(`^([abcd])h$`), "r${1}x", 1, 1},
	{regexp.MustCompile(`^([sd]i|[bs]p)l$`), "r$1", 1, 0},
	{regexp.MustCompile(`^(r[0-9]+)d$`), "$1", 4, 0},
	{regexp.MustCompile(`^(r[0-9]+)w$`), "$1", 2, 0},
	{regexp.MustCompile(`^(r[0-9]+)[bl]$`), "$1", 1, 0},
}

// register is $NAME: a register of the frame, a part of one, or what the Scope
// knows by that name.
func (c *checker) register(n *Node) (*Typed, error) {
	v, ok := c.env.register(n.Text)
	if ok {
		return constant(n, v), nil
	}
	if c.env.Scope != nil {
		v, err := c.env.Scope.Variable(c.ctx, "$"+n.Text)
		if err == nil {
			return constant(n, v), nil
		}
		if !errors.Is(err, core.ErrNotFound) {
			return nil, c.fail(n, err)
		}
	}
	if c.env.Registers.Arch == nil {
		return nil, c.fail(n, core.Errorf(core.ErrNoData, "no registers are known here, $%s is not", n.Text))
	}
	return nil, c.fail(n, core.Errorf(core.ErrNotFound, "no register or variable $%s", n.Text))
}

func (env *Env) register(name string) (Value, bool) {
	a := env.Registers.Arch
	if a == nil {
		return Value{}, false
	}
	switch name {
	case "pc":
		return inRegister(a.PC, 0, env.pointerTo(codeType)), true
	case "sp":
		return inRegister(a.SP, 0, env.pointerTo(voidType)), true
	case "fp":
		return inRegister(a.FP, 0, env.pointerTo(voidType)), true
	}
	if i, ok := a.Index(name); ok {
		return inRegister(i, 0, env.registerType(i)), true
	}
	for _, p := range parts {
		whole := p.pattern.ReplaceAllString(name, p.whole)
		if i, ok := a.Index(whole); ok && whole != name {
			return inRegister(i, p.offset*8, integerOf(p.size)), true
		}
	}
	return Value{}, false
}

func inRegister(i int, skip int64, t *types.Type) Value {
	return Value{Type: t, Place: Place{{Kind: InRegister, Register: i, Skip: skip}}}
}

// codeType is what $pc points at: a function of which nothing is known.
var codeType = types.New(&types.Type{Kind: types.Func, Size: -1}, func() types.Details { return types.Details{Variadic: true} })

// registerType is what gdb shows a register as: addresses and vectors are known by
// what they are, all else is an integer.
func (env *Env) registerType(i int) *types.Type {
	a := env.Registers.Arch
	r := a.Registers[i]
	switch {
	case i == a.PC:
		return env.pointerTo(codeType)
	case i == a.SP || i == a.FP:
		return env.pointerTo(voidType)
	case r.Bits == 80:
		return &types.Type{Kind: types.Float, Name: "i387_ext", Size: 10}
	case r.Bits > 64:
		return vectorType(r.Name, int64(r.Size()))
	}
	return integerOf(int64(r.Size()))
}

func integerOf(size int64) *types.Type {
	switch size {
	case 1:
		return registerByte
	case 2:
		return &types.Type{Kind: types.Int, Name: "int16_t", Size: 2, Signed: true}
	case 4:
		return intType
	}
	return longType
}

// vectorType is a union of the vectors that a register may hold, by gdb's names.
func vectorType(name string, size int64) *types.Type {
	lanes := []struct {
		name string
		t    *types.Type
	}{
		{"float", floatType}, {"double", doubleType}, {"int8", registerByte}, {"int16", integerOf(2)}, {"int32", intType}, {"int64", longType},
	}
	return types.New(&types.Type{Kind: types.Union, Name: "vec" + name, Size: size}, func() types.Details {
		var d types.Details
		for _, l := range lanes {
			n := size / l.t.Size
			t := types.New(&types.Type{Kind: types.Array, Size: size, Vector: true}, func() types.Details { return types.Details{Elem: l.t, Count: n} })
			d.Members = append(d.Members, types.Member{Name: "v" + strconv.FormatInt(n, 10) + "_" + l.name, Type: t})
		}
		whole := &types.Type{Kind: types.Int, Name: "uint128_t", Size: size}
		if size == 16 {
			d.Members = append(d.Members, types.Member{Name: "uint128", Type: whole})
		}
		return d
	})
}
