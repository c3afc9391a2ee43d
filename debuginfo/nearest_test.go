package debuginfo

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// plainDistance is Levenshtein's distance by its definition.
func plainDistance(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	if a[0] == b[0] {
		return plainDistance(a[1:], b[1:])
	}
	return 1 + min(plainDistance(a[1:], b), plainDistance(a, b[1:]), plainDistance(a[1:], b[1:]))
}

func TestEditDistance(t *testing.T) {
	word := func() string {
		b := make([]byte, rand.IntN(7))
		for i := range b {
			b[i] = "abc"[rand.IntN(3)]
		}
		return string(b)
	}
	for range 20_000 {
		a, b, limit := word(), word(), rand.IntN(6)
		want, got := plainDistance(a, b), editDistance(a, b, limit, make([]int, len(a)+1))
		if want <= limit {
			require.Equal(t, want, got, "%q %q %d", a, b, limit)
		} else {
			require.Greater(t, got, limit, "%q %q %d", a, b, limit)
		}
	}
}

func TestIdentifiers(t *testing.T) {
	for name, want := range map[string]string{
		"_ZN4shop6Basket5totalEv": "shop::Basket::total", "_Z3fooi": "foo", "_ZTV3Foo": "Foo", "_ZNK3Foo3barEv": "Foo::bar", "_Z": "", "_Z9x": "", "_ZN99999999999999999999": "",
	} {
		require.Equal(t, want, string(appendIdentifiers(nil, name)))
	}
}
