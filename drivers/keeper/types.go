package keeper

import (
	"github.com/stackfs/stackfs/core"
)

func (c *coder) spec(s *core.Spec) {
	text(c, &s.Verb)
	text(c, &s.Driver)
	list(c, &s.Options, func(c *coder, o *core.Option) {
		text(c, &o.Key)
		text(c, &o.Value)
	})
	list(c, &s.Args, text)
}

func (c *coder) arch(a **core.Arch) {
	name := ""
	if *a != nil {
		name = (*a).Name
	}
	text(c, &name)
	if c.reading {
		*a, _ = core.ArchNamed(name) // nil: one that this side does not know
	}
}

func (c *coder) info(i *core.Info) {
	text(c, &i.Driver)
	text(c, &i.State)
	text(c, &i.Reason)
	number(c, &i.TID)
	number(c, &i.PID)
	text(c, &i.Comm)
	c.arch(&i.Arch)
	text(c, &i.Exe)
	number(c, &i.Threads)
	c.bool(&i.ReadOnly)
	text(c, &i.Memory)
	text(c, &i.Keeper)
	number(c, &i.Peeks)
	number(c, &i.LongestStop)
	number(c, &i.Restarted)
	text(c, &i.Warning)
	c.bool(&i.Launched)
	number(c, &i.Generation)
}

func (c *coder) status(s *core.ThreadStatus) {
	number(c, &s.TID)
	number(c, &s.PID)
	text(c, &s.Name)
	text(c, &s.State)
	number(c, &s.CPU)
	text(c, &s.Reason)
}

func (c *coder) event(e *core.Event) {
	number(c, &e.Time)
	number(c, &e.TID)
	number(c, &e.PID)
	text(c, &e.Comm)
	number(c, &e.CPU)
	text(c, &e.What)
	text(c, &e.Text)
}

func (c *coder) region(r *core.Region) {
	c.uint(&r.Start)
	c.uint(&r.End)
	number(c, &r.Perm)
	c.uint(&r.Offset)
	text(c, &r.Dev)
	c.uint(&r.Inode)
	text(c, &r.Path)
}

func (c *coder) registers(r *core.Registers) {
	var b []byte
	if !c.reading {
		b, _ = r.MarshalBinary() // it has no errors to give
	}
	c.bytes(&b)
	if c.reading && r.UnmarshalBinary(b) != nil {
		c.fail()
	}
}

func (c *coder) want(w *core.Want) {
	number(c, &w.Stack)
	c.bool(&w.All)
}

func (c *coder) snapshot(s *core.Snapshot) {
	number(c, &s.TID)
	c.error(&s.Err)
	if s.Err != nil {
		return
	}
	c.registers(&s.Registers)
	c.uint(&s.Stack.Addr)
	c.bytes(&s.Stack.Data)
}

func (c *coder) syscall(s *core.Syscall) {
	number(c, &s.Number)
	for i := range s.Args {
		c.uint(&s.Args[i])
	}
	c.uint(&s.SP)
	c.uint(&s.PC)
}
