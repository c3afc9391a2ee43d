package nodes

import (
	"context"
	"slices"
	"strconv"

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
