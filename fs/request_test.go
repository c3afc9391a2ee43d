package fs

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, cancel := context.WithCancel(t.Context())
		ctx, done := request(parent)
		require.NoError(t, ctx.Err())
		cancel()
		start := time.Now()
		require.NoError(t, ctx.Err())
		<-ctx.Done()
		require.Equal(t, grace, time.Since(start))
		require.ErrorIs(t, ctx.Err(), context.Canceled)
		done()
		// Served before it is interrupted: nothing is left behind.
		ctx, done = request(t.Context())
		_ = ctx.Done()
		done()
	})
}
