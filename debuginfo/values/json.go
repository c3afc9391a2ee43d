package values

import (
	"context"

	"github.com/stackfs/stackfs/debuginfo/types"
)

// JSON is the twin of Format with style Inner: {"type": ..., "value": ...}, where a
// scalar is the string that the text has, a record an object of its members in order
// (those of bases and anonymous members among them), an array a list.
func JSON(ctx context.Context, env *Env, v Value) (any, error) {
	s, err := present(ctx, env, v, Inner)
	if err != nil {
		return nil, err
	}
	limit := elementLimit
	if env.Limit > 0 {
		limit = env.Limit
	}
	name := ""
	if v.Type != nil {
		name = types.Declare(v.Type, "")
	}
	return Object{{"type", name}, {"value", s.json(limit)}}, nil
}
