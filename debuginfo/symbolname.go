package debuginfo

import (
	"context"
	"fmt"

	"github.com/stackfs/stackfs/debuginfo/values"
)

// symbolName names an address as gdb does between < and >.
// (build_address_symbolic): debug info's name of a function goes before the symbol's,
// and data of no size has no name.
func (p *Program) symbolName(addr uint64) string {
	place, ok := p.Symbolize(addr)
	if ok && place.rank() == 0 && place.Symbol.Size == 0 {
		ok = false
	}
	if ok && place.rank() == 0 {
		return place.String()
	}
	if o, info, has := p.infoAt(addr); has {
		if start, name := info.functionAt(addr - o.Base); name != "" && (!ok || place.Symbol.Addr <= start+o.Base) {
			place.Symbol.Addr = start + o.Base
			if offset := addr - place.Symbol.Addr; offset > 0 {
				return fmt.Sprintf("%s+%d", name, offset)
			}
			return name
		}
	}
	if ok {
		return place.String()
	}
	return ""
}

// functionAt is where the function that has an address begins, and its name.
func (d *debugData) functionAt(addr uint64) (start uint64, name string) {
	u := d.data.UnitFor(addr)
	if u == nil {
		return 0, ""
	}
	chain := u.FunctionAt(addr)
	if len(chain) == 0 {
		return 0, ""
	}
	start, ok := entryPoint(chain[0])
	if !ok || start > addr {
		return 0, ""
	}
	return start, d.wholeName(chain[0])
}

// alias finds a variable or function that debug info has by another of the names
// that its place has in the symbol tables (environ, __environ).
func (s *scope) alias(ctx context.Context, place Place) (values.Value, bool) {
	for _, name := range place.Object.module.namesAt(place.Symbol.Addr - place.Object.Base) {
		if name == place.Symbol.Name {
			continue
		}
		if v, ok := s.global(ctx, place.Object, name, "", turnShared); ok {
			if addr, ok := v.Place.Addr(); ok && addr == place.Symbol.Addr {
				return v, true
			}
		}
	}
	return values.Value{}, false
}
