package dwarf

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestFlatten compares every address with what a look at all spans says.
func TestFlatten(t *testing.T) {
	compared := 0
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		spans := make([]span, rnd.IntN(30))
		for i := range spans {
			low := rnd.Uint64N(100)
			spans[i] = span{Range{low, low + 1 + rnd.Uint64N(40)}, uint64(i)}
		}
		flat := flatten(append([]span{}, spans...))
		for i := 1; i < len(flat); i++ {
			require.LessOrEqual(t, flat[i-1].High, flat[i].Low)
		}
		for addr := range uint64(150) {
			want, has := innermost(spans, addr)
			got, ok := lookup(flat, addr)
			require.Equal(t, has, ok, "%d in %v", addr, spans)
			if ok {
				assert.Equal(t, spans[want].Range, spans[got].Range, "%d in %v", addr, spans)
			}
			compared++
		}
	}
	t.Logf("%d addresses compared", compared)
}

func innermost(spans []span, addr uint64) (best int, ok bool) {
	for i, s := range spans {
		if !s.Contains(addr) {
			continue
		}
		b := spans[best]
		if !ok || s.Low > b.Low || s.Low == b.Low && s.High < b.High {
			best, ok = i, true
		}
	}
	return best, ok
}
