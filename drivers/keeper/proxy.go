package keeper

import (
	"bytes"
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/drivers/internal/procfs"
	"github.com/stackfs/stackfs/drivers/internal/procmem"
)

// Proxy is a target that a keeper holds. It implements all powers; Offers says which of them
// the far target has.
type Proxy struct{ c *client }

// closeLimit is how long Close waits for the keeper.
const closeLimit = 3 * time.Second

// Offers says whether the far target has a power, by its interface's name; see core.Power.
func (p *Proxy) Offers(name string) bool { return slices.Contains(p.c.powers, name) }

// Info implements core.Target from what the keeper has pushed. A lost keeper shows as state gone.
func (p *Proxy) Info(ctx context.Context) (core.Info, error) {
	c := p.c
	if err := core.ContextError(ctx, "reading the state"); err != nil {
		return core.Info{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return core.Info{}, core.Errorf(core.ErrGone, "reading the state: target is closed")
	}
	info := c.info
	info.Keeper = c.keeper
	info.Memory = "calls"
	if c.mem != nil {
		info.Memory = c.mem.Path()
	}
	return info, nil
}

// Threads implements core.Target from what the keeper has pushed.
func (p *Proxy) Threads(ctx context.Context) ([]core.Thread, error) {
	c := p.c
	if err := core.ContextError(ctx, "listing threads"); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.info.State == core.Gone {
		return nil, core.Errorf(core.ErrGone, "listing threads: target is closed or its keeper lost")
	}
	out := make([]core.Thread, len(c.tids))
	for i, tid := range c.tids {
		out[i] = thread{c, tid}
	}
	return out, nil
}

// Hold implements core.Target.
func (p *Proxy) Hold(ctx context.Context, tids ...int) (release func(), err error) {
	c := p.c
	id, _, err := c.callID(ctx, callHold, nil, func(a *coder) { list(a, &tids, number) }, nil)
	if err != nil {
		return nil, err
	}
	return sync.OnceFunc(func() {
		c.conn.send(frame{kind: kindRelease, id: id}) // if that fails the keeper has gone
	}), nil
}

// Close implements core.Target: it returns when the keeper has let go of the target.
func (p *Proxy) Close() error {
	c := p.c
	c.mu.Lock()
	again := c.closed
	c.closed = true
	c.mu.Unlock()
	if again {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	_, err := c.call(ctx, callClose, nil, nil)
	if err != nil && !errors.Is(err, core.ErrGone) {
		c.process.cmd.Process.Kill() // and the kernel lets go
	}
	c.end()
	return nil
}

// Space implements core.Target.
func (p *Proxy) Space() core.Space { return space{p.c} }

type space struct{ c *client }

// ReadMemory reads by itself where the keeper has passed the means, else by calls.
func (s space) ReadMemory(ctx context.Context, p []byte, addr uint64) (int, error) {
	if err := s.c.alive(ctx, "reading memory"); err != nil {
		return 0, err
	}
	s.c.mu.Lock()
	mem := s.c.mem
	s.c.mu.Unlock()
	if mem != nil {
		n, err := mem.ReadMemory(ctx, p, addr)
		if !errors.Is(err, procmem.ErrStale) {
			return n, err
		}
	}
	return s.far(ctx, p, addr)
}

func (s space) far(ctx context.Context, p []byte, addr uint64) (done int, err error) {
	for done < len(p) && err == nil {
		at, size := addr+uint64(done), uint64(min(len(p)-done, readMax))
		var b []byte
		_, err = s.c.call(ctx, callReadMemory, func(a *coder) {
			a.uint(&at)
			a.uint(&size)
		}, func(r *coder) { r.bytes(&b) })
		done += copy(p[done:], b)
		if err == nil && len(b) == 0 {
			err = &core.FaultError{Addr: at}
		}
	}
	return done, err
}

// Regions asks the kernel here where the process is one of this machine: it is
// asked before each backtrace.
func (s space) Regions(ctx context.Context) (all []core.Region, err error) {
	if err := s.c.alive(ctx, "reading what is mapped"); err != nil {
		return nil, err
	}
	if all, ok := s.c.regionsHere(); ok {
		return all, nil
	}
	_, err = s.c.call(ctx, callRegions, nil, func(r *coder) { list(r, &all, (*coder).region) })
	return all, err
}

func (c *client) regionsHere() (all []core.Region, ok bool) {
	pid, mem := c.here()
	if mem == nil {
		return nil, false
	}
	text, err := os.ReadFile(procfs.Path(pid, "maps"))
	if err != nil || mem.Alive() != nil { // alive after it was read: it was not another process of that id
		return nil, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if bytes.Equal(text, c.maps.text) {
		return slices.Clone(c.maps.regions), len(text) > 0
	}
	all, err = core.ParseMaps(bytes.NewReader(text))
	c.maps.text, c.maps.regions = text, slices.Clone(all)
	return all, err == nil && len(all) > 0
}

// here is the process's id and memory if it is one of this machine, else mem is nil.
func (c *client) here() (pid int, mem *procmem.Memory) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.local != c.info.PID {
		return 0, nil
	}
	return c.local, c.mem
}

// thread is the key of a thread of a far target.
type thread struct {
	c   *client
	tid int
}

func (t thread) ID() int { return t.tid }

func (t thread) args(a *coder) { number(a, &t.tid) }

func (t thread) Registers(ctx context.Context) (regs core.Registers, err error) {
	_, err = t.c.call(ctx, callRegisters, t.args, func(r *coder) { r.registers(&regs) })
	return regs, err
}

// Status asks the kernel here, unless the thread stands in a stop of which only the keeper
// knows the reason.
func (t thread) Status(ctx context.Context) (st core.ThreadStatus, err error) {
	if err := t.c.alive(ctx, "reading a thread's state"); err != nil {
		return st, err
	}
	if st, ok := t.here(); ok {
		return st, nil
	}
	_, err = t.c.call(ctx, callStatus, t.args, func(r *coder) { r.status(&st) })
	return st, err
}

// here reads the state from /proc; ok is false if that is not all there is to say.
func (t thread) here() (st core.ThreadStatus, ok bool) {
	pid, mem := t.c.here()
	if mem == nil {
		return st, false
	}
	s, err := procfs.ThreadStat(pid, t.tid)
	if err != nil || s.Core() == core.Stopped || mem.Alive() != nil {
		return st, false
	}
	return core.ThreadStatus{TID: t.tid, PID: pid, Name: s.Comm, State: s.Core(), CPU: s.CPU, Reason: "none"}, true
}
