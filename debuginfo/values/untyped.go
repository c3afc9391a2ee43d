package values

import (
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// isUntyped says whether a type is that of a symbol without debug info: Unknown, of
// no size. gdb names it <data variable, no debug info> or <text variable, no debug
// info>. Its address is known, its value only as what it is cast to.
func isUntyped(t *types.Type) bool {
	t = t.Strip()
	return t != nil && t.Kind == types.Unknown && t.Size < 0
}

// isCode says whether it is a function.
func isCode(t *types.Type) bool {
	return isUntyped(t) && strings.HasPrefix(t.Strip().Name, "<text")
}

var errUntyped = core.Errorf(core.ErrNoData, "it has unknown type: no debug info says it; cast it to its declared type")
