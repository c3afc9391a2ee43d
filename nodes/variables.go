package nodes

import (
	"context"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo"
	"github.com/stackfs/stackfs/debuginfo/values"
)

var variablesTable = Table{
	Doc: "variables and expressions: variables/counter, 'variables/head->next', 'variables/argv[1]@3'; write to change",
	Each: &Each{
		Row: Row{
			Name: "EXPR", Doc: "the value of a variable or a C expression, as gdb prints it", Show: showVariable, JSON: true, Set: setVariable,
		},
		List:   listVariables,
		Find:   findVariable,
		Logged: true,
	},
}

func listVariables(ctx context.Context, p Place) ([]string, error) {
	prog, err := p.Target.program(ctx)
	if err != nil {
		return nil, err
	}
	return prog.VariableNames(ctx)
}

// findVariable says whether the expression parses and type-checks; nothing is read.
func findVariable(ctx context.Context, p Place, name string) (Place, error) {
	p.Name = name
	prog, err := p.Target.programForNames(ctx)
	if err != nil {
		return p, err
	}
	_, err = p.expression(ctx, p.environment(ctx, prog))
	return p, err
}

// expression is the place's name as an expression. One that is none as it stands may
// be a name with signs in it: a Go symbol, an operator, a source path before ::.
func (p Place) expression(ctx context.Context, env *values.Env) (*values.Expr, error) {
	path, _, qualified := strings.Cut(p.Name, "::")
	if qualified && strings.Contains(path, "/") {
		if expr, ok := p.quoted(ctx, env); ok {
			return expr, nil
		}
	}
	expr, err := values.Parse(p.Name)
	if err == nil {
		_, err = expr.Check(ctx, env)
	}
	if err == nil {
		return expr, nil
	}
	if expr, ok := p.quoted(ctx, env); ok {
		return expr, nil
	}
	return nil, err
}

// quoted is the place's name taken as one name.
func (p Place) quoted(ctx context.Context, env *values.Env) (*values.Expr, bool) {
	if strings.Contains(p.Name, "'") {
		return nil, false
	}
	expr, err := values.Parse("'" + p.Name + "'")
	if err != nil || expr.Root.Kind != values.NameNode {
		return nil, false
	}
	_, err = expr.Check(ctx, env)
	return expr, err == nil
}

// environment is what the target's expressions may refer to: its globals, and while
// it stands still the registers and variables of the thread that stopped last.
func (p Place) environment(ctx context.Context, prog *debuginfo.Program) *values.Env {
	t := p.Target
	call, memory := p.currentCall(ctx, prog)
	env := prog.Env(memory, call, p.someThread)
	env.WriteMemory = func(ctx context.Context, b []byte, addr uint64) error {
		w, ok := core.Power[core.MemoryWriter](t.Core)
		if !ok {
			return core.Errorf(core.ErrUnsupported, "writing memory: this driver only reads")
		}
		_, err := w.WriteMemory(ctx, b, addr)
		return err
	}
	if w, ok := core.Power[core.RegisterWriter](t.Core); ok && call != nil {
		tid, _ := t.currentThread()
		env.WriteRegister = func(ctx context.Context, register int, data []byte) error {
			return w.WriteRegister(ctx, tid, register, data)
		}
	}
	return env
}

// someThread is the registers of the thread whose thread-local variables are shown
// while none has stopped: the process's first, or the one with the lowest number.
func (p Place) someThread(ctx context.Context) (core.Registers, error) {
	if err := p.mayHold(ctx); err != nil {
		return core.Registers{}, err
	}
	threads, err := p.Target.Core.Threads(ctx)
	if err != nil || len(threads) == 0 {
		return core.Registers{}, err
	}
	p.TID = threads[0].ID()
	for _, t := range threads {
		p.TID = min(p.TID, t.ID())
	}
	shot, err := p.sample(ctx, core.Want{})
	return shot.Registers, err
}

// currentCall is the innermost call of the thread that stopped last, nil while the
// target runs.
func (p Place) currentCall(ctx context.Context, prog *debuginfo.Program) (*debuginfo.Call, core.Memory) {
	space := p.Target.Core.Space()
	info, err := p.Target.Core.Info(ctx)
	tid, ok := p.Target.currentThread()
	if err != nil || info.State != core.Stopped || !ok {
		return nil, space
	}
	p.TID = tid
	shot, err := p.sample(ctx, core.Want{All: true})
	if err != nil {
		return nil, space
	}
	frames, _ := prog.Unwind(ctx, space, shot.Registers, 2)
	if len(frames) == 0 {
		return nil, space
	}
	return &prog.Calls(frames)[0], space
}

// evaluated is a value as it prints.
type evaluated struct {
	text string
	json any
}

func showVariable(ctx context.Context, p Place) (Value, error) {
	prog, err := p.Target.program(ctx)
	if err != nil {
		return nil, err
	}
	env := p.environment(ctx, prog)
	expr, err := p.expression(ctx, env)
	if err != nil {
		return nil, err
	}
	v, err := expr.Evaluate(ctx, env)
	if err != nil {
		return nil, err
	}
	text, err := values.Format(ctx, env, v, values.Top)
	if err != nil {
		return nil, err
	}
	json, err := values.JSON(ctx, env, v)
	return evaluated{text, json}, err
}

// AppendText implements Value.
func (e evaluated) AppendText(b []byte) ([]byte, error) {
	return append(append(b, e.text...), '\n'), nil
}

// MarshalJSON gives the value with its type.
func (e evaluated) MarshalJSON() ([]byte, error) { return marshal(e.json) }

func setVariable(ctx context.Context, p Place, line string) error {
	info, err := p.Target.Core.Info(ctx)
	if err != nil {
		return err
	}
	if info.ReadOnly {
		return core.Errorf(core.ErrReadOnly, "writing %s: the target is attached ro", p.Name)
	}
	prog, err := p.Target.program(ctx)
	if err != nil {
		return err
	}
	env := p.environment(ctx, prog)
	expr, err := p.expression(ctx, env)
	if err != nil {
		return err
	}
	return values.Assign(ctx, env, expr.Text, line)
}
