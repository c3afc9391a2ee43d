package probes

import (
	"context"
	"io"
	"sync"

	"github.com/stackfs/stackfs/core"
)

// A Stream is a ring of records with a log beside it.
type Stream struct {
	mu     sync.Mutex
	buf    []Record // the last records; up to twice the limit are kept, so that dropping is cheap
	base   uint64   // the number of buf[0], from 0
	limit  int
	more   chan struct{} // closed and replaced when there is something new
	closed bool
	log    logFile
}

// NewStream returns a stream whose ring holds ring records (at least one) and
// whose log holds logBytes bytes.
func NewStream(ring int, logBytes int64) *Stream {
	return &Stream{limit: max(ring, 1), more: make(chan struct{}), log: logFile{limit: logBytes}}
}

func (s *Stream) end() uint64 { return s.base + uint64(len(s.buf)) }

// oldest is the number of the oldest record that counts as still there.
func (s *Stream) oldest() uint64 { return s.end() - uint64(min(len(s.buf), s.limit)) }

// Append adds a record and wakes who waits. A record without Seq gets the next
// one. After Close it does nothing.
func (s *Stream) Append(r Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	if r.Seq == 0 {
		r.Seq = s.end() + 1
	}
	if len(s.buf) >= 2*s.limit {
		drop := len(s.buf) - s.limit
		s.buf = append(s.buf[:0], s.buf[drop:]...)
		s.base += uint64(drop)
	}
	s.buf = append(s.buf, r)
	s.log.append(r)
	s.wake()
}

func (s *Stream) wake() {
	close(s.more)
	s.more = make(chan struct{})
}

// Resize changes the sizes of the ring (records, at least one) and the log (bytes).
func (s *Stream) Resize(ring int, logBytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limit, s.log.limit = max(ring, 1), logBytes
}

// Close ends the stream: readers get what is there, then io.EOF. The log stays readable.
func (s *Stream) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		s.wake()
	}
}

// ClearLog empties the log; the ring is not affected.
func (s *Stream) ClearLog() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.clear()
}

// ReadLog reads the log at an offset, as io.ReaderAt does.
func (s *Stream) ReadLog(p []byte, off int64) (int, error) {
	s.mu.Lock()
	f := s.log.file
	s.mu.Unlock()
	if f == nil {
		return 0, io.EOF
	}
	return f.ReadAt(p, off)
}

// LogSize is the log's size in bytes.
func (s *Stream) LogSize() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.size
}

// A Reader is a cursor in a stream. It is used by one goroutine at a time.
type Reader struct {
	s  *Stream
	at uint64
}

// NewReader starts with the oldest record that is still there.
func (s *Stream) NewReader() *Reader {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &Reader{s, s.oldest()}
}

// Next returns the next record and moves on. With wait it waits for one until
// ctx ends; without it core.ErrAgain says that there is none. io.EOF: the stream
// is closed and read to its end.
func (r *Reader) Next(ctx context.Context, wait bool) (Record, error) {
	for {
		rec, more, err := r.take()
		if more == nil || err != nil {
			return rec, err
		}
		if !wait {
			return Record{}, core.ErrAgain
		}
		select {
		case <-more:
		case <-ctx.Done():
			return Record{}, context.Canceled
		}
	}
}

// take returns a record, or the channel that tells of the next one.
func (r *Reader) take() (rec Record, more <-chan struct{}, err error) {
	s := r.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if first := s.oldest(); r.at < first {
		next := s.buf[first-s.base]
		rec = Record{Time: next.Time, Target: next.Target, Probe: next.Probe, Lost: first - r.at}
		r.at = first
		return rec, nil, nil
	}
	if r.at < s.end() {
		rec = s.buf[r.at-s.base]
		r.at++
		return rec, nil, nil
	}
	if s.closed {
		return rec, nil, io.EOF
	}
	return rec, s.more, nil
}
