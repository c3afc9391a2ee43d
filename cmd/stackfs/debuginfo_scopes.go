package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/stackfs/stackfs/debuginfo"
	"github.com/stackfs/stackfs/debuginfo/types"
	"github.com/stackfs/stackfs/nodes"
)

// block is a scope with those in it, indented in text.
type block struct{ debuginfo.Block }

func (q *inquiry) listScopes(ctx context.Context, wanted func(string) bool) error {
	for i := range q.prog.EachItem(ctx, debuginfo.FunctionItems, wanted) {
		if b := i.Function().Scope(); len(b.Ranges) > 0 {
			q.document.line(block{b})
		}
	}
	return nil
}

// AppendText implements saying.
func (x block) AppendText(b []byte) ([]byte, error) { return appendBlock(b, x.Block, 0), nil }

func appendBlock(b []byte, s debuginfo.Block, depth int) []byte {
	indent := strings.Repeat("    ", depth)
	b = append(append(b, indent...), blockTitle(s)...)
	for _, r := range s.Ranges {
		b = fmt.Appendf(b, " %v", addressRange(r))
	}
	b = append(b, '\n')
	for _, p := range s.Params {
		b = fmt.Appendf(b, "%s    parameter %s\n", indent, types.Declare(p.Type, p.Name))
	}
	for _, p := range s.Locals {
		b = fmt.Appendf(b, "%s    variable %s\n", indent, types.Declare(p.Type, p.Name))
	}
	for _, in := range s.Blocks {
		b = appendBlock(b, in, depth+1)
	}
	if s.More {
		b = fmt.Appendf(b, "%s    ...\n", indent)
	}
	return b
}

// blockTitle is what a scope is, and where the source has it.
func blockTitle(s debuginfo.Block) string {
	switch {
	case s.Inlined:
		return fmt.Sprintf("inlined %v at %v", known(s.Function), sourceLine(s.File, s.Line))
	case s.Function != "":
		return fmt.Sprintf("function %s %v", s.Function, sourceLine(s.File, s.Line))
	}
	return "block"
}

// MarshalJSON gives an object.
func (x block) MarshalJSON() ([]byte, error) {
	kind := "block"
	fields := nodes.Fields{}
	if x.Function != "" {
		if kind = "function"; x.Inlined {
			kind = "inlined"
		}
		fields = nodes.Fields{field("name", x.Function), field("file", known(x.File)), field("line", lineNumber(x.Line))}
	}
	params, locals, inner := nodes.Repeated{}, nodes.Repeated{}, nodes.Repeated{}
	for _, p := range x.Params {
		params = append(params, parameter(p))
	}
	for _, p := range x.Locals {
		locals = append(locals, parameter(p))
	}
	for _, b := range x.Blocks {
		inner = append(inner, block{b})
	}
	fields = append(fields, field("range", rangeList(x.Ranges)), field("parameter", params), field("variable", locals), field("scopes", inner))
	if x.More {
		fields = append(fields, field("more", true))
	}
	return append(nodes.Fields{field("scope", kind)}, fields...).MarshalJSON()
}

// listLocations prints a line for each place of a parameter or variable.
func (q *inquiry) listLocations(ctx context.Context, wanted func(string) bool) error {
	for i := range q.prog.EachItem(ctx, debuginfo.FunctionItems, wanted) {
		if b := i.Function().Scope(); len(b.Ranges) > 0 {
			q.blockLocations(i.Name, b)
		}
	}
	return nil
}

func (q *inquiry) blockLocations(function string, b debuginfo.Block) {
	for n, list := range [][]debuginfo.Parameter{b.Params, b.Locals} {
		for _, p := range list {
			for _, l := range p.Places {
				start, end := any(nodes.None), any(nodes.None)
				if l.High != always {
					start, end = nodes.Addr(l.Low), nodes.Addr(l.High)
				}
				q.document.line(row{
					field("start", start), field("end", end), field("function", function), field("kind", []string{"parameter", "variable"}[n]),
					field("name", known(p.Name)), field("location", l.Text),
				})
			}
		}
	}
	for _, in := range b.Blocks {
		name := function
		if in.Inlined {
			name = function + "/" + in.Function
		}
		q.blockLocations(name, in)
	}
}
