package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo"
	"github.com/stackfs/stackfs/debuginfo/types"
	"github.com/stackfs/stackfs/debuginfo/values"
	"github.com/stackfs/stackfs/nodes"
)

// item is what is said of a thing by its kind; inlined: functions of its name are.
func (q *inquiry) item(ctx context.Context, i debuginfo.Item, inlined bool) (saying, error) {
	switch {
	case i.IsFunction():
		return q.function(ctx, i, inlined)
	case i.IsVariable():
		return q.variable(ctx, i), nil
	case i.IsEnumerator():
		return enumerator(i), nil
	}
	if t := i.Type(); t != nil {
		return layout{t}, nil
	}
	return nodes.Fields{field("type", i.Name)}, nil
}

func (q *inquiry) function(ctx context.Context, i debuginfo.Item, inlined bool) (saying, error) {
	f := i.Function()
	if inlined {
		if err := f.FindInlined(ctx); err != nil {
			return nil, err
		}
	}
	out := nodes.Fields{
		field("function", f.Name), field("prototype", f.Prototype()), field("file", known(f.File)), field("line", lineNumber(f.Line)),
	}
	if i.IsDeclaration() {
		out = append(out, field("declaration", "yes"))
	}
	params, copies := nodes.Repeated{}, nodes.Repeated{}
	for _, p := range f.Params {
		params = append(params, parameter(p))
	}
	for _, c := range f.Inlined {
		copies = append(copies, inlinedCopy(c))
	}
	out = append(out, field("range", rangeList(f.Ranges)), field("parameter", params), field("inlined", copies))
	if f.InlinedMore {
		out = append(out, field("inlined_more", "yes"))
	}
	return out, nil
}

func (q *inquiry) variable(ctx context.Context, i debuginfo.Item) saying {
	file, line := i.Declared()
	t := i.Type()
	out := nodes.Fields{
		field("variable", i.Name), field("type", types.Declare(t, "")), field("size", knownNumber(i.Size())),
		field("file", known(file)), field("line", lineNumber(line)),
	}
	addr, ok := i.Addr()
	if i.IsDeclaration() {
		addr, ok = q.symbolOf(i.Name)
	}
	switch {
	case ok:
		if i.IsDeclaration() {
			out = append(out, field("declaration", "yes"))
		}
		out = append(out, field("address", nodes.Addr(addr)), q.value(ctx, values.Value{Type: t, Place: values.At(addr)}))
	case i.IsDeclaration():
		out = append(out, field("declaration", "yes"))
	case i.Location() != "":
		out = append(out, field("location", i.Location()))
	default:
		if v, err := values.Evaluate(ctx, q.env(), i.Name); err == nil && len(v.Data) > 0 {
			out = append(out, q.value(ctx, v))
		}
	}
	return out
}

// symbolOf is the address that the symbol table has for what debug info only announces.
func (q *inquiry) symbolOf(name string) (addr uint64, ok bool) {
	places := q.prog.Lookup(name)
	if len(places) == 0 {
		return 0, false
	}
	return places[0].Addr(), true
}

// value is what a variable begins with, as far as the file has it.
func (q *inquiry) value(ctx context.Context, v values.Value) nodes.Field {
	text, err := values.Format(ctx, q.env(), v, values.Inner)
	if err != nil {
		text = fmt.Sprintf("<error: %v>", err)
	}
	return field("value", text)
}

// env is what expressions may refer to: the file.
func (q *inquiry) env() *values.Env { return q.prog.Env(fileMemory{q.prog}, nil, nil) }

// fileMemory is what a file has of its program's memory. It begins at 0 in files that
// are loaded anywhere; but what is read there is read through a null pointer.
type fileMemory struct{ of *debuginfo.Program }

// nullPage is where nothing is ever mapped, bytes from 0.
const nullPage = 4096

// ReadMemory implements core.Memory.
func (m fileMemory) ReadMemory(ctx context.Context, p []byte, addr uint64) (int, error) {
	if addr < nullPage {
		return 0, &core.FaultError{Addr: addr}
	}
	return m.of.ReadMemory(ctx, p, addr)
}

func enumerator(i debuginfo.Item) saying {
	t := i.Type()
	value := fmt.Sprint(i.Value())
	if !t.Signed {
		value = fmt.Sprint(uint64(i.Value()))
	}
	return nodes.Fields{field("enumerator", i.Name), field("value", value), field("type", types.Declare(t, "")), field("file", known(t.File)), field("line", lineNumber(t.Line))}
}

// location is what is at an address, with the calls that were inlined there.
func (q *inquiry) location(addr uint64) saying {
	symbol, function := any(nodes.Unknown), any(nodes.Unknown)
	if place, ok := q.prog.Symbolize(addr); ok {
		symbol, function = place.String(), place.Function()
	}
	file, line := any(nodes.Unknown), any(nodes.Unknown)
	inlined := nodes.Repeated{}
	for n, c := range q.prog.CallsAt(addr) {
		if n == 0 {
			function = c.Function
			continue
		}
		inlined = append(inlined, fmt.Sprintf("%s at %v", c.Function, sourceLine(c.File, c.Line)))
	}
	if f, n, ok := q.prog.LineAt(addr); ok {
		file, line = f, n
	}
	return nodes.Fields{
		field("address", nodes.Addr(addr)), field("symbol", symbol), field("function", function), field("file", file), field("line", line), field("inlined_at", inlined),
	}
}

// expression answers with the value of a C expression over what the file has.
func (q *inquiry) expression(ctx context.Context, text string) (bool, error) {
	if _, err := values.Parse(text); err != nil || !isExpression(text) {
		return false, nil
	}
	env := q.env()
	v, err := values.Evaluate(ctx, env, text)
	if errors.Is(err, core.ErrNotFound) && !strings.ContainsAny(text, operators) {
		return false, nil // a name with dots
	}
	if err != nil {
		return false, err
	}
	q.document.say(nodes.Fields{field("expression", text), field("type", types.Declare(v.Type, "")), q.value(ctx, v)})
	return true, nil
}
