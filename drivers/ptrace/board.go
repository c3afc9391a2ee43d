package ptrace

import (
	"maps"
	"slices"
	"sync"

	"github.com/stackfs/stackfs/core"
)

// board is what the loop has published: read by any goroutine without asking it.
type board struct {
	mu      sync.Mutex
	info    core.Info
	tids    []int         // ascending; replaced, never changed
	changed chan struct{} // closed and replaced when the state changes
}

func (b *board) read() (core.Info, []int, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.info, b.tids, b.changed
}

// publish brings the board up to date.
func (l *loop) publish() {
	l.setState()
	b := &l.board
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.info.State != l.info.State || b.info.Reason != l.info.Reason {
		close(b.changed)
		b.changed = make(chan struct{})
	}
	if l.info.Threads != len(b.tids) || !l.sameThreads(b.tids) {
		b.tids = slices.Sorted(maps.Keys(l.threads))
	}
	b.info = l.info
}

func (l *loop) sameThreads(tids []int) bool {
	for _, tid := range tids {
		if l.threads[tid] == nil {
			return false
		}
	}
	return true
}

// setState derives the target's state from its threads: stopped if all of them are, by
// request or in a group-stop.
func (l *loop) setState() {
	l.info.Threads = len(l.threads)
	l.info.Memory = l.mem.Path()
	if l.info.State == core.Exited || l.info.State == core.Gone {
		return
	}
	state, reason, about := core.Running, "none", 0
	for _, tid := range l.leaderFirst() {
		t := l.threads[tid]
		if t.zombie {
			continue
		}
		if !(t.request && t.stopped || t.group != 0) {
			state, reason, about = core.Running, "none", 0
			break
		}
		if state == core.Running {
			state, reason, about = core.Stopped, l.reason(t), t.tid
		}
	}
	l.changeState(state, reason, about)
}

// leaderFirst lists the threads, the process's first one in front: a stop of all is told of that one.
func (l *loop) leaderFirst() []int {
	tids := make([]int, 0, len(l.threads))
	if l.threads[l.pid] != nil {
		tids = append(tids, l.pid)
	}
	for tid := range l.threads {
		if tid != l.pid {
			tids = append(tids, tid)
		}
	}
	return tids
}

// changeState sets the target's state and tells of a change.
func (l *loop) changeState(s core.State, reason string, tid int) {
	if l.info.State == s && l.info.Reason == reason {
		return
	}
	was := l.info.State
	l.info.State, l.info.Reason, l.info.TID = s, reason, tid
	if was == "" || was == s && s != core.Stopped || s == core.Exited {
		return
	}
	if s == core.Running { // it has no reason and is about no thread
		tid, reason = l.pid, ""
	}
	l.tell(string(s), tid, reason)
}
