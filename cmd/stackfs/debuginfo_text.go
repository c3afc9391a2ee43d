package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/stackfs/stackfs/debuginfo"
	"github.com/stackfs/stackfs/debuginfo/dwarf"
	"github.com/stackfs/stackfs/debuginfo/types"
	"github.com/stackfs/stackfs/nodes"
)

// appendColumn appends a value of a column of a list.
func appendColumn(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return append(b, v...)
	case int64:
		return strconv.AppendInt(b, v, 10)
	}
	return fmt.Append(b, v)
}

// sourceLine is FILE:LINE, ? where that is not known.
func sourceLine(file string, line int) any {
	switch {
	case file == "":
		return nodes.Unknown
	case line == 0:
		return file
	}
	return file + ":" + strconv.Itoa(line)
}

// known is text, or ? for none.
func known(s string) any {
	if s == "" {
		return nodes.Unknown
	}
	return s
}

// knownNumber is a number, or ? for one that is not known, which is negative.
func knownNumber(n int64) any {
	if n < 0 {
		return nodes.Unknown
	}
	return n
}

// lineNumber is a line, or ? for 0.
func lineNumber(n int) any {
	if n == 0 {
		return nodes.Unknown
	}
	return int64(n)
}

// addressRange is code: [Low, High).
type addressRange dwarf.Range

// String is 0xLOW-0xHIGH.
func (r addressRange) String() string {
	return fmt.Sprintf("%v-%v", nodes.Addr(r.Low), nodes.Addr(r.High))
}

// MarshalJSON gives an object.
func (r addressRange) MarshalJSON() ([]byte, error) {
	return nodes.Fields{{Key: "start", Value: nodes.Addr(r.Low)}, {Key: "end", Value: nodes.Addr(r.High)}}.MarshalJSON()
}

func rangeList(ranges []dwarf.Range) nodes.Repeated {
	out := nodes.Repeated{}
	for _, r := range ranges {
		out = append(out, addressRange(r))
	}
	return out
}

// parameter is a parameter or variable of a function with the places where it is.
type parameter struct {
	debuginfo.Parameter
	text func(dwarf.Location) string
}

// String is its declaration and its places.
func (p parameter) String() string {
	s := types.Declare(p.Type, p.Name)
	for _, l := range p.Locations {
		if l.High == math.MaxUint64 {
			s += " " + p.text(l)
		} else {
			s += fmt.Sprintf(" %v %s", addressRange{Low: l.Low, High: l.High}, p.text(l))
		}
	}
	return s
}

// MarshalJSON gives an object.
func (p parameter) MarshalJSON() ([]byte, error) {
	places := nodes.Repeated{}
	for _, l := range p.Locations {
		fields := nodes.Fields{}
		if l.High != math.MaxUint64 {
			fields = append(fields, nodes.Field{Key: "start", Value: nodes.Addr(l.Low)}, nodes.Field{Key: "end", Value: nodes.Addr(l.High)})
		}
		places = append(places, append(fields, nodes.Field{Key: "location", Value: p.text(l)}))
	}
	return nodes.Fields{{Key: "name", Value: known(p.Name)}, {Key: "type", Value: types.Declare(p.Type, "")}, {Key: "locations", Value: places}}.MarshalJSON()
}

// inlinedCopy is a function's code in another.
type inlinedCopy debuginfo.InlinedCopy

// String is 0xADDR in CALLER at FILE:LINE.
func (c inlinedCopy) String() string {
	return fmt.Sprintf("%v in %v at %v", nodes.Addr(c.Addr), known(c.Caller), sourceLine(c.File, c.Line))
}

// MarshalJSON gives an object.
func (c inlinedCopy) MarshalJSON() ([]byte, error) {
	return nodes.Fields{
		{Key: "address", Value: nodes.Addr(c.Addr)}, {Key: "caller", Value: known(c.Caller)}, {Key: "file", Value: known(c.File)}, {Key: "line", Value: lineNumber(c.Line)},
	}.MarshalJSON()
}

var _ json.Marshaler = parameter{}
