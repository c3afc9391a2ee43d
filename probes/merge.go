package probes

import (
	"slices"
	"sync"
	"time"

	"github.com/stackfs/stackfs/core"
)

// MergeDelay is the longest a record waits for an earlier one of another stream.
const MergeDelay = 100 * time.Millisecond

// A Merge puts records from several sources into one stream in order of time.
type Merge struct {
	out *Stream

	mu      sync.Mutex
	pending []Record // sorted by Time
	timer   *time.Timer
	closed  bool
}

// NewMerge returns a merge that feeds out.
func NewMerge(out *Stream) *Merge { return &Merge{out: out} }

// Add takes a record; it reaches the stream within MergeDelay.
func (m *Merge) Add(r Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return
	}
	r.Seq = 0 // numbered anew: seq says what a reader of this stream has missed
	at, _ := slices.BinarySearchFunc(m.pending, r.Time, func(p Record, t time.Duration) int {
		if p.Time <= t {
			return -1
		}
		return 1
	})
	m.pending = slices.Insert(m.pending, at, r)
	if m.timer == nil {
		m.timer = time.AfterFunc(MergeDelay/2, m.tick)
	}
}

func (m *Merge) tick() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.timer = nil
	if m.closed {
		return
	}
	ripe := core.Now() - MergeDelay/2
	n := 0
	for n < len(m.pending) && m.pending[n].Time <= ripe {
		m.out.Append(m.pending[n])
		n++
	}
	m.pending = slices.Delete(m.pending, 0, n)
	if len(m.pending) > 0 {
		m.timer = time.AfterFunc(MergeDelay/4, m.tick)
	}
}

// Close passes on what waits and closes the stream.
func (m *Merge) Close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	for _, r := range m.pending {
		m.out.Append(r)
	}
	m.pending = nil
	m.out.Close()
}
