package dwarf

import (
	"testing"
	"time"

	"github.com/stackfs/stackfs/tests/need"
)

// TestSpeed prints how long the walk over a kernel's entries takes, and its chains of functions.
func TestSpeed(t *testing.T) {
	path := need.Vmlinux(t)
	d := open(t, path)
	for _, what := range []string{"first", "second"} {
		start := time.Now()
		entries := 0
		for _, u := range d.Units {
			if root, ok := u.Root(); ok {
				for range root.Children() {
					entries++
				}
			}
		}
		t.Logf("%d entries at the top of %d units: %v, the %s time", entries, len(d.Units), time.Since(start), what)
	}
	addrs := within(open(t, path), 10_000)
	d = open(t, path)
	start := time.Now()
	found, scopes := 0, 0
	for _, a := range addrs {
		if u := d.UnitFor(a); u != nil {
			chain := u.FunctionAt(a)
			scopes += len(chain)
			if len(chain) > 0 {
				found++
			}
		}
	}
	t.Logf("%d addresses, %d in functions, %d scopes: %v, first time", len(addrs), found, scopes, time.Since(start))
}
