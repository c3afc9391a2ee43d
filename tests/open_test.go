package tests

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkOpen is what opening and reading a file costs beside FUSE.
func BenchmarkOpen(b *testing.B) {
	for _, file := range []string{"t/status", "t/options/timeout", "t/threads/PID/status", "t/threads/PID/backtrace", "t/threads/PID/registers", "t/threads/PID/regs/rip", "t/functions/pause", "t/threads/PID/frames/5/registers"} {
		b.Run(file, func(b *testing.B) {
			m := liveMount(b)
			pid := start(b, compile(b, "gcc", "-O1", "-pthread", "samples/deep.c"), "50", "16")
			_, err := m.Attach(b.Context(), fmt.Sprintf("attach ptrace pid=%d name=t", pid))
			require.NoError(b, err)
			n := m.Root()
			for part := range strings.SplitSeq(strings.Replace(file, "PID", fmt.Sprint(pid), 1), "/") {
				n, err = n.Lookup(b.Context(), part)
				require.NoError(b, err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := n.Open(b.Context(), true, false); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
