package nodes

import (
	"context"
	"slices"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo"
)

var functionsTable = Table{
	Doc: "the functions by name: where each one is",
	Each: &Each{
		Row:    Row{Name: "FUNCTION", Doc: "address range, object and symbol of each function of that name", Show: showFunction, JSON: true},
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
	_, err = p.functions(prog)
	return p, err
}

// functions are the places that a function's name means.
func (p Place) functions(prog *debuginfo.Program) ([]debuginfo.Place, error) {
	places := slices.DeleteFunc(prog.Lookup(p.Name), func(f debuginfo.Place) bool { return !isFunction(f.Symbol.Kind) })
	if len(places) == 0 {
		return nil, notFound(prog, p.Name)
	}
	return places, nil
}

// notFound says that a symbol is not there, and which ones are near.
func notFound(prog *debuginfo.Program, name string) error {
	err := core.Errorf(core.ErrNotFound, "there is no symbol %q", name)
	if near := prog.Nearest(name, 3); len(near) > 0 {
		return hint(Word{Text: name, End: len(name)}, err, "nearest: "+strings.Join(near, ", "))
	}
	return err
}

