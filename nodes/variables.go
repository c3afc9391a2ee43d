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
	env := p.environment(ctx, prog)
	if path, _, ok := strings.Cut(name, "::"); ok && strings.Contains(path, "/") && check(ctx, env, "'"+name+"'") == nil {
		p.Name = "'" + name + "'" // FILE::NAME, no division
		return p, nil
	}
	if err = check(ctx, env, name); err == nil || strings.Contains(name, "'") {
		return p, err
	}
	// A symbol whose name is no identifier: DW.ref.__gcc_personality_v0, Go's main.x.
	if quoted := "'" + name + "'"; len(name) > 1 && check(ctx, env, quoted) == nil {
		p.Name = quoted
		return p, nil
	}
	return p, err
}

func check(ctx context.Context, env *values.Env, text string) error {
	expr, err := values.Parse(text)
	if err != nil {
		return err
	}
	_, err = expr.Check(ctx, env)
	return err
}

// environment is what the target's expressions may refer to: its globals, and while
// it stands still the registers of the thread that this is about. Local variables are
// those of a frame, and there.
func (p Place) environment(ctx context.Context, prog *debuginfo.Program) *values.Env {
	t := p.Target
	env := prog.Env(t.Core.Space(), nil, p.someThread)
	env.WriteMemory = func(ctx context.Context, b []byte, addr uint64) error {
		w, ok := core.Power[core.MemoryWriter](t.Core)
		if !ok {
			return core.Errorf(core.ErrUnsupported, "writing memory: this driver only reads")
		}
		_, err := w.WriteMemory(ctx, b, addr)
		return err
	}
	info, err := t.Core.Info(ctx)
	if err != nil || info.State != core.Stopped {
		return env
	}
	p.TID = subject(info)
	if shot, err := p.sample(ctx, core.Want{All: true}); err == nil {
		env.Registers = shot.Registers
	}
	if w, ok := core.Power[core.RegisterWriter](t.Core); ok {
		env.WriteRegister = func(ctx context.Context, register int, data []byte) error {
			return w.WriteRegister(ctx, p.TID, register, data)
		}
	}
	return env
}

// someThread is the registers of the thread whose thread-local variables are shown:
// the one that a stopped target is about, else the one with the lowest number, which is
// the process's first.
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
	if info, err := p.Target.Core.Info(ctx); err == nil && info.State == core.Stopped {
		p.TID = subject(info)
	}
	shot, err := p.sample(ctx, core.Want{})
	return shot.Registers, err
}

// subject is the thread that a stopped target is about: the one whose signal, probe or
// step it was, else the process's first.
func subject(info core.Info) int {
	if info.TID != 0 {
		return info.TID
	}
	return info.PID
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
	v, err := values.Evaluate(ctx, env, p.Name)
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
	return values.Assign(ctx, p.environment(ctx, prog), p.Name, line)
}
