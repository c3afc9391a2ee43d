package nodes

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo"
	"github.com/stackfs/stackfs/debuginfo/types"
)

var functionsTable = Table{
	Doc: "the functions by name: where each one is",
	Each: &Each{
		Row:    Row{Name: "FUNCTION", Doc: "of each function of that name: address range, prototype, file and line, parameters and where they are, inlined copies", Show: showFunction, JSON: true},
		List:   listFunctions,
		Find:   findFunction,
		Logged: true,
	},
}

// isFunction tells code by nm's letter.
func isFunction(kind byte) bool { return strings.IndexByte("tTwWiu", kind) >= 0 }

func listFunctions(ctx context.Context, p Place) ([]string, error) {
	prog, err := p.Target.program(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, s := range prog.Symbols() {
		if isFunction(s.Symbol.Kind) {
			names = append(names, s.Symbol.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func findFunction(ctx context.Context, p Place, name string) (Place, error) {
	p.Name = name
	prog, err := p.Target.programForNames(ctx)
	if err != nil {
		return p, err
	}
	_, _, err = p.functions(ctx, prog)
	return p, err
}

// functions are what a function's name means: the places of its symbols, or where
// it has none what debug info says of it.
func (p Place) functions(ctx context.Context, prog *debuginfo.Program) ([]debuginfo.Place, []*debuginfo.Function, error) {
	places := slices.DeleteFunc(prog.Lookup(p.Name), func(f debuginfo.Place) bool { return !isFunction(f.Symbol.Kind) })
	if len(places) > 0 {
		return places, nil, nil
	}
	if known := prog.Functions(ctx, p.Name); len(known) > 0 {
		return nil, known, nil
	}
	return nil, nil, notFound(prog, p.Name)
}

// notFound says that a symbol is not there, and which ones are near.
func notFound(prog *debuginfo.Program, name string) error {
	err := core.Errorf(core.ErrNotFound, "there is no symbol %q", name)
	if near := prog.Nearest(name, 3); len(near) > 0 {
		return hint(Word{Text: name, End: len(name)}, err, "nearest: "+strings.Join(near, ", "))
	}
	return err
}

func showFunction(ctx context.Context, p Place) (Value, error) {
	prog, err := p.Target.program(ctx)
	if err != nil {
		return nil, err
	}
	places, known, err := p.functions(ctx, prog)
	if err != nil {
		return nil, err
	}
	var out Blocks
	for _, f := range places {
		start := f.Symbol.Addr
		end, size := any(Unknown), any(Unknown)
		if f.Symbol.Size > 0 {
			end, size = Addr(start+f.Symbol.Size), f.Symbol.Size
		}
		block := Fields{
			{"name", f.Function()}, {"symbol", f.Symbol.Name}, {"start", Addr(start)}, {"end", end}, {"size", size},
			{"type", string(f.Symbol.Kind)}, {"object", f.Object.Name},
		}
		of := prog.FunctionAt(start)
		if of != nil && !of.Begins(start) {
			of = nil // a symbol within the function, such as a part that was split off
		}
		fields, err := functionFields(ctx, of)
		if err != nil {
			return nil, err
		}
		out = append(out, append(block, fields...))
	}
	for _, f := range known {
		block := Fields{{"name", f.Name}, {"symbol", Unknown}, {"start", None}, {"end", None}, {"size", None}, {"type", None}, {"object", f.Object.Name}}
		fields, err := functionFields(ctx, f)
		if err != nil {
			return nil, err
		}
		out = append(out, append(block, fields...))
	}
	return out, nil
}

// functionFields are what debug info says of a function, nil: nothing.
func functionFields(ctx context.Context, f *debuginfo.Function) (Fields, error) {
	if f == nil {
		return Fields{{"prototype", Unknown}, {"file", Unknown}, {"line", Unknown}}, nil
	}
	if err := f.FindInlined(ctx); err != nil {
		return nil, err
	}
	out := Fields{{"prototype", f.Prototype()}, {"file", orUnknown(f.File)}, {"line", orUnknownNumber(f.Line)}}
	params, copies := Repeated{}, Repeated{}
	for _, p := range f.Params {
		params = append(params, parameter{p})
	}
	for _, c := range f.Inlined {
		copies = append(copies, inlinedCopy(c))
	}
	out = append(out, Field{"parameter", params}, Field{"inlined", copies})
	if f.InlinedMore {
		out = append(out, Field{"inlined_more", "yes"})
	}
	return out, nil
}

// orUnknownNumber is a number that is not known if it is 0.
func orUnknownNumber(n int) any {
	if n == 0 {
		return Unknown
	}
	return n
}

// parameter is a parameter with its locations.
type parameter struct{ debuginfo.Parameter }

// String is its declaration, and where it is.
func (p parameter) String() string {
	var b strings.Builder
	b.WriteString(types.Declare(p.Type, p.Name))
	for i, l := range p.Places {
		if i > 0 {
			b.WriteString(";")
		}
		if l.High != math.MaxUint64 {
			fmt.Fprintf(&b, " %v-%v", Addr(l.Low), Addr(l.High))
		}
		b.WriteString(" " + l.Text)
	}
	return b.String()
}

// MarshalJSON gives an object.
func (p parameter) MarshalJSON() ([]byte, error) {
	places := []Fields{}
	for _, l := range p.Places {
		low, high := any(Addr(l.Low)), any(Addr(l.High))
		if l.High == math.MaxUint64 {
			low, high = None, None
		}
		places = append(places, Fields{{"start", low}, {"end", high}, {"location", l.Text}})
	}
	return marshal(Fields{{"name", orUnknown(p.Name)}, {"type", types.Declare(p.Type, "")}, {"locations", places}})
}

// inlinedCopy is a copy of a function in another one.
type inlinedCopy debuginfo.InlinedCopy

// String is `0xADDR in CALLER at FILE:LINE`.
func (c inlinedCopy) String() string {
	s := fmt.Sprintf("%v in %s", Addr(c.Addr), orDefault(c.Caller, "??"))
	if c.Line != 0 {
		s += fmt.Sprintf(" at %s:%d", c.File, c.Line)
	}
	return s
}

// MarshalJSON gives an object.
func (c inlinedCopy) MarshalJSON() ([]byte, error) {
	return marshal(Fields{{"address", Addr(c.Addr)}, {"caller", orUnknown(c.Caller)}, {"file", orUnknown(c.File)}, {"line", orUnknownNumber(c.Line)}})
}
