package nodes

import (
	"context"
	"fmt"

	"github.com/stackfs/stackfs/debuginfo"
)

var locationsTable = Table{
	Doc: "what is at a place: locations/0xADDR, locations/SYMBOL+OFFSET, locations/FILE:LINE",
	Each: &Each{
		Row:    Row{Name: "WHERE", Doc: "address, symbol, function, file and line, the calls it was inlined into, object, the source around it", Show: showLocation, JSON: true},
		Find:   findLocation,
		Logged: true,
	},
}

func findLocation(ctx context.Context, p Place, name string) (Place, error) {
	p.Name = name
	prog, err := p.Target.programForNames(ctx)
	if err != nil {
		return p, err
	}
	_, err = prog.Resolve(name)
	return p, err
}

// resolve finds the ranges that the place's name means.
func (p Place) resolve(ctx context.Context) (*debuginfo.Program, []debuginfo.Range, error) {
	prog, err := p.Target.program(ctx)
	if err != nil {
		return nil, nil, err
	}
	ranges, err := prog.Resolve(p.Name)
	return prog, ranges, err
}

func showLocation(ctx context.Context, p Place) (Value, error) {
	prog, ranges, err := p.resolve(ctx)
	if err != nil {
		return nil, err
	}
	var out locationList
	for _, r := range ranges {
		out = append(out, p.locate(prog, r.Start))
	}
	return out, nil
}

// location is what is at an address, with the source around its line.
type location struct {
	Fields
	first int // the number of the first line of source
	text  []string
}

// locationList is locations with an empty line between; in JSON a list.
type locationList []location

// sourceAround is how many lines of source are shown before and after a line, as gdb's list.
const sourceAround = 5

func (p Place) locate(prog *debuginfo.Program, addr uint64) location {
	symbol, function, object := any(Unknown), any(Unknown), any(Unknown)
	if place, ok := prog.Symbolize(addr); ok {
		symbol, function = place.String(), place.Function()
	}
	if o, ok := prog.ObjectAt(addr); ok {
		object = o.Name
	}
	file, line := any(Unknown), any(Unknown)
	inlined := Repeated{}
	calls := prog.CallsAt(addr)
	for i, c := range calls {
		if i > 0 && c.Line != 0 {
			inlined = append(inlined, fmt.Sprintf("%s at %s:%d", c.Function, c.File, c.Line))
		} else if i > 0 {
			inlined = append(inlined, c.Function)
		}
	}
	if len(calls) > 0 {
		function = calls[0].Function
	}
	l := location{}
	if f, n, ok := prog.LineAt(addr); ok {
		file, line = f, n
		l.text, l.first = prog.SourceText(addr, sourceAround)
	}
	l.Fields = Fields{
		{"address", Addr(addr)}, {"symbol", symbol}, {"function", function}, {"file", file}, {"line", line}, {"inlined_at", inlined}, {"object", object},
	}
	if len(l.text) > 0 {
		l.source()
	}
	return l
}

// source makes the lines of source a key of the JSON.
func (l *location) source() {
	list := Repeated{}
	for i, text := range l.text {
		list = append(list, sourceLine{l.first + i, text})
	}
	l.Fields = append(l.Fields, Field{"source", list})
}

// sourceLine is a line of source with its number.
type sourceLine struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}

// AppendText implements Value: `key:<TAB>value` lines, then `LINE<TAB>text`.
func (l locationList) AppendText(b []byte) ([]byte, error) {
	for i, x := range l {
		if i > 0 {
			b = append(b, '\n')
		}
		fields := x.Fields
		if len(x.text) > 0 {
			fields = fields[:len(fields)-1]
		}
		b, _ = fields.AppendText(b)
		for i, text := range x.text {
			b = fmt.Appendf(b, "%d\t%s\n", x.first+i, text)
		}
	}
	return b, nil
}
