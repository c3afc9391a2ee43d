package nodes

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Without anybody waiting.
		ctx, end := withLimit(t.Context(), time.Second)
		require.NoError(t, ctx.Err())
		time.Sleep(2 * time.Second)
		require.ErrorIs(t, ctx.Err(), context.DeadlineExceeded)
		end()
		// With somebody who waits.
		ctx, end = withLimit(t.Context(), time.Second)
		start := time.Now()
		<-ctx.Done()
		require.Equal(t, time.Second, time.Since(start))
		require.ErrorIs(t, ctx.Err(), context.DeadlineExceeded)
		end()
		// The parent's end and the own one.
		parent, stop := context.WithCancel(t.Context())
		ctx, end = withLimit(parent, time.Hour)
		go func() { time.Sleep(time.Second); stop() }()
		<-ctx.Done()
		require.ErrorIs(t, ctx.Err(), context.Canceled)
		end()
		ctx, end = withLimit(t.Context(), time.Hour)
		end()
		require.ErrorIs(t, ctx.Err(), context.Canceled)
		<-ctx.Done()
	})
}
