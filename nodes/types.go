package nodes

import (
	"context"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
)

var typesTable = Table{
	Doc: "the types by name: types/'struct page' is the tag, types/page a typedef first",
	Each: &Each{
		Row:    Row{Name: "TYPE", Doc: "members, offsets, sizes and holes, as pahole prints them", Show: showType, JSON: true},
		List:   listTypes,
		Find:   findType,
		Logged: true,
	},
}

func listTypes(ctx context.Context, p Place) ([]string, error) {
	prog, err := p.Target.program(ctx)
	if err != nil {
		return nil, err
	}
	return prog.TypeNames(ctx)
}

func findType(ctx context.Context, p Place, name string) (Place, error) {
	p.Name = name
	prog, err := p.Target.programForNames(ctx)
	if err != nil {
		return p, err
	}
	_, err = prog.Type(ctx, name)
	return p, err
}

// layout is how a type lies in memory.
type layout struct{ t *types.Type }

func showType(ctx context.Context, p Place) (Value, error) {
	prog, err := p.Target.program(ctx)
	if err != nil {
		return nil, err
	}
	t, err := prog.Type(ctx, p.Name)
	if err == nil && t == nil {
		err = core.Errorf(core.ErrInvalid, "void has no layout")
	}
	return layout{t}, err
}

// AppendText implements Value.
func (l layout) AppendText(b []byte) ([]byte, error) { return types.AppendLayout(b, l.t), nil }

// MarshalJSON gives an object.
func (l layout) MarshalJSON() ([]byte, error) { return marshal(types.Describe(l.t)) }
