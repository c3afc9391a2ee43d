package dwarf

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// A span is a range of addresses that belongs to something: a unit by its number, a
// function by its offset.
type span struct {
	Range
	value uint64
}

// flatten makes spans that may overlap into sorted ones that do not. Where they
// do, the one that begins last has the addresses, and of those the shortest.
func flatten(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.Low, b.Low), cmp.Compare(b.High, a.High), cmp.Compare(a.value, b.value))
	})
	var open []span // begun and not known to have ended, the innermost last
	out := make([]span, 0, len(spans))
	at := uint64(0)
	until := func(end uint64) {
		for len(open) > 0 && at < end {
			s := open[len(open)-1]
			if s.High <= at {
				open = open[:len(open)-1]
				continue
			}
			stop := min(s.High, end)
			out = add(out, span{Range{at, stop}, s.value})
			at = stop
		}
		at = max(at, end)
	}
	for _, s := range spans {
		until(s.Low)
		open = append(open, s)
	}
	until(math.MaxUint64)
	return out
}

// add puts a span behind the others, or makes the last longer.
func add(out []span, s span) []span {
	if n := len(out) - 1; n >= 0 && out[n].value == s.value && out[n].High == s.Low {
		out[n].High = s.High
		return out
	}
	return append(out, s)
}

// lookup finds the span that an address is in, among sorted ones that do not overlap.
func lookup(spans []span, addr uint64) (value uint64, ok bool) {
	i := sort.Search(len(spans), func(i int) bool { return spans[i].High > addr })
	if i == len(spans) || addr < spans[i].Low {
		return 0, false
	}
	return spans[i].value, true
}
