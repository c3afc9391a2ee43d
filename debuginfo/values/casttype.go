package values

import (
	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// typeNamed turns the text of a type into the type.
func (env *Env) typeNamed(text string) (*types.Type, error) { return types.Parse(source{env}, text) }

// A source is the Env's types, or none, with the size of its pointers.
type source struct{ env *Env }

// Type implements types.Source.
func (s source) Type(name string) (*types.Type, error) {
	if s.env.Types == nil {
		return nil, core.Errorf(core.ErrNotFound, "no type %q: there is no debug info", name)
	}
	return s.env.Types.Type(name)
}

// PointerSize is what types.Parse asks for.
func (s source) PointerSize() int64 { return s.env.pointerSize() }
