package debuginfo

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/dwarf"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// smallInfo is up to how many bytes of .debug_info the index is made at once; for
// more, a name is looked for without one until it is there.
const smallInfo = 32 << 20

// nameIndex finds entries by name.
type nameIndex struct {
	once   sync.Once
	ready  chan struct{} // closed when ix is there
	ix     *dwarf.Index
	making sync.Mutex

	splitting sync.Mutex
	split     []*dwarf.Index // of the files that units were split into; nil: not made
}

// What names are of.
var (
	kindFunction   = dwarf.Kinds(dwarf.KindFunction)
	kindVariable   = dwarf.Kinds(dwarf.KindVariable)
	kindRecord     = dwarf.Kinds(dwarf.KindStruct, dwarf.KindClass, dwarf.KindUnion)
	kindEnum       = dwarf.Kinds(dwarf.KindEnum)
	kindTypedef    = dwarf.Kinds(dwarf.KindTypedef, dwarf.KindBase, dwarf.KindType)
	kindEnumerator = dwarf.Kinds(dwarf.KindEnumerator)
)

// index is the index of names, nil while it is being made or, of a large file that
// is not loaded, where nobody has made it.
func (d *debugData) index() *dwarf.Index {
	n := &d.names
	n.once.Do(func() {
		n.ready = make(chan struct{})
		if ix, err := d.cache.Open(d.data, d.id); err == nil {
			n.ix = ix
			close(n.ready)
			return
		}
		switch {
		case len(d.data.Info) <= smallInfo:
			n.ix, _ = dwarf.BuildIndex(context.Background(), d.data) // only the context's end is an error
			close(n.ready)
		case !d.offline:
			go func() { _ = Guard(func() error { return d.makeIndex(context.Background()) }) }()
		}
	})
	select {
	case <-n.ready:
		return n.ix
	default:
		return nil
	}
}

// makeIndex makes the index of a large file and keeps it for the next time.
func (d *debugData) makeIndex(ctx context.Context) (err error) {
	n := &d.names
	n.making.Lock()
	defer n.making.Unlock()
	if n.ix != nil {
		return nil
	}
	ix, err := d.cache.Index(ctx, d.data, d.id)
	if err == nil {
		n.ix = ix
		close(n.ready)
	}
	return err
}

// wholeIndex is the index of names, waited for if it is being made.
func (d *debugData) wholeIndex(ctx context.Context) (*dwarf.Index, error) {
	if ix := d.index(); ix != nil {
		return ix, nil
	}
	if d.offline {
		err := d.makeIndex(ctx)
		return d.names.ix, err
	}
	select {
	case <-d.names.ready:
		return d.names.ix, nil
	case <-ctx.Done():
		return nil, core.ContextError(ctx, "making the index of names")
	}
}

// named finds the entries of a name, definitions first. The arguments of templates may
// be spelled as the compiler did, or as gdb does.
func (d *debugData) named(ctx context.Context, name string, kinds dwarf.KindSet) []dwarf.Entry {
	found := d.spelled(ctx, name, kinds)
	if other := types.CompilerName(name); len(found) == 0 && other != name {
		return d.spelled(ctx, other, kinds)
	}
	return found
}

func (d *debugData) spelled(ctx context.Context, name string, kinds dwarf.KindSet) []dwarf.Entry {
	var refs []dwarf.Ref
	if ix := d.index(); ix != nil {
		refs = ix.Lookup(name, kinds)
	} else {
		if found := d.bySymbol(name); kinds.Has(dwarf.KindFunction) && len(found) > 0 {
			return found
		}
		var err error
		if refs, err = dwarf.FindName(ctx, d.data, name, kinds); err != nil && !errors.Is(err, core.ErrNotFound) {
			return nil
		}
	}
	out := make([]dwarf.Entry, 0, len(refs))
	for _, r := range refs {
		if e, ok := r.Entry(); ok {
			out = append(out, e)
		}
	}
	return append(out, d.splitNamed(ctx, name, kinds)...)
}

// bySymbol finds the functions that the symbol tables have by a name, so that without
// an index nothing need be searched for them. In the languages that leave names as
// they are, C, nothing else that is no tag has the name of a function.
func (d *debugData) bySymbol(name string) []dwarf.Entry {
	var out []dwarf.Entry
	d.module.exactly(name, func(s symbol) {
		u := d.data.UnitFor(s.addr)
		if u == nil || s.flags&symbolNoAddress != 0 {
			return
		}
		chain := u.FunctionAt(s.addr)
		if len(chain) == 0 || chain[0].Name() != name {
			return
		}
		if at, ok := entryPoint(chain[0]); ok && at == s.addr && !slices.ContainsFunc(out, chain[0].Same) {
			out = append(out, chain[0])
		}
	})
	return out
}

// splitNamed finds names in the units whose content is in other files.
func (d *debugData) splitNamed(ctx context.Context, name string, kinds dwarf.KindSet) []dwarf.Entry {
	var out []dwarf.Entry
	for _, ix := range d.splitIndexes(ctx) {
		for _, r := range ix.Lookup(name, kinds) {
			if e, ok := r.Entry(); ok && !e.Flag(dwarf.AttrDeclaration) {
				out = append(out, e)
			}
		}
	}
	return out
}

// splitIndexes are the indexes of the files that units were split into, made when first
// asked for; not all if the context ends.
func (d *debugData) splitIndexes(ctx context.Context) []*dwarf.Index {
	if d.dwos == nil {
		return nil
	}
	n := &d.names
	n.splitting.Lock()
	defer n.splitting.Unlock()
	if n.split != nil {
		return n.split
	}
	out, seen := []*dwarf.Index{}, map[*dwarf.Data]bool{d.data: true}
	for _, u := range d.data.Units {
		data := u.Full().Data
		if seen[data] {
			continue
		}
		seen[data] = true
		ix, err := dwarf.BuildIndex(ctx, data)
		if err != nil {
			return out // only the context's end is an error
		}
		out = append(out, ix)
	}
	n.split = out
	return out
}

// isOf says whether an entry is of a file: of the unit that was made of it, or
// declared in it; empty: of any.
func (d *debugData) isOf(e dwarf.Entry, file string) bool {
	if file == "" || dwarf.MatchPath(e.Unit.Info().Name, file) {
		return true
	}
	o, ok := e.Origin(dwarf.AttrDeclFile)
	if !ok {
		return false
	}
	n, _ := o.Uint(dwarf.AttrDeclFile)
	files := d.lineFiles(o.Unit)
	return files != nil && slices.Contains(files.Match(file), int(n))
}

// allIndexes are the index of names, waited for if it is being made, and those of what
// was split from the file.
func (d *debugData) allIndexes(ctx context.Context) ([]*dwarf.Index, error) {
	ix, err := d.wholeIndex(ctx)
	if err != nil {
		return nil, err
	}
	return append([]*dwarf.Index{ix}, d.splitIndexes(ctx)...), nil
}

// recordKinds are the kinds that a declaration of a type may be defined as.
func recordKinds(t dwarf.Tag) dwarf.KindSet {
	if t == dwarf.TagEnumerationType {
		return kindEnum
	}
	return kindRecord
}

// definitionOf finds the definition of a type that is only declared.
func (d *debugData) definitionOf(e dwarf.Entry) (dwarf.Entry, bool) {
	found := d.named(context.Background(), d.qualifiedName(e), recordKinds(e.Tag))
	i := slices.IndexFunc(found, func(f dwarf.Entry) bool { return !f.Flag(dwarf.AttrDeclaration) })
	if i < 0 {
		return dwarf.Entry{}, false
	}
	return found[i], true
}

// qualifiedName is an entry's name with those of the namespaces and classes around
// it, as C++ and Rust have them; empty if it has no name of its own.
func (d *debugData) qualifiedName(e dwarf.Entry) string {
	name := d.scopedName(e)
	if i := strings.LastIndex(name, unnamedScope+"::"); i >= 0 {
		return name[i+len(unnamedScope+"::"):] // of a lambda, nothing is said of what it is in
	}
	return name
}

// scopedName is qualifiedName with unnamedScope for classes without a name.
func (d *debugData) scopedName(e dwarf.Entry) string {
	name := e.Name()
	if def, ok := e.Ref(dwarf.AttrSignature); ok && name == "" {
		name = def.Name() // of a type unit, where gcc leaves out what it is in
	}
	if name == "" || !isScoped(e.Unit) {
		return name
	}
	if s, ok := e.Origin(dwarf.AttrName); ok {
		e = s // a definition out of its class is named where it is declared
	}
	path := e.Unit.Path(e.Offset)
	scopes := make([]string, 0, len(path))
	for _, p := range path[:max(len(path)-1, 0)] {
		switch p.Tag {
		case dwarf.TagStructType, dwarf.TagClassType, dwarf.TagUnionType, dwarf.TagNamespace, dwarf.TagModule:
			scopes = append(scopes, scopeName(p))
		}
	}
	return strings.Join(append(scopes, name), "::")
}

// scopeName is how gdb calls what a name is in.
func scopeName(e dwarf.Entry) string {
	if n := e.Name(); n != "" {
		return n
	}
	if e.Tag == dwarf.TagNamespace {
		return "(anonymous namespace)"
	}
	return unnamedScope
}

// unnamedScope stands for a class without a name, of a lambda perhaps.
const unnamedScope = "{unnamed}"
