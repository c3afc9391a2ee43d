package nodes

import (
	"context"
	"fmt"

	"github.com/stackfs/stackfs/debuginfo"
)

var disassemblyTable = Table{
	Doc: "the instructions of a place: disassembly/FUNCTION, disassembly/0xADDR+LEN",
	Each: &Each{
		Row:    Row{Name: "WHERE", Doc: "address, bytes and instruction, with symbols and source lines", Show: showDisassembly},
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
	out := instructionList{program: prog}
	for i, r := range ranges {
		start, end, most := extent(prog, r)
		insns, err := prog.Disassemble(ctx, p.Target.Core.Space(), start, end, most)
		if err != nil && len(insns) == 0 && i == 0 {
			return nil, err
		}
		out.runs = append(out.runs, insns)
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
type instructionList struct {
	program *debuginfo.Program
	runs    [][]debuginfo.Insn
}

// AppendText implements Value.
func (l instructionList) AppendText(b []byte) ([]byte, error) {
	for i, run := range l.runs {
		if i > 0 {
			b = append(b, '\n')
		}
		for _, insn := range run {
			b = append(b, insn.String()...)
			if file, line, ok := l.program.LineAt(insn.Addr); ok {
				b = fmt.Appendf(b, "  # %s:%d", file, line)
			}
			b = append(b, '\n')
		}
	}
	return b, nil
}
