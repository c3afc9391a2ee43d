package main

import (
	"bufio"
	"encoding"
	"encoding/json"
	"io"

	"github.com/stackfs/stackfs/debuginfo/types"
	"github.com/stackfs/stackfs/nodes"
)

// A saying is what is said of one thing: as text, and by encoding/json.
type saying interface {
	encoding.TextAppender
}

// A document is all that one run of the debuginfo command says: text as it comes, or one JSON
// object with the list of answers.
type document struct {
	w      *bufio.Writer
	asJSON bool
	n      int // how many sayings there were
	buffer []byte
	err    error
}

func newDocument(w io.Writer, asJSON bool, path string) *document {
	d := &document{w: bufio.NewWriterSize(w, 1<<16), asJSON: asJSON}
	if asJSON {
		name, err := json.Marshal(path)
		d.err = err
		d.write([]byte(`{"file":`))
		d.write(name)
		d.write([]byte(`,"answers":[`))
	}
	return d
}

// say adds an answer; in text an empty line sets it off from the one before.
func (d *document) say(s saying) { d.add(s, "\n") }

// line adds an answer that is one of a list.
func (d *document) line(s saying) { d.add(s, "") }

func (d *document) add(s saying, between string) {
	if d.asJSON {
		if d.n > 0 {
			d.write([]byte(","))
		}
		e := json.NewEncoder(d.w)
		e.SetEscapeHTML(false)
		d.keep(e.Encode(s))
		d.n++
		return
	}
	text, err := s.AppendText(d.buffer[:0])
	d.keep(err)
	if d.n > 0 {
		d.write([]byte(between))
	}
	d.write(text)
	d.buffer = text[:0]
	d.n++
}

func (d *document) write(b []byte) {
	_, err := d.w.Write(b)
	d.keep(err)
}

func (d *document) keep(err error) {
	if d.err == nil {
		d.err = err
	}
}

// flush hands on what there is so far, for a reader who waits for it.
func (d *document) flush() error {
	d.keep(d.w.Flush())
	return d.err
}

// end completes the document.
func (d *document) end() error {
	if d.asJSON {
		d.write([]byte("]}\n"))
	}
	d.keep(d.w.Flush())
	return d.err
}

// layout is a type as pahole prints it.
type layout struct{ of *types.Type }

// AppendText implements saying.
func (l layout) AppendText(b []byte) ([]byte, error) { return types.AppendLayout(b, l.of), nil }

// MarshalJSON gives the layout under its type's name.
func (l layout) MarshalJSON() ([]byte, error) {
	return json.Marshal(nodes.Fields{field("type", l.of.String()), field("layout", types.Describe(l.of))})
}

// row is one line of a list: its columns, with tabs between them in text.
type row nodes.Fields

// AppendText implements saying.
func (r row) AppendText(b []byte) ([]byte, error) {
	for i, f := range r {
		if i > 0 {
			b = append(b, '\t')
		}
		b = appendColumn(b, f.Value)
	}
	return append(b, '\n'), nil
}

// MarshalJSON gives an object.
func (r row) MarshalJSON() ([]byte, error) { return nodes.Fields(r).MarshalJSON() }
