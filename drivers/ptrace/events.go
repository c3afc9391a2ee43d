package ptrace

import (
	"context"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers/internal/procfs"
)

// Notify implements core.Notifier.
func (t *Target) Notify(f func(core.Event)) {
	t.loop.do(context.Background(), func() { t.loop.notify = f }) // after Close there is nothing to tell
}

// tell passes an event on, with what /proc says about its thread.
func (l *loop) tell(what string, tid int, text string) {
	if l.notify == nil {
		return
	}
	e := core.Event{Time: procfs.Monotonic(), TID: tid, PID: l.pid, Comm: l.info.Comm, CPU: -1, What: what, Text: text}
	if st, err := procfs.ThreadStat(l.pid, tid); err == nil {
		e.Comm, e.CPU = st.Comm, st.CPU
	}
	l.notify(e)
}
