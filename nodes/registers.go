package nodes

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/stackfs/stackfs/core"
)

// registerList is the known registers of a thread or frame, in gdb's order.
type registerList struct{ regs core.Registers }

// AppendText implements Value.
func (l registerList) AppendText(b []byte) ([]byte, error) {
	for i, r := range l.regs.Arch.Registers {
		if _, ok := l.regs.Bytes(i); ok {
			b = fmt.Appendf(b, "%s:\t%s\n", r.Name, l.regs.Format(i))
		}
	}
	return b, nil
}

// MarshalJSON gives an object with the registers as strings.
func (l registerList) MarshalJSON() ([]byte, error) {
	var f Fields
	for i, r := range l.regs.Arch.Registers {
		if _, ok := l.regs.Bytes(i); ok {
			f = append(f, Field{r.Name, l.regs.Format(i)})
		}
	}
	return json.Marshal(f)
}

func showRegisters(ctx context.Context, p Place) (Value, error) {
	regs, err := p.registers(ctx)
	return registerList{regs}, err
}

// registers reads every register of the thread, holding it for that.
func (p Place) registers(ctx context.Context) (core.Registers, error) {
	th, err := core.FindThread(ctx, p.Target.Core, p.TID)
	if err != nil {
		return core.Registers{}, core.Errorf(core.ErrGone, "thread %d is gone", p.TID)
	}
	release, err := p.Target.Core.Hold(ctx, p.TID)
	if err != nil {
		return core.Registers{}, err
	}
	defer release()
	return th.Registers(ctx)
}

var regsTable = Table{
	Doc: "one register a file: its value alone; write a number to change it",
	Each: &Each{
		Row: Row{
			Name: "REGISTER", Doc: "the register's value", Held: true, Show: showRegister, Set: setRegister,
		},
		List: listRegisters,
		Find: findRegister,
	},
}

// listRegisters lists what this machine's threads have, as far as it is known
// without holding one: what the architecture names.
func listRegisters(ctx context.Context, p Place) ([]string, error) {
	info, err := p.Target.Core.Info(ctx)
	if err != nil || info.Arch == nil {
		return nil, err
	}
	var names []string
	for _, r := range info.Arch.Registers {
		names = append(names, r.Name)
	}
	return names, nil
}

func findRegister(ctx context.Context, p Place, name string) (Place, error) {
	info, err := p.Target.Core.Info(ctx)
	if err != nil {
		return p, err
	}
	if _, ok := info.Arch.Index(name); !ok {
		return p, core.Errorf(core.ErrNotFound, "%s has no register %q; ls regs lists them", info.Arch.Name, name)
	}
	p.Name = name
	return p, nil
}

func showRegister(ctx context.Context, p Place) (Value, error) {
	regs, err := p.registers(ctx)
	if err != nil {
		return nil, err
	}
	i, _ := regs.Arch.Index(p.Name)
	return Line(regs.Format(i)), nil
}

func setRegister(ctx context.Context, p Place, line string) error {
	w, ok := core.Power[core.RegisterWriter](p.Target.Core)
	if !ok {
		return core.Errorf(core.ErrUnsupported, "writing register %s: this driver only reads", p.Name)
	}
	info, err := p.Target.Core.Info(ctx)
	if err != nil {
		return err
	}
	if info.ReadOnly {
		return core.Errorf(core.ErrReadOnly, "writing register %s: the target is attached ro", p.Name)
	}
	i, _ := info.Arch.Index(p.Name)
	b, err := core.ParseRegister(info.Arch.Registers[i], line)
	if err != nil {
		return err
	}
	if err := p.mayHold(ctx); err != nil {
		return err
	}
	release, err := p.Target.Core.Hold(ctx, p.TID)
	if err != nil {
		return err
	}
	defer release()
	return w.WriteRegister(ctx, p.TID, i, b)
}
