package ptrace

import (
	"context"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers/internal/procfs"
)

// Notify implements core.Notifier.
func (t *Target) Notify(f func(core.Event)) {
	t.loop.do(context.Background(), func() { // after Close there is nothing to tell
		for _, e := range t.loop.early {
			f(e)
		}
		t.loop.notify, t.loop.early = f, nil
	})
}

// tell passes an event on, with what /proc says about its thread.
func (l *loop) tell(what string, tid int, text string) {
	e := core.Event{Time: core.Now(), TID: tid, PID: l.pid, Comm: l.info.Comm, CPU: -1, What: what, Text: text}
	if st, err := procfs.ThreadStat(l.pid, tid); err == nil {
		e.Comm, e.CPU = st.Comm, st.CPU
	}
	if l.notify != nil {
		l.notify(e)
	} else if len(l.early) < maxEarly {
		l.early = append(l.early, e)
	}
}

// maxEarly is how many events are kept for a Notify that comes later.
const maxEarly = 1024
