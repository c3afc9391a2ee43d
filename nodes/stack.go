package nodes

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo"
)

// rawStack is a thread's stack from its stack pointer upwards.
type rawStack struct {
	stack   core.Bytes
	sp      uint64
	program *debuginfo.Program
	regions []core.Region
}

func showStack(ctx context.Context, p Place) (Value, error) {
	size := p.Target.options.load().stack
	shot, err := p.sample(ctx, core.Want{Stack: size})
	if err != nil {
		return nil, err
	}
	prog, err := p.Target.program(ctx)
	if err != nil {
		return nil, err
	}
	regions, err := p.Target.Core.Space().Regions(ctx)
	sp, _ := shot.Registers.SP()
	return rawStack{shot.Stack, sp, prog, regions}, err
}

// AppendText implements Value: `0xADDR  0xVALUE  what it points at`.
func (s rawStack) AppendText(b []byte) ([]byte, error) {
	const word = 8
	data := s.stack.Data
	if s.sp > s.stack.Addr {
		data = data[min(s.sp-s.stack.Addr, uint64(len(data))):]
	}
	for i := 0; i+word <= len(data); i += word {
		v := binary.LittleEndian.Uint64(data[i:])
		b = fmt.Appendf(b, "%v  %v", Addr(s.sp+uint64(i)), Addr(v))
		if what := s.pointsAt(v); what != "" {
			b = append(append(b, "  "...), what...)
		}
		b = append(b, '\n')
	}
	return b, nil
}

// pointsAt says what is at an address: a symbol, a place further up this stack,
// else the mapping; "" if nothing is mapped there.
func (s rawStack) pointsAt(v uint64) string {
	r, ok := core.FindRegion(s.regions, v)
	if !ok {
		return ""
	}
	if place, ok := s.program.Symbolize(v); ok {
		return fmt.Sprintf("<%s> %s", place.String(), place.Object.Name)
	}
	if v >= s.sp && v-s.sp < uint64(len(s.stack.Data)) {
		return fmt.Sprintf("stack+%d", v-s.sp)
	}
	name := r.Path
	if name == "" {
		name = "anonymous"
	}
	return fmt.Sprintf("%s+0x%x %s", name, v-r.Start, r.Perm)
}
