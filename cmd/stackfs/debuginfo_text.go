package main

import (
	"fmt"
	"math"
	"strconv"

	"github.com/stackfs/stackfs/debuginfo"
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
type addressRange struct{ Low, High uint64 }

// String is 0xLOW-0xHIGH.
func (r addressRange) String() string {
	return fmt.Sprintf("%v-%v", nodes.Addr(r.Low), nodes.Addr(r.High))
}

// MarshalJSON gives an object.
func (r addressRange) MarshalJSON() ([]byte, error) {
	return nodes.Fields{field("start", nodes.Addr(r.Low)), field("end", nodes.Addr(r.High))}.MarshalJSON()
}

// rangeList is the code of something.
func rangeList[R ~struct{ Low, High uint64 }](ranges []R) nodes.Repeated {
	out := nodes.Repeated{}
	for _, r := range ranges {
		out = append(out, addressRange(r))
	}
	return out
}

// parameter is a parameter or variable of a function with the places where it is.
type parameter debuginfo.Parameter

// String is its declaration and its places, each with its addresses in a line of its own.
func (p parameter) String() string {
	s := types.Declare(p.Type, p.Name)
	for _, l := range p.Places {
		if l.High == always {
			s += "\t" + l.Text
		} else {
			s += fmt.Sprintf("\n\t%v\t%s", addressRange{Low: l.Low, High: l.High}, l.Text)
		}
	}
	return s
}

// MarshalJSON gives an object.
func (p parameter) MarshalJSON() ([]byte, error) {
	places := nodes.Repeated{}
	for _, l := range p.Places {
		fields := nodes.Fields{}
		if l.High != always {
			fields = nodes.Fields{field("start", nodes.Addr(l.Low)), field("end", nodes.Addr(l.High))}
		}
		places = append(places, append(fields, field("location", l.Text)))
	}
	return nodes.Fields{field("name", known(p.Name)), field("type", types.Declare(p.Type, "")), field("locations", places)}.MarshalJSON()
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
		field("address", nodes.Addr(c.Addr)), field("caller", known(c.Caller)), field("file", known(c.File)), field("line", lineNumber(c.Line)),
	}.MarshalJSON()
}

// field is one line of what is said.
func field(key string, value any) nodes.Field { return nodes.Field{Key: key, Value: value} }

// always is the end of what holds at every address.
const always = math.MaxUint64

// sizeText is a type's size in words.
func sizeText(t *types.Type) string {
	if n := sizeOf(t); n >= 0 {
		return fmt.Sprintf("%d bytes", n)
	}
	return "size not known"
}
