package nodes

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo"
)

// symbolList is symbols: as /proc/kallsyms, the object where that has the module.
type symbolList []debuginfo.ProgramSymbol

func showSymbols(ctx context.Context, p Place) (Value, error) {
	prog, err := p.Target.program(ctx)
	if err != nil {
		return nil, err
	}
	return symbolList(prog.Symbols()), nil
}

const zeros = "0000000000000000"

// AppendText implements Value.
func (l symbolList) AppendText(b []byte) ([]byte, error) {
	const usual = 48 // bytes a line
	b = slices.Grow(b, usual*len(l))
	for _, s := range l {
		digits := strconv.FormatUint(s.Symbol.Addr, 16)
		b = append(append(b, zeros[:max(16-len(digits), 0)]...), digits...)
		b = append(b, ' ', s.Symbol.Kind, ' ')
		b = append(append(b, s.Symbol.Name...), " ["...)
		b = append(append(b, s.Object.Name...), "]\n"...)
	}
	return b, nil
}

var functionsTable = Table{
	Doc: "the functions by name: where each one is",
	Each: &Each{
		Row:    Row{Name: "FUNCTION", Doc: "address range, object and symbol of each function of that name", Show: showFunction, JSON: true},
		List:   listFunctions,
		Find:   findFunction,
		Logged: true,
	},
}

// isFunction tells code by nm's letter.
func isFunction(kind byte) bool { return strings.IndexByte("tTwWiu", kind) >= 0 }

func listFunctions(ctx context.Context, p Place) ([]string, error) {
	prog, err := p.Target.program(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, s := range prog.Symbols() {
		if isFunction(s.Symbol.Kind) {
			names = append(names, s.Symbol.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func findFunction(ctx context.Context, p Place, name string) (Place, error) {
	p.Name = name
	prog, err := p.Target.programForNames(ctx)
	if err != nil {
		return p, err
	}
	_, err = p.functions(prog)
	return p, err
}

// functions are the places that a function's name means.
func (p Place) functions(prog *debuginfo.Program) ([]debuginfo.Place, error) {
	places := slices.DeleteFunc(prog.Lookup(p.Name), func(f debuginfo.Place) bool { return !isFunction(f.Symbol.Kind) })
	if len(places) == 0 {
		return nil, notFound(prog, p.Name)
	}
	return places, nil
}

// notFound says that a symbol is not there, and which ones are near.
func notFound(prog *debuginfo.Program, name string) error {
	err := core.Errorf(core.ErrNotFound, "there is no symbol %q", name)
	if near := prog.Nearest(name, 3); len(near) > 0 {
		return hint(Word{Text: name, End: len(name)}, err, "nearest: "+strings.Join(near, ", "))
	}
	return err
}

func showFunction(ctx context.Context, p Place) (Value, error) {
	prog, err := p.Target.program(ctx)
	if err != nil {
		return nil, err
	}
	places, err := p.functions(prog)
	if err != nil {
		return nil, err
	}
	var out Blocks
	for _, f := range places {
		start := f.Symbol.Addr
		end, size := any(Unknown), any(Unknown)
		if f.Symbol.Size > 0 {
			end, size = Addr(start+f.Symbol.Size), f.Symbol.Size
		}
		out = append(out, Fields{
			{"name", f.Function()}, {"symbol", f.Symbol.Name}, {"start", Addr(start)}, {"end", end}, {"size", size},
			{"type", string(f.Symbol.Kind)}, {"object", f.Object.Name}, {"prototype", Unknown}, {"file", Unknown}, {"line", Unknown},
		})
	}
	return out, nil
}

var locationsTable = Table{
	Doc: "what is at a place: locations/0xADDR, locations/SYMBOL+OFFSET",
	Each: &Each{
		Row:    Row{Name: "WHERE", Doc: "address, symbol, function and object", Show: showLocation, JSON: true},
		Find:   findLocation,
		Logged: true,
	},
}

func findLocation(ctx context.Context, p Place, name string) (Place, error) {
	p.Name = name
	prog, err := p.Target.programForNames(ctx)
	if err != nil {
		return p, err
	}
	_, err = prog.Resolve(name)
	return p, err
}

// resolve finds the ranges that the place's name means.
func (p Place) resolve(ctx context.Context) (*debuginfo.Program, []debuginfo.Range, error) {
	prog, err := p.Target.program(ctx)
	if err != nil {
		return nil, nil, err
	}
	ranges, err := prog.Resolve(p.Name)
	return prog, ranges, err
}

func showLocation(ctx context.Context, p Place) (Value, error) {
	prog, ranges, err := p.resolve(ctx)
	if err != nil {
		return nil, err
	}
	var out Blocks
	for _, r := range ranges {
		symbol, function, object := any(Unknown), any(Unknown), any(Unknown)
		if place, ok := prog.Symbolize(r.Start); ok {
			symbol, function = place.String(), place.Function()
		}
		if o, ok := prog.ObjectAt(r.Start); ok {
			object = o.Name
		}
		out = append(out, Fields{
			{"address", Addr(r.Start)}, {"symbol", symbol}, {"function", function}, {"file", Unknown}, {"line", Unknown}, {"object", object},
		})
	}
	return out, nil
}

var disassemblyTable = Table{
	Doc: "the instructions of a place: disassembly/FUNCTION, disassembly/0xADDR+LEN",
	Each: &Each{
		Row:    Row{Name: "WHERE", Doc: "address, bytes and instruction, with symbols", Show: showDisassembly},
		Find:   findLocation,
		Logged: true,
	},
}

const (
	maxInstructions  = 1 << 18
	someInstructions = 16 // shown of a place that has no end
)

func showDisassembly(ctx context.Context, p Place) (Value, error) {
	prog, ranges, err := p.resolve(ctx)
	if err != nil {
		return nil, err
	}
	var out instructionList
	for i, r := range ranges {
		start, end, most := extent(prog, r)
		insns, err := prog.Disassemble(ctx, p.Target.Core.Space(), start, end, most)
		if err != nil && len(insns) == 0 && i == 0 {
			return nil, err
		}
		out = append(out, insns)
	}
	return out, nil
}

// extent is the part to disassemble: the range, or from a point to the end of
// its function, or a few instructions where nobody knows the end.
func extent(prog *debuginfo.Program, r debuginfo.Range) (start, end uint64, most int) {
	if r.End > r.Start {
		return r.Start, r.End, maxInstructions
	}
	const longest = 15 // bytes of an x86 instruction
	if place, ok := prog.Symbolize(r.Start); ok && place.Symbol.Size > place.Offset {
		return r.Start, place.Symbol.Addr + place.Symbol.Size, maxInstructions
	}
	return r.Start, r.Start + someInstructions*longest, someInstructions
}

// instructionList is runs of instructions, an empty line between them.
type instructionList [][]debuginfo.Insn

// AppendText implements Value.
func (l instructionList) AppendText(b []byte) ([]byte, error) {
	for i, run := range l {
		if i > 0 {
			b = append(b, '\n')
		}
		for _, insn := range run {
			b = append(append(b, insn.String()...), '\n')
		}
	}
	return b, nil
}
