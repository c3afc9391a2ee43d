package coretest_test

import (
	"testing"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/core/coretest"
)

// TestFake: the fake passes the suite that the drivers pass.
func TestFake(t *testing.T) {
	coretest.TestTarget(t, func(*testing.T) core.Target { return coretest.NewFake() }, coretest.Options{
		Code: coretest.Leaf,
		OpenReadOnly: func(*testing.T) core.Target {
			f := coretest.NewFake()
			f.ReadOnly = true
			return f
		},
	})
}
