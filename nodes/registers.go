package nodes

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
	return marshal(f)
}

func showRegisters(ctx context.Context, p Place) (Value, error) {
	regs, err := p.registers(ctx)
	return registerList{regs}, err
}

// registers reads every register of the thread, holding it for that.
func (p Place) registers(ctx context.Context) (core.Registers, error) {
	shot, err := p.sample(ctx, core.Want{All: true})
	return shot.Registers, err
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

// knownRegisters are the registers that this machine's threads have. That takes
// one hold for a target, not one for each listing.
func (p Place) knownRegisters(ctx context.Context) ([]string, error) {
	t := p.Target
	t.mu.Lock()
	names := t.registers
	t.mu.Unlock()
	if names != nil {
		return names, nil
	}
	if err := p.mayHold(ctx); err != nil {
		return nil, err
	}
	regs, err := p.registers(ctx)
	if err != nil {
		return nil, err
	}
	for i, r := range regs.Arch.Registers {
		if _, ok := regs.Bytes(i); ok {
			names = append(names, r.Name)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.registers = names
	return names, nil
}

func (p Place) archHas(ctx context.Context, name string) bool {
	info, err := p.Target.Core.Info(ctx)
	if err != nil || info.Arch == nil {
		return false
	}
	_, ok := info.Arch.Index(name)
	return ok
}

func listRegisters(ctx context.Context, p Place) ([]string, error) { return p.knownRegisters(ctx) }

func findRegister(ctx context.Context, p Place, name string) (Place, error) {
	names, err := p.knownRegisters(ctx)
	if err != nil && !errors.Is(err, core.ErrBusy) {
		return p, err
	}
	// While no thread may be held, what the architecture has is all that is known.
	ok := slices.Contains(names, name) || names == nil && p.archHas(ctx, name)
	if !ok {
		return p, core.Errorf(core.ErrNotFound, "there is no register %q here; ls regs lists them", name)
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
