package nodes

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// A Value is what a file shows: text, and for rows with a JSON twin the same
// value as JSON.
type Value interface {
	encoding.TextAppender
}

// Raw is bytes shown as they are: formats copied from Linux.
type Raw []byte

// AppendText implements Value.
func (r Raw) AppendText(b []byte) ([]byte, error) { return append(b, r...), nil }

// Line is a value of one line.
type Line string

// AppendText implements Value.
func (l Line) AppendText(b []byte) ([]byte, error) { return append(append(b, l...), '\n'), nil }

// Addr is an address field: 0x and 16 hexadecimal digits, in JSON too.
type Addr uint64

// String implements fmt.Stringer.
func (a Addr) String() string { return fmt.Sprintf("0x%016x", uint64(a)) }

// MarshalText makes the JSON form a string.
func (a Addr) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// Words for a field without a value: None is "not applicable" (- in text, absent
// in JSON), Unknown is "not known" (? and null).
type absence string

const (
	None    absence = "-"
	Unknown absence = "?"
)

// A Field is one line of a status file.
type Field struct {
	Key   string
	Value any // string, number, Addr, None, Unknown
}

// Repeated is the value of a key that may come several times: a line each, or none;
// in JSON a list.
type Repeated []any

// Fields is a status file: `key:<TAB>value` lines, and an object with the keys in
// the same order.
type Fields []Field

// AppendText implements Value.
func (f Fields) AppendText(b []byte) ([]byte, error) {
	b = slices.Grow(b, 32*len(f))
	for _, field := range f {
		if list, ok := field.Value.(Repeated); ok {
			for _, v := range list {
				b = appendLine(b, field.Key, v)
			}
			continue
		}
		b = appendLine(b, field.Key, field.Value)
	}
	return b, nil
}

func appendLine(b []byte, key string, v any) []byte {
	b = append(append(b, key...), ":\t"...)
	return append(appendField(b, v), '\n')
}

// appendField is fmt's %v, without its price for what most fields are.
func appendField(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return append(b, v...)
	case absence:
		return append(b, v...)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case int64:
		return strconv.AppendInt(b, v, 10)
	}
	return fmt.Append(b, v)
}

// MarshalJSON keeps the order of the fields.
func (f Fields) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for _, field := range f {
		if field.Value == None {
			continue
		}
		v := field.Value
		if v == Unknown {
			v = nil
		}
		text, err := marshal(v)
		if err != nil {
			return nil, err
		}
		if out.Len() > 1 {
			out.WriteByte(',')
		}
		fmt.Fprintf(&out, "%q:%s", field.Key, text)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// Blocks is several status-like blocks with an empty line between; in JSON a list.
type Blocks []Fields

// AppendText implements Value.
func (s Blocks) AppendText(b []byte) ([]byte, error) {
	for i, f := range s {
		if i > 0 {
			b = append(b, '\n')
		}
		b, _ = f.AppendText(b)
	}
	return b, nil
}

// orUnknown and orNone choose the word for an empty value.
func orUnknown(s string) any {
	if s == "" {
		return Unknown
	}
	return s
}

func orNone[T comparable](v T) any {
	var zero T
	if v == zero {
		return None
	}
	return v
}

// marshal is json.Marshal that leaves < > & as they are: nothing here is HTML.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
