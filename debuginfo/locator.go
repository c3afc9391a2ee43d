package debuginfo

import (
	"context"
	"encoding/binary"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/dwarf"
	"github.com/stackfs/stackfs/debuginfo/types"
	"github.com/stackfs/stackfs/debuginfo/values"
)

// maxNested bounds locations that refer to other locations: entry values of entry
// values, arrays whose bounds are variables.
const maxNested = 8

// locator finds out where things are: in a frame of a call, or without one where
// only what is at a fixed address can be found.
type locator struct {
	ctx     context.Context
	memory  core.Memory
	info    *debugData
	object  *Object
	frame   *Frame  // nil: there is none
	callers []Frame // of frame, the next first
	program *Program
	pc      uint64 // link-time, what lists of locations are looked up by
	unit    *dwarf.Unit
	base    dwarf.Entry // the function whose DW_AT_frame_base counts
	tls     func(o *Object, offset uint64) (uint64, error)
	depth   int
}

func (c *Call) locator(ctx context.Context, m core.Memory) *locator {
	l := &locator{ctx: ctx, memory: m, info: c.info, object: c.object, frame: &c.Frame, callers: c.callers, program: c.program, pc: c.Lookup - c.object.Base}
	for _, e := range c.outer {
		if e.Has(dwarf.AttrFrameBase) {
			l.base = e
		}
	}
	if len(c.scopes) > 0 {
		l.unit = c.scopes[0].Unit
	}
	l.tls = c.program.threadLocal(ctx, m, c.Registers())
	return l
}

// place runs the location that an attribute gives for the program counter.
func (l *locator) place(e dwarf.Entry, a dwarf.Attr) (values.Place, error) {
	expr, err := l.expression(e, a)
	if err != nil {
		return nil, err
	}
	at := *l
	at.unit = e.Unit
	pieces, err := locate(expr, at.context())
	if err != nil {
		return nil, err
	}
	return at.public(pieces)
}

// expression is the one of a list that holds at the program counter; nil: none does.
func (l *locator) expression(e dwarf.Entry, a dwarf.Attr) ([]byte, error) {
	list, err := e.Locations(a)
	for _, x := range list {
		if x.Low <= l.pc && l.pc < x.High || x.Low == 0 && x.High == ^uint64(0) {
			return x.Expr, nil
		}
	}
	return nil, err
}

// public makes a values.Place of pieces; what is nowhere is Optimized.
func (l *locator) public(pieces []exprPiece) (values.Place, error) {
	out := make(values.Place, 0, len(pieces))
	for _, p := range pieces {
		v := values.Piece{Bits: p.bits, Skip: p.skip, Addr: p.addr, Data: p.data, Offset: p.offset}
		switch p.kind {
		case pieceMemory:
			v.Kind = values.InMemory
		case pieceRegister:
			i, ok := 0, false
			if l.frame != nil {
				i, ok = l.frame.Registers().Arch.DWARF(int(p.register))
			}
			if !ok {
				return nil, core.Errorf(core.ErrNoData, "it is in register %d, which has no name here", p.register)
			}
			v.Kind, v.Register = values.InRegister, i
		case pieceImplicit:
			v.Kind = values.Implicit
		case piecePointer:
			v.Kind, v.Target = values.Synthetic, l.target(p.die)
		}
		out = append(out, v)
	}
	return out, nil
}

// target is what an implicit pointer points at.
func (l *locator) target(die uint64) func(context.Context) (values.Value, error) {
	return func(context.Context) (values.Value, error) {
		e, ok := l.unit.Data.Entry(die)
		if !ok {
			return values.Value{}, core.Errorf(core.ErrInvalid, "an implicit pointer to no entry, 0x%x", die)
		}
		v := l.value(e)
		return v, v.Err
	}
}

// context is what expressions may ask for here.
func (l *locator) context() *exprContext {
	c := &exprContext{
		register: func(uint64) (uint64, bool) { return 0, false },
		memory:   func(addr uint64, size int) (uint64, error) { return core.ReadUint(l.ctx, l.memory, addr, size) },
		relocate: func(addr uint64) (uint64, error) { return addr + l.object.Base, nil },
		tls:      l.threadLocal, baseType: l.baseType, call: l.subexpression,
	}
	if l.unit != nil {
		c.addressSize, c.refSize = l.unit.AddrSize, 4
		if l.unit.Is64 {
			c.refSize = 8
		}
		c.address = func(i uint64) (uint64, error) {
			v, err := l.indexed(i)
			return v + l.object.Base, err
		}
		c.constant = l.indexed
	}
	if l.frame != nil {
		c.register, c.frameBase, c.cfa, c.entryValue = l.register, l.frameBase, l.cfa, l.entryValue
		c.wide = l.wide
	}
	return c
}

func (l *locator) indexed(i uint64) (uint64, error) {
	v, ok := l.unit.IndexedAddr(i)
	if !ok {
		return 0, core.Errorf(core.ErrInvalid, "there is no address %d in the unit's table", i)
	}
	return v, nil
}

func (l *locator) register(n uint64) (uint64, bool) {
	if n >= frameColumns {
		low, _, ok := l.wide(n)
		return low, ok
	}
	return l.frame.columns.get(n)
}

// wide reads registers that frames do not restore: known in the innermost one only.
func (l *locator) wide(n uint64) (low, high uint64, ok bool) {
	regs := l.frame.Registers()
	if regs.Arch == nil {
		return 0, 0, false
	}
	i, ok := regs.Arch.DWARF(int(n))
	if !ok {
		return 0, 0, false
	}
	b, ok := regs.Bytes(i)
	var w [16]byte
	copy(w[:], b)
	return le64(w[:]), le64(w[8:]), ok
}

func (l *locator) cfa() (uint64, error) {
	if l.frame.CFA == 0 {
		return 0, core.Errorf(core.ErrNoData, "the frame's address is not known")
	}
	return l.frame.CFA, nil
}

func (l *locator) frameBase() (uint64, error) {
	if l.base.Unit == nil {
		return 0, core.Errorf(core.ErrInvalid, "the function has no frame base")
	}
	expr, err := l.expression(l.base, dwarf.AttrFrameBase)
	if err != nil {
		return 0, err
	}
	at := *l
	at.unit = l.base.Unit
	c := at.context()
	c.frameBase = nil // it cannot be said by itself
	return number(expr, c)
}

func (l *locator) baseType(die uint64) (encoding uint8, size uint64, err error) {
	e, ok := l.unit.Entry(l.unit.Offset + die)
	if !ok || e.Tag != dwarf.TagBaseType {
		return 0, 0, core.Errorf(core.ErrInvalid, "there is no base type at 0x%x", die)
	}
	enc, _ := e.Uint(dwarf.AttrEncoding)
	size, _ = e.Uint(dwarf.AttrByteSize)
	return uint8(enc), size, nil
}

func (l *locator) subexpression(ref exprRef) ([]byte, error) {
	e, ok := dwarf.Entry{}, false
	if ref.whole {
		e, ok = l.unit.Data.Entry(ref.die)
	} else {
		e, ok = l.unit.Entry(l.unit.Offset + ref.die)
	}
	if !ok {
		return nil, core.Errorf(core.ErrInvalid, "a call of no entry, 0x%x", ref.die)
	}
	return l.expression(e, dwarf.AttrLocation)
}

func (l *locator) threadLocal(offset uint64) (uint64, error) {
	if l.tls == nil {
		return 0, core.Errorf(core.ErrNoData, "it is thread-local and no thread is looked at")
	}
	return l.tls(l.object, offset)
}

// concrete is a type whose dynamic arrays have the lengths that they have here.
func (l *locator) concrete(t *types.Type) *types.Type {
	if t == nil || t.Kind != types.Array || l.depth > maxNested {
		return t
	}
	d := t.Details()
	elem := l.concrete(d.Elem)
	bound, dynamic := d.Dynamic.(dwarf.Entry)
	if !dynamic {
		if elem == d.Elem {
			return t
		}
		return arrayOf(elem, dimension{count: d.Count}, t.Lang)
	}
	n, err := l.count(bound)
	if err != nil {
		return t
	}
	return arrayOf(elem, dimension{count: n}, t.Lang)
}

// count is the number of elements of a dimension whose bound is to be found out.
func (l *locator) count(bound dwarf.Entry) (int64, error) {
	if n, err := l.bound(bound, dwarf.AttrCount); err == nil {
		return validCount(n), nil
	}
	n, err := l.bound(bound, dwarf.AttrUpperBound)
	if err != nil {
		return 0, err
	}
	return validCount(n - boundedSize(bound, dwarf.AttrLowerBound, 0) + 1), nil
}

// bound is a number that an attribute says, computes, or refers to a variable for.
func (l *locator) bound(e dwarf.Entry, a dwarf.Attr) (int64, error) {
	v, ok := e.Value(a)
	if !ok {
		return 0, core.Errorf(core.ErrNoData, "the array's bound is not known")
	}
	at := *l
	at.depth++
	at.unit = e.Unit
	if variable, ok := v.Entry(); ok {
		return at.integer(at.value(variable))
	}
	if !v.IsBlock() {
		return v.Int(), nil
	}
	n, err := number(v.Bytes(), at.context())
	return int64(n), err
}

// integer reads a variable of an integer type.
func (l *locator) integer(v values.Value) (int64, error) {
	if v.Err != nil || v.Type == nil || v.Type.Size < 1 || v.Type.Size > 8 || len(v.Place) > 1 {
		return 0, core.Errorf(core.ErrNoData, "a bound is no integer that is known: %w", v.Err)
	}
	b := v.Data
	if len(v.Place) == 1 {
		var err error
		if b, err = l.bytes(v.Place[0], int(v.Type.Size)); err != nil {
			return 0, err
		}
	}
	var w [8]byte
	shift := 8 * (8 - copy(w[:], b[:min(int64(len(b)), v.Type.Size)]))
	n := int64(le64(w[:]) << shift)
	if t := v.Type.Strip(); t != nil && t.Signed {
		return n >> shift, nil
	}
	return int64(uint64(n) >> shift), nil
}

// bytes reads a value that is whole in one place.
func (l *locator) bytes(p values.Piece, size int) ([]byte, error) {
	switch {
	case p.Skip != 0:
	case p.Kind == values.InMemory:
		b := make([]byte, size)
		_, err := l.memory.ReadMemory(l.ctx, b, p.Addr)
		return b, err
	case p.Kind == values.InRegister:
		if b, ok := l.frame.Registers().Bytes(p.Register); ok && len(b) >= size {
			return b[:size], nil
		}
	case p.Kind == values.Implicit:
		return p.Data, nil
	}
	return nil, core.Errorf(core.ErrNoData, "it is optimized out")
}

func putLE64(b []byte, v uint64) { binary.LittleEndian.PutUint64(b, v) }
