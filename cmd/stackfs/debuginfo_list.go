package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo"
	"github.com/stackfs/stackfs/debuginfo/types"
	"github.com/stackfs/stackfs/nodes"
)

// A listing is a flag that lists all there is of one sort.
type listing struct {
	name, doc string
	wanted    bool
	show      func(q *inquiry, ctx context.Context, wanted func(string) bool) error
}

// newListings are the lists, in the order that they come in.
func newListings() []*listing {
	return []*listing{
		{name: "types", doc: "list types: name, size, source line", show: (*inquiry).listTypes},
		{name: "functions", doc: "list functions: address, size, prototype, source line", show: (*inquiry).listFunctions},
		{name: "variables", doc: "list global variables: address, size, declaration, source line", show: (*inquiry).listVariables},
		{name: "files", doc: "list source files", show: (*inquiry).listFiles},
		{name: "units", doc: "list units: offset, DWARF version, language, name, directory", show: (*inquiry).listUnits},
		{name: "scopes", doc: "list functions with the blocks in them and their variables", show: (*inquiry).listScopes},
		{name: "ranges", doc: "list the code of each unit", show: (*inquiry).listRanges},
		{name: "symbols", doc: "list ELF symbols as nm does: address, type, name", show: (*inquiry).listSymbols},
		{name: "locations", doc: "list where parameters and local variables are", show: (*inquiry).listLocations},
	}
}

func (q *inquiry) isListing() bool {
	return slices.ContainsFunc(q.lists, func(l *listing) bool { return l.wanted })
}

// list prints the lists that are wanted, of all or of names and patterns.
func (q *inquiry) list(ctx context.Context, names []string) error {
	wanted, err := matcher(names)
	if err != nil {
		return err
	}
	for _, l := range q.lists {
		if !l.wanted {
			continue
		}
		if l.name != "symbols" && !q.hasInfo() && !(l.name == "types" && q.isBTF()) {
			return q.noDebugInfo()
		}
		if err := l.show(q, ctx, wanted); err != nil {
			return err
		}
		if err := core.ContextError(ctx, "listing "+l.name); err != nil {
			return err
		}
	}
	return nil
}

// matcher says which names are meant by names and patterns; nil: all.
func matcher(patterns []string) (func(string) bool, error) {
	if len(patterns) == 0 {
		return nil, nil
	}
	for _, p := range patterns {
		if _, err := path.Match(p, ""); err != nil {
			return nil, fmt.Errorf("%q is no pattern: %w", p, err)
		}
	}
	return func(name string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool { return isMatch(p, name) })
	}, nil
}

// isMatch is path.Match where * stands for / too. Requires a good pattern.
func isMatch(pattern, name string) bool {
	const other = "\x01" // no name has it
	ok, err := path.Match(strings.ReplaceAll(pattern, "/", other), strings.ReplaceAll(name, "/", other))
	return ok && err == nil
}

// names lists all that a pattern matches, of whatever kind.
func (q *inquiry) names(ctx context.Context, pattern string) error {
	n := q.document.n
	wanted := func(name string) bool { return isMatch(pattern, name) }
	known := map[uint64]bool{}
	for i := range q.prog.EachItem(ctx, debuginfo.AllItems, wanted) {
		if i.IsDeclaration() {
			continue
		}
		if addr, ok := i.Addr(); ok {
			known[addr] = true
		}
		q.document.line(itemRow(i))
	}
	for _, s := range q.prog.Symbols() {
		if !known[s.Symbol.Addr] && wanted(s.Symbol.Name) {
			q.document.line(row{field("kind", "symbol"), field("address", nodes.Addr(s.Symbol.Addr)), field("name", s.Symbol.Name), field("source", nodes.Unknown)})
		}
	}
	if err := core.ContextError(ctx, "listing names"); err != nil {
		return err
	}
	if q.document.n == n {
		return core.Errorf(core.ErrNotFound, "%s has no name of the form %q", q.path, pattern)
	}
	return nil
}

// itemRow is an item in a list of all kinds.
func itemRow(i debuginfo.Item) row {
	kind, where := "type", any(nodes.None)
	name := i.Name
	switch {
	case i.IsFunction():
		kind = "function"
	case i.IsVariable():
		kind = "variable"
	case i.IsEnumerator():
		kind = "enumerator"
	default:
		name = typeName(i)
	}
	if addr, ok := i.Addr(); ok && (i.IsFunction() || i.IsVariable()) {
		where = nodes.Addr(addr)
	}
	return row{field("kind", kind), field("address", where), field("name", name), field("source", sourceLine(i.Declared()))}
}

// typeName is a type's name with struct, union, enum or class where the language has that.
func typeName(i debuginfo.Item) string {
	if t := i.Type(); t != nil && t.Kind != types.Unknown {
		return t.String()
	}
	return i.Name
}

func (q *inquiry) isBTF() bool {
	_, err := q.btf()
	return err == nil && q.source != "dwarf"
}

func (q *inquiry) listTypes(ctx context.Context, wanted func(string) bool) error {
	if q.isBTF() {
		return q.listBTF(wanted)
	}
	last := ""
	for i := range q.prog.EachItem(ctx, debuginfo.TypeItems, wanted) {
		size := knownNumber(i.Size())
		if i.IsDeclaration() {
			size = nodes.Unknown
		}
		r := row{field("name", typeName(i)), field("size", size), field("source", sourceLine(i.Declared()))}
		text, _ := r.AppendText(nil) // columns cannot fail
		if string(text) != last {    // definitions may differ in what is not shown
			q.document.line(r)
			last = string(text)
		}
	}
	return nil
}

func (q *inquiry) listBTF(wanted func(string) bool) error {
	btf, err := q.btf()
	if err != nil {
		return err
	}
	for t := range btf.Types() {
		if t.Name != "" && (wanted == nil || wanted(t.Name)) {
			q.document.line(row{field("name", t.String()), field("size", knownNumber(sizeOf(t))), field("source", nodes.Unknown)})
		}
	}
	return nil
}

// sizeOf is a type's size, a typedef's that of what it stands for.
func sizeOf(t *types.Type) int64 {
	if t != nil && t.Kind == types.Typedef {
		t = t.Strip()
	}
	if t == nil {
		return -1
	}
	return t.Size
}

func (q *inquiry) listFunctions(ctx context.Context, wanted func(string) bool) error {
	for i := range q.prog.EachItem(ctx, debuginfo.FunctionItems, wanted) {
		addr, ok := i.Addr()
		where := any(nodes.None)
		if ok {
			where = nodes.Addr(addr)
		}
		q.document.line(row{field("address", where), field("size", knownNumber(i.Size())), field("prototype", types.Prototype(i.Type(), i.Name)), field("source", sourceLine(i.Declared()))})
	}
	return nil
}

func (q *inquiry) listVariables(ctx context.Context, wanted func(string) bool) error {
	for i := range q.prog.EachItem(ctx, debuginfo.VariableItems, wanted) {
		where := any(nodes.None)
		if addr, ok := i.Addr(); ok {
			where = nodes.Addr(addr)
		}
		q.document.line(row{field("address", where), field("size", knownNumber(i.Size())), field("declaration", types.Declare(i.Type(), i.Name)), field("source", sourceLine(i.Declared()))})
	}
	return nil
}

func (q *inquiry) listFiles(ctx context.Context, wanted func(string) bool) error {
	var all []string
	seen := map[string]bool{}
	for u := range q.prog.Units() {
		for _, f := range u.Files() {
			if !seen[f] && (wanted == nil || wanted(f) || wanted(path.Base(f))) {
				seen[f] = true
				all = append(all, f)
			}
		}
		if ctx.Err() != nil {
			break
		}
	}
	slices.Sort(all)
	for _, f := range all {
		q.document.line(row{field("file", f)})
	}
	return nil
}

// unitName says whether a unit is wanted by its name or the last part of it.
func unitName(u debuginfo.Unit, wanted func(string) bool) bool {
	return wanted == nil || wanted(u.Name) || wanted(path.Base(u.Name))
}

func (q *inquiry) listUnits(_ context.Context, wanted func(string) bool) error {
	var lost error
	for u := range q.prog.Units() {
		if !unitName(u, wanted) {
			continue
		}
		if u.SplitErr != nil && lost == nil {
			lost = u.SplitErr
		}
		q.document.line(row{
			field("offset", hex(u.Offset)), field("version", int64(u.Version)), field("language", known(u.LanguageName())),
			field("name", known(u.Name)), field("directory", known(u.CompDir)),
		})
	}
	if lost != nil {
		return errors.Join(core.Errorf(core.ErrNoData, "some units have their content in files that are not to be had"), lost)
	}
	return nil
}

// hex is a number that prints as 0x1a2b, in JSON too.
type hex uint64

// String implements fmt.Stringer.
func (h hex) String() string { return fmt.Sprintf("0x%x", uint64(h)) }

// MarshalText makes the JSON form a string.
func (h hex) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

func (q *inquiry) listRanges(_ context.Context, wanted func(string) bool) error {
	for u := range q.prog.Units() {
		if !unitName(u, wanted) {
			continue
		}
		for _, r := range u.Ranges() {
			q.document.line(row{field("start", nodes.Addr(r.Low)), field("end", nodes.Addr(r.High)), field("unit", known(u.Name))})
		}
	}
	return nil
}

func (q *inquiry) listSymbols(_ context.Context, wanted func(string) bool) error {
	for _, s := range q.prog.Symbols() {
		if wanted == nil || wanted(s.Symbol.Name) {
			q.document.line(symbolRow(s.Symbol))
		}
	}
	return nil
}

// symbolRow is a line of nm(1).
type symbolRow debuginfo.Symbol

// AppendText implements saying.
func (s symbolRow) AppendText(b []byte) ([]byte, error) {
	return fmt.Appendf(b, "%016x %c %s\n", s.Addr, s.Kind, s.Name), nil
}

// MarshalJSON gives an object.
func (s symbolRow) MarshalJSON() ([]byte, error) {
	return nodes.Fields{field("address", nodes.Addr(s.Addr)), field("size", s.Size), field("type", string(s.Kind)), field("name", s.Name)}.MarshalJSON()
}
