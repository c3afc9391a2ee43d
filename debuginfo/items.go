package debuginfo

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/dwarf"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// What items are asked for; sets may be joined with |.
const (
	FunctionItems   = dwarf.KindSet(1 << dwarf.KindFunction)
	VariableItems   = dwarf.KindSet(1<<dwarf.KindVariable | 1<<dwarf.KindConstant)
	EnumeratorItems = dwarf.KindSet(1 << dwarf.KindEnumerator)
	TypeItems       = dwarf.AnyType
	AllItems        = FunctionItems | VariableItems | EnumeratorItems | TypeItems
)

// An Item is one thing that debug info gives a name: a function, a variable, a type
// or an enumerator. Addresses are run-time.
type Item struct {
	Name   string // qualified
	Object *Object
	kind   dwarf.Kind
	entry  dwarf.Entry
	info   *debugData
}

// Items gives what debug info says a name stands for, as Lookup takes names and
// FILE::NAME: functions first, then variables, enumerators and types, definitions
// before declarations. Of a type that is defined in several units one is enough.
// ErrNoData if there is no debug info, ErrNotFound if it has no such name.
func (p *Program) Items(ctx context.Context, name string, kinds dwarf.KindSet) ([]Item, error) {
	s := &scope{program: p}
	objects, rest, file := s.qualified(name)
	var out []Item
	known := false
	for _, o := range objects {
		info, err := o.debugData()
		if err != nil {
			continue
		}
		known = true
		for _, e := range info.named(ctx, rest, kinds) {
			if file == "" || dwarf.MatchPath(e.Unit.Info().Name, file) {
				out = append(out, Item{Name: rest, Object: o, kind: tagKind(e.Tag), entry: e, info: info})
			}
		}
	}
	if err := core.ContextError(ctx, "looking for "+name); err != nil {
		return nil, err
	}
	if !known {
		return nil, core.Errorf(core.ErrNoData, "looking for %s: there is no debug info", name)
	}
	if len(out) == 0 {
		return nil, core.Errorf(core.ErrNotFound, "looking for %s: debug info has no such name", name)
	}
	slices.SortStableFunc(out, func(a, b Item) int { return a.rank() - b.rank() })
	return out, nil
}

// debugData is the object's debug info; ErrNoData if it has none.
func (o *Object) debugData() (*debugData, error) {
	if o.module == nil {
		return nil, core.Errorf(core.ErrNoData, "the file cannot be read")
	}
	return o.module.info()
}

// tagKind is the kind of what an entry of an index is.
func tagKind(t dwarf.Tag) dwarf.Kind {
	if k, ok := tagKinds[t]; ok {
		return k
	}
	return dwarf.KindType
}

var tagKinds = map[dwarf.Tag]dwarf.Kind{
	dwarf.TagSubprogram: dwarf.KindFunction, dwarf.TagVariable: dwarf.KindVariable, dwarf.TagMember: dwarf.KindVariable, // a static one
	dwarf.TagConstant: dwarf.KindConstant, dwarf.TagEnumerator: dwarf.KindEnumerator, dwarf.TagStructType: dwarf.KindStruct,
	dwarf.TagClassType: dwarf.KindClass, dwarf.TagInterfaceType: dwarf.KindClass, dwarf.TagUnionType: dwarf.KindUnion,
	dwarf.TagEnumerationType: dwarf.KindEnum, dwarf.TagTypedef: dwarf.KindTypedef, dwarf.TagTemplateAlias: dwarf.KindTypedef,
	dwarf.TagBaseType: dwarf.KindBase,
}

// rank orders items: what has an address before what has not.
func (i Item) rank() int {
	order := uint64(3)
	switch {
	case i.IsFunction():
		order = 0
	case i.IsVariable():
		order = 1
	case i.IsEnumerator():
		order = 2
	}
	return int(2*order + truth(i.entry.Flag(dwarf.AttrDeclaration) || i.IsFunction() && !hasCode(i.entry)))
}

// EachItem yields all items of some kinds whose name is wanted, object by object,
// sorted by name within each and within each file that its units were split into;
// without definitions there are declarations. wanted nil: all.
func (p *Program) EachItem(ctx context.Context, kinds dwarf.KindSet, wanted func(name string) bool) iter.Seq[Item] {
	return func(yield func(Item) bool) {
		for _, o := range p.objects {
			info, err := o.debugData()
			if err == nil && !info.each(ctx, o, kinds, wanted, yield) {
				return
			}
		}
	}
}

// each yields the items of one file; it says whether yield wants more.
func (d *debugData) each(ctx context.Context, o *Object, kinds dwarf.KindSet, wanted func(string) bool, yield func(Item) bool) bool {
	indexes, err := d.allIndexes(ctx)
	if err != nil {
		return false
	}
	for _, ix := range indexes {
		if !d.eachOf(ctx, ix, o, kinds, wanted, yield) {
			return false
		}
	}
	return true
}

// eachOf yields the items of one index.
func (d *debugData) eachOf(ctx context.Context, ix *dwarf.Index, o *Object, kinds dwarf.KindSet, wanted func(string) bool, yield func(Item) bool) bool {
	for name := range ix.Names(kinds) {
		if wanted != nil && !wanted(name) {
			continue
		}
		if ctx.Err() != nil {
			return false
		}
		for _, r := range ix.Lookup(name, kinds) {
			e, ok := r.Entry()
			if ok && !yield(Item{Name: strings.Clone(name), Object: o, kind: r.Kind, entry: e, info: d}) {
				return false
			}
		}
	}
	return true
}

// IsFunction, IsVariable, IsEnumerator and IsType say what an item is.
func (i Item) IsFunction() bool { return i.kind == dwarf.KindFunction }

// IsVariable is true for static members and constants too.
func (i Item) IsVariable() bool { return i.kind == dwarf.KindVariable || i.kind == dwarf.KindConstant }

// IsEnumerator says whether it is a name for a value of an enum.
func (i Item) IsEnumerator() bool { return i.kind == dwarf.KindEnumerator }

// IsType says whether it is a type.
func (i Item) IsType() bool { return !i.IsFunction() && !i.IsVariable() && !i.IsEnumerator() }

// IsDeclaration says whether it is only announced, and defined elsewhere. What is an
// instance of a declaration and has no code is one, too: gcc -flto makes such.
func (i Item) IsDeclaration() bool {
	if i.entry.Flag(dwarf.AttrDeclaration) {
		return true
	}
	o, ok := i.entry.Ref(dwarf.AttrAbstractOrigin)
	return ok && i.IsFunction() && o.Flag(dwarf.AttrDeclaration) && !hasCode(i.entry)
}

func hasCode(e dwarf.Entry) bool { return e.Has(dwarf.AttrLowPC) || e.Has(dwarf.AttrRanges) }

// Type is a type itself, a variable's or function's type, an enumerator's enum; nil
// is void.
func (i Item) Type() *types.Type {
	switch {
	case i.IsVariable():
		return i.info.typeAt(i.entry, dwarf.AttrType)
	case i.IsEnumerator():
		path := i.entry.Unit.Path(i.entry.Offset)
		if len(path) < 2 {
			return &types.Type{Kind: types.Unknown, Size: -1}
		}
		return i.info.typeOf(path[len(path)-2])
	}
	return i.info.typeOf(i.entry)
}

// Size is how many bytes of memory a type or variable has, or a function's code; -1:
// not known.
func (i Item) Size() int64 {
	if i.IsFunction() {
		n := int64(0)
		ranges, _ := i.entry.Ranges()
		for _, r := range ranges {
			n += int64(r.High - r.Low)
		}
		if n == 0 {
			return -1
		}
		return n
	}
	t := i.Type()
	if t != nil && t.Kind == types.Typedef {
		t = t.Strip()
	}
	if t == nil {
		return -1
	}
	return t.Size
}

// Declared is where the source has it, file as gdb shows it; empty and 0 if not known.
func (i Item) Declared() (file string, line int) { return i.info.declared(i.entry) }

func (d *debugData) declared(e dwarf.Entry) (file string, line int) {
	if o, ok := e.Origin(dwarf.AttrDeclLine); ok {
		n, _ := o.Uint(dwarf.AttrDeclLine)
		line = int(n)
	}
	if o, ok := e.Origin(dwarf.AttrDeclFile); ok {
		n, _ := o.Uint(dwarf.AttrDeclFile)
		file = d.fileName(o.Unit, n)
	}
	return file, line
}

// IsInline says whether it describes what copies of a function have in common that
// were inlined, or may have been (DW_AT_inline).
func (i Item) IsInline() bool { return i.entry.Has(dwarf.AttrInline) }

// Function is what debug info says of a function. Requires IsFunction.
func (i Item) Function() *Function { return i.info.function(i.Object, i.entry) }

// Addr is where a function begins, or a variable is throughout.
func (i Item) Addr() (addr uint64, ok bool) {
	if i.IsFunction() {
		addr, ok = entryPoint(i.entry)
		return addr + i.Object.Base, ok
	}
	expr, ok := i.location()
	if !ok || len(expr) == 0 {
		return 0, false
	}
	in := reader{data: expr, at: 1}
	f := exprForm(i.Object, i.entry, i.entry)
	switch op := expr[0]; {
	case op == opAddr:
		addr = in.uint(f.addressSize())
	case op == opAddrx || op == opGNUAddrIndex:
		addr, ok = f.Address(in.uleb())
	default:
		return 0, false
	}
	return addr + f.Base, ok && !in.bad && !in.more()
}

func (i Item) location() (expr []byte, ok bool) {
	list, err := i.entry.Locations(dwarf.AttrLocation)
	if err != nil || len(list) != 1 {
		return nil, false
	}
	return list[0].Expr, true
}

// Location is where a variable is, in words; empty if debug info says no place.
func (i Item) Location() string {
	expr, ok := i.location()
	if !ok {
		return ""
	}
	return ExprText(expr, exprForm(i.Object, i.entry, i.entry))
}

// Value is an enumerator's value as its enum has it; that of one without sign is
// uint64(Value). Requires IsEnumerator.
func (i Item) Value() int64 {
	for _, e := range i.Type().Details().Enumerators {
		if e.Name == i.entry.Name() {
			return e.Value
		}
	}
	v, _ := i.entry.Value(dwarf.AttrConstValue)
	return v.Int()
}

// NearestItems gives up to n names of items that are nearest to one that does not
// exist, nearest first, those of symbols among them.
func (p *Program) NearestItems(ctx context.Context, name string, kinds dwarf.KindSet, n int) []string {
	return NearestOf(name, func(yield func(string) bool) {
		for _, o := range p.objects {
			info, err := o.debugData()
			if err != nil {
				continue
			}
			indexes, err := info.allIndexes(ctx)
			if err != nil {
				return
			}
			for _, ix := range indexes {
				for other := range ix.Names(kinds) {
					if !yield(other) {
						return
					}
				}
			}
		}
		if kinds&(FunctionItems|VariableItems) != 0 {
			for _, symbol := range p.Nearest(name, n) {
				if !yield(symbol) {
					return
				}
			}
		}
	}, n)
}

// NearestOf gives up to n of some names that are nearest to one, nearest first.
func NearestOf(name string, names iter.Seq[string], n int) []string {
	if n <= 0 || len(name) > maxNearest {
		return nil
	}
	s := search{want: name, n: n, row: make([]int, len(name)+1), bits: letterBits(name)}
	for other := range names {
		s.try(other)
	}
	out := make([]string, len(s.best))
	for i, c := range s.best {
		out[i] = c.name
	}
	return out
}

// HasPlace says whether debug info tells where a variable is, or its value.
func (i Item) HasPlace() bool {
	return i.entry.Has(dwarf.AttrLocation) || i.entry.Has(dwarf.AttrConstValue)
}
