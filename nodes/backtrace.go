package nodes

import (
	"context"
	"fmt"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo"
	"github.com/stackfs/stackfs/debuginfo/values"
)

// backtrace is a stack with the arguments of its calls.
type backtrace struct {
	unwound
	args []variableList // by call; nil: no debug info says them
}

func showBacktrace(ctx context.Context, p Place) (Value, error) {
	u, err := p.unwind(ctx)
	if err != nil {
		return nil, err
	}
	b := backtrace{u, make([]variableList, len(u.calls))}
	for i := range u.calls {
		if b.args[i], err = u.arguments(ctx, &u.calls[i]); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// arguments are the arguments of a call as a backtrace has them.
func (u unwound) arguments(ctx context.Context, c *debuginfo.Call) (variableList, error) {
	return u.list(ctx, c, c.Args(ctx, u.memory), values.Scalars)
}

// list prints variables; nil if there is no debug info for the call.
func (u unwound) list(ctx context.Context, c *debuginfo.Call, vars []debuginfo.Variable, style values.Style) (variableList, error) {
	if !c.HasInfo() {
		return nil, nil
	}
	env := u.program.Env(u.memory, c, nil)
	out := make(variableList, 0, len(vars))
	for _, v := range vars {
		text, err := values.Format(ctx, env, v.Value, style)
		if err != nil {
			return nil, err
		}
		out = append(out, variable{v.Name, text})
	}
	return out, core.ContextError(ctx, "reading variables")
}

// variable is a name and its value as it prints.
type variable struct{ name, value string }

// variableList is `name = value` lines, and an object of strings.
type variableList []variable

// AppendText implements Value.
func (l variableList) AppendText(b []byte) ([]byte, error) {
	for _, v := range l {
		b = fmt.Appendf(b, "%s = %s\n", v.name, v.value)
	}
	return b, nil
}

// MarshalJSON gives an object; of a name that comes twice the first, which hides the
// other, is its value.
func (l variableList) MarshalJSON() ([]byte, error) {
	f := Fields{}
	seen := map[string]bool{}
	for _, v := range l {
		if !seen[v.name] {
			seen[v.name] = true
			f = append(f, Field{v.name, v.value})
		}
	}
	return marshal(f)
}

func (l variableList) String() string {
	parts := make([]string, len(l))
	for i, v := range l {
		parts[i] = v.name + " = " + v.value
	}
	return strings.Join(parts, ", ")
}

// AppendText implements Value: tree.md's frame lines.
func (t backtrace) AppendText(b []byte) ([]byte, error) {
	for i := range t.calls {
		b = appendCall(b, &t.calls[i], t.args[i])
	}
	if t.reason != "" {
		b = fmt.Appendf(b, "#%d ? (%s)\n", len(t.calls), t.reason)
	}
	return b, nil
}

func appendCall(b []byte, c *debuginfo.Call, args variableList) []byte {
	b = fmt.Appendf(b, "#%-3d0x%016x in %s (%s)", c.N, c.PC, orDefault(c.Function, "??"), args)
	switch {
	case c.Line != 0:
		b = fmt.Appendf(b, " at %s:%d", c.File, c.Line)
	case c.Object != "":
		b = append(append(b, " from "...), c.Object...)
	}
	if c.Inlined {
		b = append(b, " [inlined]"...)
	}
	if c.Guess {
		b = append(b, " [guess]"...)
	}
	return append(b, '\n')
}

type frameJSON struct {
	N        int    `json:"n"`
	PC       Addr   `json:"pc"`
	Function any    `json:"function"`
	Offset   any    `json:"offset"`
	Args     any    `json:"args"` // null: no debug info says them
	File     any    `json:"file"`
	Line     any    `json:"line"`
	Object   any    `json:"object"`
	Inlined  bool   `json:"inlined"`
	Guess    bool   `json:"guess"`
	Signal   bool   `json:"signal,omitempty"`
	Reason   string `json:"reason,omitempty"`
}

// MarshalJSON gives one object a frame; a stack that was cut short ends with one
// that has only n and reason.
func (t backtrace) MarshalJSON() ([]byte, error) {
	out := make([]any, 0, len(t.calls)+1)
	for i := range t.calls {
		out = append(out, jsonFrame(&t.calls[i], t.args[i]))
	}
	if t.reason != "" {
		out = append(out, Fields{{"n", len(t.calls)}, {"reason", t.reason}})
	}
	return marshal(out)
}

func jsonFrame(c *debuginfo.Call, args variableList) frameJSON {
	j := frameJSON{N: c.N, PC: Addr(c.PC), Inlined: c.Inlined, Guess: c.Guess, Signal: c.Signal}
	if c.Function != "" {
		j.Function, j.Offset = c.Function, c.Offset
	}
	if args != nil {
		j.Args = args
	}
	if c.Line != 0 {
		j.File, j.Line = c.File, c.Line
	}
	if c.Object != "" {
		j.Object = c.Object
	}
	return j
}

func showFrameArgs(ctx context.Context, p Place) (Value, error) {
	return p.frameVariables(ctx, (*debuginfo.Call).Args)
}

func showFrameLocals(ctx context.Context, p Place) (Value, error) {
	return p.frameVariables(ctx, (*debuginfo.Call).Locals)
}

// frameVariables lists variables of the place's frame. ErrNoData if no debug info
// tells of them.
func (p Place) frameVariables(ctx context.Context, which func(*debuginfo.Call, context.Context, core.Memory) []debuginfo.Variable) (Value, error) {
	c, u, err := p.frame(ctx)
	if err != nil {
		return nil, err
	}
	if !c.HasInfo() {
		return nil, core.Errorf(core.ErrNoData, "there is no debug info for frame %d (%s); objects/%s/search says where it was looked for",
			c.N, orDefault(c.Function, "??"), orDefault(c.Object, "NAME"))
	}
	return u.list(ctx, c, which(c, ctx, u.memory), values.Inner)
}
