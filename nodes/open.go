package nodes

import (
	"context"
	"io"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo"
	"github.com/stackfs/stackfs/probes"
)

// A Handle is one open of a file. Exactly one of Text, Blob, Stream and Log says
// what reads see; Lines is set where writes are lines.
type Handle struct {
	Text   []byte // a snapshot; Snapshot is true
	Blob   Blob
	Stream *StreamReader
	Log    *probes.Stream
	Lines  *Lines

	Snapshot bool
}

// Open opens a file for reading, writing or both. What it shows is computed now.
func (n Node) Open(ctx context.Context, read, write bool) (*Handle, error) {
	if write && !n.writable() {
		return nil, core.Errorf(core.ErrAccess, "opening %s for writing: it is read-only", n.row.Name)
	}
	if err := n.Gone(); err != nil {
		return nil, err
	}
	if read && n.row.Unreadable {
		return nil, core.Errorf(core.ErrAccess, "opening %s for reading: it is write-only", n.row.Name)
	}
	h := &Handle{}
	if write && !n.row.Writable {
		h.Lines = &Lines{node: n}
	}
	return h, n.source(ctx, h, read)
}

func (n Node) source(ctx context.Context, h *Handle, read bool) (err error) {
	ctx, cancel := n.place.limit(ctx)
	defer cancel()
	switch r := n.row; {
	case r.At != nil:
		h.Blob, err = r.At(ctx, n.place)
	case r.Stream != nil:
		h.Stream = &StreamReader{reader: r.Stream(n.place).NewReader(), json: n.twin}
	case r.Log != nil:
		h.Log = r.Log(n.place)
	case read:
		h.Snapshot = true
		h.Text, err = n.text(ctx)
	}
	return err
}

// text renders what the file shows.
func (n Node) text(ctx context.Context) ([]byte, error) {
	if n.row.Commands != nil {
		return commandText(n.row.Commands, n.place), nil
	}
	if n.row.Held {
		if err := n.place.mayHold(ctx); err != nil {
			return nil, err
		}
	}
	var out []byte
	err := debuginfo.Guard(func() (err error) {
		out, err = n.render(ctx)
		return err
	})
	return out, err
}

func (n Node) render(ctx context.Context) ([]byte, error) {
	v, err := n.row.Show(ctx, n.place)
	if err != nil {
		return nil, err
	}
	if !n.twin {
		return v.AppendText(nil)
	}
	out, err := marshal(v)
	return append(out, '\n'), err
}

// A StreamReader is one open of an events file. It is used by one read at a time.
type StreamReader struct {
	reader *probes.Reader
	json   bool
	rest   []byte // of the record that is being read
}

// Read fills p with whole records as far as they fit, or a part of one; it waits
// for the first one only if wait is set. 0, nil is the end.
func (s *StreamReader) Read(ctx context.Context, p []byte, wait bool) (int, error) {
	n := 0
	for n < len(p) {
		if len(s.rest) == 0 {
			rec, err := s.reader.Next(ctx, wait && n == 0)
			if err == io.EOF || err != nil && n > 0 {
				return n, nil
			}
			if err != nil {
				return 0, err
			}
			s.render(rec)
		}
		if n > 0 && len(s.rest) > len(p)-n {
			break // it comes whole with the next read
		}
		c := copy(p[n:], s.rest)
		s.rest = s.rest[c:]
		n += c
	}
	return n, nil
}

func (s *StreamReader) render(r probes.Record) {
	if s.json {
		line, err := marshal(r)
		if err == nil {
			s.rest = append(line, '\n')
		}
		return
	}
	s.rest, _ = r.AppendText(nil)
}
