package nodes

import (
	"context"

	"github.com/stackfs/stackfs/debuginfo"
)

var locationsTable = Table{
	Doc: "what is at a place: locations/0xADDR, locations/SYMBOL+OFFSET",
	Each: &Each{
		Row:    Row{Name: "WHERE", Doc: "address, symbol, function and object", Show: showLocation, JSON: true},
		Find:   findLocation,
		Logged: true,
	},
}

func findLocation(ctx context.Context, p Place, name string) (Place, error) {
	p.Name = name
	prog, err := p.Target.programForNames(ctx)
	if err != nil {
		return p, err
	}
	_, err = prog.Resolve(name)
	return p, err
}

// resolve finds the ranges that the place's name means.
func (p Place) resolve(ctx context.Context) (*debuginfo.Program, []debuginfo.Range, error) {
	prog, err := p.Target.program(ctx)
	if err != nil {
		return nil, nil, err
	}
	ranges, err := prog.Resolve(p.Name)
	return prog, ranges, err
}

func showLocation(ctx context.Context, p Place) (Value, error) {
	prog, ranges, err := p.resolve(ctx)
	if err != nil {
		return nil, err
	}
	var out Blocks
	for _, r := range ranges {
		symbol, function, object := any(Unknown), any(Unknown), any(Unknown)
		if place, ok := prog.Symbolize(r.Start); ok {
			symbol, function = place.String(), place.Function()
		}
		if o, ok := prog.ObjectAt(r.Start); ok {
			object = o.Name
		}
		out = append(out, Fields{
			{"address", Addr(r.Start)}, {"symbol", symbol}, {"function", function}, {"file", Unknown}, {"line", Unknown}, {"object", object},
		})
	}
	return out, nil
}

