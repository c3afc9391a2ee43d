package debuginfo

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/dwarf"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// Bounds of looking for the inlined copies of a function.
const (
	maxInlineUnits  = 64
	maxInlineCopies = 10_000
)

// A Function is what debug info says of a function. Addresses are run-time.
type Function struct {
	Name    string // qualified, without parameters
	Type    *types.Type
	File    string
	Line    int
	Object  *Object
	Ranges  []dwarf.Range // its own code, the part with its entry first; none if it is only inlined
	Params  []Parameter
	Inlined []InlinedCopy // sorted by address
	// InlinedMore: there are more copies than were looked for.
	InlinedMore bool

	entry dwarf.Entry
	info  *debugData
}

// A Parameter is a parameter of a function and where it is while the function runs.
type Parameter struct {
	Name   string
	Type   *types.Type
	Places []PlaceText
}

// A PlaceText is where something is for the program counters [Low, High), run-time:
// a location expression as ExprText has it. High is MaxUint64 where it always is there.
type PlaceText struct {
	Low, High uint64
	Text      string
}

// An InlinedCopy is a function's code in another function.
type InlinedCopy struct {
	Addr   uint64
	Caller string // the function that the call was written in
	File   string // of the call
	Line   int
}

// Functions gives what debug info says of the functions of a name (as for Lookup, and
// FILE::NAME), also of those that have no code of their own; those with code first.
// Copies are not looked for.
func (p *Program) Functions(ctx context.Context, name string) []*Function {
	s := &scope{program: p}
	objects, rest, file := s.qualified(name)
	var out []*Function
	for _, o := range objects {
		if o.module == nil {
			continue
		}
		info, err := o.module.info()
		if err != nil {
			continue
		}
		for _, e := range info.named(ctx, rest, kindFunction) {
			if info.isOf(e, file) {
				out = append(out, info.function(o, e))
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *Function) int { return cmp.Compare(truth(len(a.Ranges) == 0), truth(len(b.Ranges) == 0)) })
	return out
}

// FunctionAt is the function whose own code an address is, nil if debug info has none.
func (p *Program) FunctionAt(addr uint64) *Function {
	calls := p.CallsAt(addr)
	if len(calls) == 0 {
		return nil
	}
	c := calls[len(calls)-1]
	return c.info.function(c.object, c.outer[0])
}

func (d *debugData) function(o *Object, e dwarf.Entry) *Function {
	f := &Function{Name: d.functionName(e), Type: d.typeOf(e), Object: o, entry: e, info: d}
	f.Ranges, _ = e.Ranges()
	for i := range f.Ranges {
		f.Ranges[i].Low += o.Base
		f.Ranges[i].High += o.Base
	}
	if l, ok := e.Origin(dwarf.AttrDeclLine); ok {
		n, _ := l.Uint(dwarf.AttrDeclLine)
		f.Line = int(n)
	}
	if l, ok := e.Origin(dwarf.AttrDeclFile); ok {
		n, _ := l.Uint(dwarf.AttrDeclFile)
		f.File = d.fileName(l.Unit, n)
	}
	for _, c := range instances(e, dwarf.TagFormalParameter) {
		f.Params = append(f.Params, d.parameter(o, e, c))
	}
	return f
}

func (d *debugData) parameter(o *Object, function, e dwarf.Entry) Parameter {
	p := Parameter{Name: e.Name(), Type: d.typeAt(e, dwarf.AttrType)}
	form := exprForm(o, function, e)
	list, _ := e.Locations(dwarf.AttrLocation)
	for _, l := range list {
		text := PlaceText{l.Low, l.High, ExprText(l.Expr, form)}
		if l.High != math.MaxUint64 {
			text.Low, text.High = l.Low+o.Base, l.High+o.Base
		}
		p.Places = append(p.Places, text)
	}
	return p
}

// exprForm is what the expressions of an entry in a function depend on.
func exprForm(o *Object, function, e dwarf.Entry) ExprForm {
	u := e.Unit
	f := ExprForm{AddressSize: u.AddrSize, OffsetSize: 4, Unit: u.Offset, Base: o.Base, Address: u.IndexedAddr}
	if u.Is64 {
		f.OffsetSize = 8
	}
	if base, _ := function.Locations(dwarf.AttrFrameBase); len(base) == 1 {
		f.FrameBase = base[0].Expr
	}
	return f
}

// Begins says whether the function's own code begins at a run-time address.
func (f *Function) Begins(addr uint64) bool {
	at, ok := entryPoint(f.entry)
	return ok && at+f.Object.Base == addr
}

// Prototype is the function's declaration in C.
func (f *Function) Prototype() string { return types.Prototype(f.Type, f.Name) }

// FindInlined looks for the copies of the function in others, in the units that
// have a function of its name.
func (f *Function) FindInlined(ctx context.Context) error {
	units := 0
	for _, e := range f.info.named(ctx, f.Name, kindFunction) {
		if !e.Has(dwarf.AttrInline) {
			continue
		}
		if units++; units > maxInlineUnits || len(f.Inlined) >= maxInlineCopies {
			f.InlinedMore = true
			break
		}
		if err := core.ContextError(ctx, "looking for inlined copies"); err != nil {
			return err
		}
		if root, ok := e.Unit.Root(); ok {
			f.search(root, e, f.Name, 0)
		}
	}
	slices.SortFunc(f.Inlined, func(a, b InlinedCopy) int { return cmp.Compare(a.Addr, b.Addr) })
	return nil
}

// search walks the code in scope for copies of origin.
func (f *Function) search(scope, origin dwarf.Entry, caller string, depth int) {
	if depth > maxTypeDepth {
		return
	}
	for c := range scope.Children() {
		switch c.Tag {
		case dwarf.TagInlinedSubroutine:
			o, ok := c.Ref(dwarf.AttrAbstractOrigin)
			if ok && o.Same(origin) {
				f.addCopy(c, caller)
			}
			f.search(c, origin, f.info.functionName(c), depth+1)
		case dwarf.TagSubprogram:
			f.search(c, origin, f.info.functionName(c), depth+1)
		case dwarf.TagLexicalBlock, dwarf.TagNamespace, dwarf.TagModule:
			f.search(c, origin, caller, depth+1)
		}
	}
}

func (f *Function) addCopy(e dwarf.Entry, caller string) {
	addr, ok := entryPoint(e)
	if !ok || len(f.Inlined) >= maxInlineCopies {
		f.InlinedMore = f.InlinedMore || ok
		return
	}
	copied := InlinedCopy{Addr: addr + f.Object.Base, Caller: caller}
	copied.File, copied.Line = f.info.callSite(e)
	f.Inlined = append(f.Inlined, copied)
}
