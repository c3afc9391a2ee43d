package debuginfo

import (
	"context"
	"slices"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/dwarf"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// Type finds a type by name: as types.Source has it, or with *, [] and () as in a
// cast; OBJECT:: and FILE:: before it are as for Lookup. nil is void. ErrNotFound,
// ErrInvalid; ErrNoData if nothing of the program has types.
func (p *Program) Type(_ context.Context, name string) (*types.Type, error) {
	return types.Parse(&scope{program: p}, name)
}

// TypeNames are the names of all types, sorted; tags with struct, union, enum or
// class before them.
func (p *Program) TypeNames(ctx context.Context) ([]string, error) {
	return p.names(ctx, dwarf.AnyType, func(name string, k dwarf.Kind) string { return tagWords[k] + name })
}

// tagWords are what is written before a tag.
var tagWords = map[dwarf.Kind]string{dwarf.KindStruct: "struct ", dwarf.KindClass: "class ", dwarf.KindUnion: "union ", dwarf.KindEnum: "enum "}

// VariableNames are the names of all variables that debug info or the symbol tables
// have, sorted.
func (p *Program) VariableNames(ctx context.Context) ([]string, error) {
	var out []string
	for i := range p.EachItem(ctx, kindVariable, nil) {
		if i.HasPlace() {
			out = append(out, strings.Clone(i.Name))
		}
	}
	if err := core.ContextError(ctx, "listing variables"); err != nil {
		return nil, err
	}
	for _, s := range p.Symbols() {
		if strings.IndexByte("bBdDrRvV", s.Symbol.Kind) >= 0 {
			out = append(out, s.Symbol.Name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func (p *Program) names(ctx context.Context, kinds dwarf.KindSet, show func(string, dwarf.Kind) string) ([]string, error) {
	var out []string
	for _, o := range p.objects {
		if o.module == nil {
			continue
		}
		info, err := o.module.info()
		if err != nil {
			continue
		}
		indexes, err := info.allIndexes(ctx)
		if err != nil {
			return nil, err
		}
		for _, ix := range indexes {
			out = appendNames(out, ix, kinds, show)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), core.ContextError(ctx, "listing names")
}

// nearestTypes are up to n names of types closest to one that does not exist, of the
// indexes that are there.
func (p *Program) nearestTypes(name string, n int) []string {
	if len(name) > maxNearest {
		return nil
	}
	s := search{want: name, best: make([]candidate, 0, n+1), n: n, row: make([]int, len(name)+1), bits: letterBits(name)}
	for _, o := range p.objects {
		info, err := o.debugData()
		if err != nil {
			continue
		}
		ix := info.index()
		if ix == nil {
			continue
		}
		for k := dwarf.KindStruct; k < dwarf.KindNamespace; k++ {
			for t := range ix.Names(dwarf.Kinds(k)) {
				s.try(tagWords[k] + t)
			}
		}
	}
	out := make([]string, len(s.best))
	for i, c := range s.best {
		out[i] = strings.Clone(c.name)
	}
	return out
}

func appendNames(out []string, ix *dwarf.Index, kinds dwarf.KindSet, show func(string, dwarf.Kind) string) []string {
	for k := dwarf.KindFunction; k <= dwarf.KindNamespace; k++ {
		if kinds != dwarf.AnyKind && kinds&dwarf.Kinds(k) != 0 {
			for name := range ix.Names(dwarf.Kinds(k)) {
				out = append(out, strings.Clone(show(name, k)))
			}
		}
	}
	return out
}

// SourceText is the source around the line of an address, up to around lines before
// and after it, and the number of the first of them; nothing if it is not at hand.
func (p *Program) SourceText(addr uint64, around int) (lines []string, first int) {
	_, line, ok := p.LineAt(addr)
	if !ok {
		return nil, 0
	}
	lines, first, err := dwarf.Source(p.root, p.SourcePath(addr), line, around)
	if err != nil {
		return nil, 0 // why not is nothing that the reader of an address has asked
	}
	return lines, first
}
