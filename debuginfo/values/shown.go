package values

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// shown is the printed form of a value: a leaf, or parts in order.
type shown struct {
	prefix string // before all else: a reference's address, a pointer's type
	words  string // a leaf's text
	list   bool   // an array: parts have no names
	record bool
	parts  []part
	cut    bool   // there are more parts than are printed
	note   string // after the parts of a record: <No data fields>
}

// part is a member or element; repeat says how many times it comes in a row.
type part struct {
	label  string // as the text has it: "x = ", "<Base> = ", "static k = "
	name   string // as JSON has it, empty: its parts count as the parent's
	repeat int64
	value  *shown
}

func leaf(text string) *shown { return &shown{words: text} }

// text writes what gdb writes.
func (s *shown) text(b *strings.Builder) {
	b.WriteString(s.prefix)
	if !s.list && !s.record {
		b.WriteString(s.words)
		return
	}
	b.WriteByte('{')
	for i, p := range s.parts {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(p.label)
		p.value.text(b)
		if p.repeat > repeatLimit {
			fmt.Fprintf(b, " <repeats %d times>", p.repeat)
		}
	}
	if s.note != "" && len(s.parts) > 0 {
		b.WriteString(", ")
	}
	b.WriteString(s.note)
	if s.cut {
		b.WriteString("...")
	}
	b.WriteByte('}')
}

// A Field is one key of an Object.
type Field struct {
	Key   string
	Value any
}

// Object is a JSON object whose keys stay in order.
type Object []Field

// MarshalJSON implements json.Marshaler.
func (o Object) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, f := range o {
		if i > 0 {
			out = append(out, ',')
		}
		key, err := marshalJSON(f.Key)
		if err != nil {
			return nil, err
		}
		value, err := marshalJSON(f.Value)
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, key...), ':'), value...)
	}
	return append(out, '}'), nil
}

// json is a string for a leaf, an Object for a record, a list for an array: of at
// most limit elements, and "..." after them if there are more.
func (s *shown) json(limit int) any {
	switch {
	case s.list:
		return s.jsonList(limit)
	case s.record:
		return s.jsonObject(limit, nil)
	}
	return s.prefix + s.words
}

func (s *shown) jsonList(limit int) any {
	out := []any{}
	for _, p := range s.parts {
		v := p.value.json(limit)
		for range max(p.repeat, 1) {
			if len(out) == limit {
				return append(out, "...")
			}
			out = append(out, v)
		}
	}
	if s.cut {
		out = append(out, "...")
	}
	return out
}

func (s *shown) jsonObject(limit int, out Object) Object {
	if out == nil {
		out = Object{}
	}
	for _, p := range s.parts {
		if p.name == "" && p.value.record {
			out = p.value.jsonObject(limit, out)
			continue
		}
		out = append(out, Field{p.name, p.value.json(limit)})
	}
	return out
}

// marshalJSON is json.Marshal that leaves < > & as they are: nothing here is HTML.
func marshalJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
