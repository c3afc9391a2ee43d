package main

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo"
	"github.com/stackfs/stackfs/debuginfo/types"
	"github.com/stackfs/stackfs/nodes"
)

// errDiffers ends a comparison that found differences, which have been said.
var errDiffers = errors.New("")

// compare says how the layouts of types differ in the other file.
func (q *inquiry) compare(ctx context.Context, names []string) error {
	wanted, err := matcher(bareNames(names))
	if err != nil {
		return err
	}
	other := &inquiry{source: q.source, roots: q.roots, noCache: q.noCache}
	if err := other.open(q.diff); err != nil {
		return err
	}
	defer runtime.KeepAlive(other) // its file stays mapped while its types are compared
	if q.source == "auto" && !(q.isBTF() && other.isBTF()) {
		q.source, other.source = "dwarf", "dwarf" // the two must be of one kind
	}
	before, err := q.layouts(ctx, wanted)
	if err != nil {
		return err
	}
	after, err := other.layouts(ctx, wanted)
	if err != nil {
		return err
	}
	if len(names) > 0 && len(before) == 0 && len(after) == 0 {
		return core.Errorf(core.ErrNotFound, "neither file has a type %s", strings.Join(names, " or "))
	}
	return q.changes(before, after)
}

// bareNames leaves out struct, union, enum and class.
func bareNames(names []string) []string {
	out := slices.Clone(names)
	for i, n := range out {
		if isTagged(n) {
			_, out[i], _ = strings.Cut(n, " ")
		}
	}
	return out
}

// layouts are the definitions of types by name, with struct or union or enum; there
// may be several of one.
func (q *inquiry) layouts(ctx context.Context, wanted func(string) bool) (map[string][]*types.Type, error) {
	out := map[string][]*types.Type{}
	add := func(t *types.Type) {
		if t != nil && t.Name != "" && !t.Declaration && (wanted == nil || wanted(t.Name)) {
			key := t.Kind.String() + " " + t.Name
			out[key] = append(out[key], t)
		}
	}
	if q.isBTF() {
		btf, err := q.btf()
		if err != nil {
			return nil, err
		}
		for t := range btf.Types() {
			add(t)
		}
		return out, nil
	}
	if !q.hasInfo() {
		return nil, q.noDebugInfo()
	}
	for i := range q.prog.EachItem(ctx, debuginfo.TypeItems, wanted) {
		add(i.Type())
	}
	return out, core.ContextError(ctx, "listing types")
}

// changes says what differs, type by type.
func (q *inquiry) changes(before, after map[string][]*types.Type) error {
	var names []string
	for name := range before {
		names = append(names, name)
	}
	for name := range after {
		if before[name] == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	n := q.document.n
	for _, name := range names {
		for _, c := range typeChanges(name, before[name], after[name]) {
			q.document.line(c)
		}
	}
	if q.document.n > n {
		return errDiffers
	}
	return nil
}

// typeChange is what changed in one definition of a type.
type typeChange struct {
	name    string
	changes []types.Change
}

// AppendText implements saying.
func (c typeChange) AppendText(b []byte) ([]byte, error) {
	return types.AppendDiff(b, c.name, c.changes), nil
}

// MarshalJSON gives an object.
func (c typeChange) MarshalJSON() ([]byte, error) {
	return nodes.Fields{field("type", c.name), field("changes", c.changes)}.MarshalJSON()
}

// typeChanges compares the definitions of one name: those that both files have are no
// change, the others are compared in their order.
func typeChanges(name string, before, after []*types.Type) (out []typeChange) {
	rest := slices.Clone(after)
	var gone []*types.Type
	for _, t := range before {
		i := slices.IndexFunc(rest, func(o *types.Type) bool { return len(types.Diff(t, o)) == 0 })
		if i < 0 {
			gone = append(gone, t)
			continue
		}
		if len(after) >= len(before) || len(rest) > 1 {
			rest = slices.Delete(rest, i, i+1)
		}
	}
	for i, t := range gone {
		if i < len(rest) {
			out = append(out, typeChange{name, types.Diff(t, rest[i])})
			continue
		}
		out = append(out, typeChange{name, []types.Change{{Change: "removed", Old: sizeText(t)}}})
	}
	for _, t := range rest[min(len(gone), len(rest)):] {
		if !slices.ContainsFunc(before, func(o *types.Type) bool { return len(types.Diff(o, t)) == 0 }) {
			out = append(out, typeChange{name, []types.Change{{Change: "added", New: sizeText(t)}}})
		}
	}
	return out
}
