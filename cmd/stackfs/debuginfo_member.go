package main

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo"
	"github.com/stackfs/stackfs/debuginfo/types"
	"github.com/stackfs/stackfs/debuginfo/values"
	"github.com/stackfs/stackfs/nodes"
)

// isExpression says whether a text is more than a name.
func isExpression(s string) bool { return strings.ContainsAny(s, " .[(+-*&/%^|<>=@!~?") }

// A chain is a path of members: from a type, a variable or a parameter, through
// structures and pointers.
type chain struct {
	of     string // the question
	base   string
	expr   string      // the same in C; empty: as base
	kind   string      // of base: type, variable, parameter
	at     *types.Type // of the member reached
	bits   int64       // its offset in the structure that it is in, or that contains that
	size   int64       // bits, of a bitfield; else 0
	within *types.Type // where bits count from
	steps  nodes.Repeated
	tail   []nodes.Field // of the answer: where the base is
}

// members answers NAME.a.b of a variable or type, FUNCTION.PARAMETER.a. An error is
// about a member that is not there, if the name is not another thing's: f.cold, a
// name of Go.
func (q *inquiry) members(ctx context.Context, question string) (bool, error) {
	if strings.ContainsAny(question, operators) {
		return false, nil
	}
	for name, rest := range memberSplits(question) {
		if t := q.quickType(name); t != nil {
			err := q.member(chain{of: question, base: name, kind: "type", at: t}, rest)
			return err == nil, err
		}
		all, err := q.prog.Items(ctx, name, debuginfo.AllItems)
		if isUnknown(err) {
			continue // names of Go have dots
		}
		if err != nil {
			return false, err
		}
		return q.membersOf(all, question, name, rest)
	}
	return false, nil
}

// operators are in expressions, and in no name with members.
const operators = "[(+*&/%^|<=@!~? "

// maxSplits is how many dots of a name are tried as the one before its first member.
const maxSplits = 4

// memberSplits yields the ways to split NAME.a.b behind a name that may have dots itself,
// the shortest name first.
func memberSplits(question string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		name, rest := cutMembers(question)
		for n := 0; rest != "" && n < maxSplits; n++ {
			if !yield(name, rest) || !strings.HasPrefix(rest, ".") {
				return
			}
			next, after := cutStep(rest)
			name, rest = name+"."+next, after
		}
	}
}

// membersOf answers for the first of the things of a name that has the member.
func (q *inquiry) membersOf(all []debuginfo.Item, question, name, rest string) (bool, error) {
	var last error
	for _, i := range all {
		c := chain{of: question, base: name, kind: "variable", at: i.Type()}
		members := rest
		switch {
		case i.IsEnumerator() || i.IsDeclaration():
			continue
		case i.IsFunction():
			var ok bool
			if c, members, ok = parameterChain(c, i, rest); !ok {
				word, _ := cutStep(rest)
				last = core.Errorf(core.ErrNotFound, "looking for %s: the function %s has no parameter %q", question, name, word)
				continue
			}
		case i.IsType():
			c.kind = "type"
		}
		if last = q.member(c, members); last == nil {
			return true, nil
		}
	}
	return false, last
}

// quickType is the type of a name that only BTF needs to be asked for: no symbol has
// it. nil: it may be another thing.
func (q *inquiry) quickType(name string) *types.Type {
	if q.source == "dwarf" || strings.Contains(name, "::") {
		return nil
	}
	btf, err := q.btf()
	if err != nil {
		return nil
	}
	t, err := btf.Type(name)
	if err != nil || len(q.prog.Lookup(name)) > 0 {
		return nil
	}
	return t
}

// parameterChain begins a chain with a parameter of a function.
func parameterChain(c chain, i debuginfo.Item, rest string) (chain, string, bool) {
	word, after := cutStep(rest)
	for _, p := range i.Function().Params {
		if p.Name != word {
			continue
		}
		c.base, c.kind, c.at = c.base+"."+word, "parameter", p.Type
		c.tail = []nodes.Field{field("parameter", parameter(p).String())}
		return c, after, true
	}
	return c, rest, false
}

// cutStep takes .NAME or ->NAME off.
func cutStep(s string) (name, rest string) {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "->"), ".")
	end := len(s)
	for _, sep := range []string{".", "->"} {
		if i := strings.Index(s, sep); i >= 0 {
			end = min(end, i)
		}
	}
	return strings.TrimSpace(s[:end]), s[end:]
}

// member follows the rest of a chain and answers with what it leads to.
func (q *inquiry) member(c chain, rest string) error {
	c.steps = append(c.steps, fmt.Sprintf("%s %s", c.base, types.Declare(c.at, "")))
	for rest != "" {
		var name string
		name, rest = cutStep(rest)
		if err := c.step(name); err != nil {
			return err
		}
	}
	q.document.say(c.answer(q))
	return nil
}

// step goes on to a member, through a pointer if need be.
func (c *chain) step(name string) error {
	record, arrow := c.at.Strip(), "."
	switch {
	case record == nil:
	case record.Kind == types.Pointer, record.Kind == types.Reference, record.Kind == types.RvalueReference:
		record, arrow = record.Elem().Strip(), "->"
		c.bits, c.within = 0, record
	}
	if record == nil || !record.IsRecord() {
		return core.Errorf(core.ErrInvalid, "looking for %s: %s is of type %s, which has no member %q", c.of, c.base, types.Declare(c.at, ""), name)
	}
	if c.within == nil {
		c.within = record
	}
	m, offset, ok := findMember(record, name, 0)
	if !ok {
		return core.Errorf(core.ErrNotFound, "looking for %s: %s has no member %q%s", c.of, types.Declare(record, ""), name, nearMembers(record, name))
	}
	c.at, c.size = m.Type, m.BitSize
	c.bits += offset
	if c.expr == "" {
		c.expr = quoted(c.base)
	}
	c.base += arrow + name
	c.expr += arrow + name
	c.steps = append(c.steps, fmt.Sprintf("%s%s +%s %s", arrow, name, bitOffset(offset, m.BitSize), types.Declare(m.Type, "")))
	return nil
}

// quoted is a name as expressions have it: one with dots is in quotes.
func quoted(name string) string {
	if strings.Contains(name, ".") {
		return "'" + name + "'"
	}
	return name
}

// bitOffset is an offset in bytes, BYTE:BIT of a bitfield.
func bitOffset(bits, size int64) string {
	if size == 0 {
		return fmt.Sprint(bits / 8)
	}
	return fmt.Sprintf("%d:%d", bits/8, bits%8)
}

// maxAnonymous bounds how deep records without name, and bases, are nested.
const maxAnonymous = 32

// findMember finds a member of a record, of a record without name in it, or of a base;
// offset is in bits.
func findMember(t *types.Type, name string, depth int) (m types.Member, offset int64, ok bool) {
	if t == nil || depth > maxAnonymous {
		return m, 0, false
	}
	members := t.Details().Members
	for _, m := range members {
		if m.Name == name && !m.Base {
			return m, m.BitOffset, true
		}
	}
	for _, in := range members {
		inner := in.Type.Strip()
		if in.Static || in.Virtual || inner == nil || !inner.IsRecord() || in.Name != "" && !in.Base {
			continue
		}
		if m, offset, ok := findMember(inner, name, depth+1); ok {
			return m, in.BitOffset + offset, true
		}
	}
	return m, 0, false
}

// nearMembers names the members whose names are like one that is not there.
func nearMembers(t *types.Type, name string) string {
	var near []string
	for _, m := range t.Details().Members {
		if m.Name != "" && (strings.Contains(m.Name, name) || strings.Contains(name, m.Name)) && len(near) < 3 {
			near = append(near, m.Name)
		}
	}
	if len(near) == 0 {
		return ""
	}
	return "; it has " + strings.Join(near, ", ")
}

// answer is what is said of the member reached.
func (c *chain) answer(q *inquiry) saying {
	out := nodes.Fields{field("member", c.of), field("type", types.Declare(c.at, ""))}
	size := any(nodes.Unknown)
	if c.at != nil && c.at.Size >= 0 {
		size = c.at.Size
	}
	if c.within != nil {
		out = append(out, field("offset", c.bits/8), field("in", types.Declare(c.within, "")))
		if c.size > 0 {
			out = append(out, field("bit_offset", c.bits%8), field("bit_size", c.size))
		}
	}
	out = append(append(out, field("size", size), field("step", c.steps)), c.tail...)
	if c.kind != "variable" {
		return out
	}
	ctx := context.Background() // what is in the file is at hand
	v, err := values.Evaluate(ctx, q.env(), c.expr)
	if err != nil {
		return append(out, field("value", fmt.Sprintf("<error: %v>", err)))
	}
	if addr, ok := v.Place.Addr(); ok && addr >= nullPage {
		out = append(out, field("address", nodes.Addr(addr)))
	}
	return append(out, q.value(ctx, v))
}

// unknownType says that there is no such type, and which names are near.
func (q *inquiry) unknownType(src types.Source, question, name string) error {
	near := []string(nil)
	bare := name[strings.LastIndexByte(name, ' ')+1:]
	if _, isDWARF := src.(dwarfTypes); isDWARF {
		near = q.prog.NearestItems(context.Background(), bare, debuginfo.TypeItems, 3)
	} else if btf, err := q.btf(); err == nil {
		near = debuginfo.NearestOf(bare, func(yield func(string) bool) {
			for name := range btf.Names() {
				if !yield(name) {
					return
				}
			}
		}, 3)
	}
	hint := ""
	if len(near) > 0 {
		hint = "; the nearest are " + strings.Join(near, ", ")
	}
	return core.Errorf(core.ErrNotFound, "%s has no type %q%s", q.path, name, hint)
}
