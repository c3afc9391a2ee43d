package values

import (
	"bytes"
	"context"
	"errors"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// Evaluate computes a typed tree. What it reads is what the value depends on, not
// the value itself where that lies in memory.
func (t *Typed) Evaluate(ctx context.Context, env *Env) (Value, error) {
	e := evaluator{ctx, env}
	return e.eval(t)
}

type evaluator struct {
	ctx context.Context
	env *Env
}

func (e evaluator) eval(t *Typed) (Value, error) {
	if err := core.ContextError(e.ctx, "evaluating an expression"); err != nil {
		return Value{}, err
	}
	switch t.Op {
	case OpValue:
		return t.Value, nil
	case OpDeref:
		return e.deref(t)
	case OpAddress:
		return e.address(t)
	case OpMember:
		return e.member(t)
	case OpElement:
		return e.element(t)
	case OpConvert:
		return e.convert(t)
	case OpView:
		v, err := e.eval(t.Args[0])
		return v.part(0, 0, t.Type), err
	case OpRepeat:
		return e.repeat(t)
	case OpPerCPU:
		return e.perCPU(t)
	case OpList:
		return e.list(t)
	case OpPointed:
		return e.pointed(t)
	case OpInit:
		return e.init(t)
	case OpText:
		return e.text(t)
	case OpCond:
		return e.cond(t)
	}
	n, err := e.compute(t)
	if err != nil {
		return Value{}, err
	}
	b, err := encodeNumber(t.Type, n)
	return Value{Type: t.Type, Data: b}, err
}

// number computes a scalar.
func (e evaluator) number(t *Typed) (number, error) {
	v, err := e.eval(t)
	if err != nil {
		return number{}, err
	}
	b, err := load(e.ctx, e.env, v)
	if err != nil {
		return number{}, err
	}
	return decodeNumber(v, b)
}

// compute does the operations that make a number of numbers.
func (e evaluator) compute(t *Typed) (number, error) {
	a, err := e.number(t.Args[0])
	if err != nil {
		return number{}, err
	}
	switch t.Op {
	case OpNot:
		return number{i: truth(a.zero())}, nil
	case OpUnary:
		return e.unary(t, a), nil
	case OpAnd:
		if a.zero() {
			return number{}, nil
		}
	case OpOr:
		if !a.zero() {
			return number{i: 1}, nil
		}
	}
	b, err := e.number(t.Args[1])
	if err != nil {
		return number{}, err
	}
	switch t.Op {
	case OpAnd, OpOr:
		return number{i: truth(!b.zero())}, nil
	case OpOffset:
		return number{i: a.i + b.i*uint64(t.Scale)}, nil
	case OpDistance:
		return number{i: uint64(int64(a.i-b.i) / t.Scale)}, nil
	case OpCompare:
		c, ordered := a.compare(b, signed(t.Args[0].Type))
		return number{i: truth(holds(t.Operator, c, ordered))}, nil
	}
	return compute(t.Operator, a, b, t.Type)
}

func (e evaluator) unary(t *Typed, a number) number {
	switch {
	case t.Operator == "~":
		a.i = ^a.i
	case !a.float:
		a.i = -a.i
	default:
		a.f = a.f.negated()
	}
	return convertNumber(a, t.Type, t.Type)
}

func (e evaluator) deref(t *Typed) (Value, error) {
	p, err := e.eval(t.Args[0])
	if err != nil {
		return Value{}, err
	}
	b, err := load(e.ctx, e.env, p)
	if errors.Is(err, errSynthetic) && len(p.Place) == 1 && p.Place[0].Target != nil {
		target, err := p.Place[0].Target(e.ctx)
		if err != nil {
			return Value{}, err
		}
		return target.part(p.Place[0].Offset*8, 0, t.Type), nil
	}
	if err != nil {
		return Value{}, err
	}
	n, err := decodeNumber(Value{Type: e.env.pointerTo(t.Type)}, b)
	return Value{Type: t.Type, Place: At(n.i)}, err
}

func (e evaluator) address(t *Typed) (Value, error) {
	v, err := e.eval(t.Args[0])
	if err != nil {
		return Value{}, err
	}
	addr, ok := v.addr()
	if !ok {
		return Value{}, e.noAddress(v)
	}
	b, err := encodeNumber(t.Type, number{i: addr})
	return Value{Type: t.Type, Data: b}, err
}

func (e evaluator) noAddress(v Value) error {
	switch {
	case v.Err != nil:
		return v.Err
	case len(v.Place) == 1 && v.Place[0].Kind == InRegister && e.env.Registers.Arch != nil:
		i := v.Place[0].Register
		if i >= 0 && i < len(e.env.Registers.Arch.Registers) {
			return core.Errorf(core.ErrInvalid, "the value is in register $%s: it has no address", e.env.Registers.Arch.Registers[i].Name)
		}
	case len(v.Place) == 1 && v.Place[0].Kind == Optimized:
		return errOptimized
	}
	return core.Errorf(core.ErrInvalid, "the value is not in memory: it has no address")
}

func (e evaluator) member(t *Typed) (Value, error) {
	v, err := e.eval(t.Args[0])
	if err != nil {
		return Value{}, err
	}
	return e.env.member(e.ctx, v, t.Member)
}

// member is a member of a record; only virtual bases and static members are asked for.
func (env *Env) member(ctx context.Context, v Value, m *types.Member) (Value, error) {
	if !m.Virtual && !m.Static {
		return v.part(m.BitOffset, m.BitSize, m.Type), nil
	}
	if env.Member == nil {
		return Value{}, core.Errorf(core.ErrNoData, "the place of member %s is not known", m.Name)
	}
	return env.Member(ctx, v, m)
}

func (e evaluator) element(t *Typed) (Value, error) {
	v, err := e.eval(t.Args[0])
	if err != nil {
		return Value{}, err
	}
	i, err := e.number(t.Args[1])
	if err != nil {
		return Value{}, err
	}
	if addr, ok := v.addr(); ok { // C does not mind where the array ends
		return Value{Type: t.Type, Place: At(addr + i.i*uint64(t.Scale))}, nil
	}
	at, ok := int64(i.i), t.Scale >= 0
	if have := sizeOf(v.Type); !ok || at < 0 || product(at, t.Scale) < 0 || at*t.Scale+t.Scale > have {
		return Value{}, core.Errorf(core.ErrInvalid, "index %d is outside of the array, which is not in memory", at)
	}
	return v.part(at*t.Scale*8, 0, t.Type), nil
}

func (e evaluator) convert(t *Typed) (Value, error) {
	if kind(t.Type) == types.Void {
		return Value{Type: t.Type}, nil
	}
	v, err := e.eval(t.Args[0])
	if err != nil || !isScalar(t.Type) {
		v.Type = t.Type
		return v, err
	}
	b, err := load(e.ctx, e.env, v)
	if errors.Is(err, errSynthetic) && isPointer(t.Type) {
		v.Type = t.Type
		return v, nil
	}
	if err != nil {
		return Value{}, err
	}
	if v.BitSize == 0 && sizeOf(t.Type) == int64(len(b)) && len(b) > 8 && !isFloat(v.Type) && !isFloat(t.Type) {
		return Value{Type: t.Type, Data: b}, nil // of 128 bits to the other sign
	}
	n, err := decodeNumber(v, b)
	if err != nil {
		return Value{}, err
	}
	out, err := encodeNumber(t.Type, convertNumber(n, v.Type, t.Type))
	return Value{Type: t.Type, Data: out}, err
}

func (e evaluator) cond(t *Typed) (Value, error) {
	c, err := e.number(t.Args[0])
	if err != nil {
		return Value{}, err
	}
	if c.zero() {
		return e.eval(t.Args[2])
	}
	return e.eval(t.Args[1])
}

func (e evaluator) repeat(t *Typed) (Value, error) {
	v, err := e.eval(t.Args[0])
	if err != nil {
		return Value{}, err
	}
	n, err := e.number(t.Args[1])
	if err != nil {
		return Value{}, err
	}
	array := arrayOf(v.Type, int64(n.i))
	if int64(n.i) <= 0 || array.Size < 0 {
		return Value{}, core.Errorf(core.ErrInvalid, "%d is not a count of elements", int64(n.i))
	}
	addr, ok := v.addr()
	if !ok {
		return Value{}, core.Errorf(core.ErrInvalid, "only a value in memory can have others after it")
	}
	return Value{Type: array, Place: At(addr)}, nil
}

func (e evaluator) perCPU(t *Typed) (Value, error) {
	v, err := e.eval(t.Args[0])
	if err != nil {
		return Value{}, err
	}
	n, err := e.number(t.Args[1])
	if err != nil {
		return Value{}, err
	}
	return e.env.PerCPU(e.ctx, v, int(int32(n.i)))
}

func (e evaluator) list(t *Typed) (Value, error) {
	head, err := e.number(t.Args[0])
	if err != nil {
		return Value{}, err
	}
	first, err := e.number(t.Args[1])
	if err != nil {
		return Value{}, err
	}
	found, err := entries(e.ctx, e.env, head.i, first.i, t.Operator == "next", t.Scale)
	if err != nil {
		return Value{}, err
	}
	elem := t.Type.Elem()
	var data []byte
	for _, addr := range found {
		b, err := encodeNumber(elem, number{i: addr})
		if err != nil {
			return Value{}, err
		}
		data = append(data, b...)
	}
	return Value{Type: arrayOf(elem, int64(len(found))), Data: data}, nil
}

// pointed finds a data member: its offset is the pointer's value (Itanium C++ ABI, 2.3).
func (e evaluator) pointed(t *Typed) (Value, error) {
	v, err := e.eval(t.Args[0])
	if err != nil {
		return Value{}, err
	}
	p, err := e.eval(t.Args[1])
	if err != nil {
		return Value{}, err
	}
	b, err := load(e.ctx, e.env, p)
	if err != nil {
		return Value{}, err
	}
	at := int64(extended(b, true))
	if at == -1 {
		return Value{}, core.Errorf(core.ErrInvalid, "the pointer to a member is null")
	}
	if size := sizeOf(v.Type); at < 0 || at+t.Scale > size {
		return Value{}, core.Errorf(core.ErrInvalid, "offset %d is outside of the object of %d bytes", at, size)
	}
	return v.part((at+t.Scale)*8, 0, t.Type), nil
}

// init puts an initializer together; what it does not mention is zero.
func (e evaluator) init(t *Typed) (Value, error) {
	size := sizeOf(t.Type)
	if size < 0 || size > maxValue {
		return Value{}, core.Errorf(core.ErrInvalid, "a value of %d bytes cannot be made of its parts", size)
	}
	out := Value{Type: t.Type, Data: make([]byte, size)}
	for i, slot := range slotsOf(out, len(t.Args)) {
		v, err := e.eval(t.Args[i])
		if err != nil {
			return Value{}, err
		}
		b, err := assignedBytes(e.ctx, e.env, slot, v)
		if err != nil {
			return Value{}, err
		}
		from := int64(0)
		if slot.BitSize > 0 {
			from = slot.BitOffset
		}
		copyBits(slot.Data, from, b, 0, min(slot.bits(), int64(len(b))*8))
	}
	return out, nil
}

// text compares the texts of two values up to their ends.
func (e evaluator) text(t *Typed) (Value, error) {
	var texts [2][]byte
	for i, arg := range t.Args {
		v, err := e.eval(arg)
		if err != nil {
			return Value{}, err
		}
		if texts[i], err = textOf(e.ctx, e.env, v); err != nil {
			return Value{}, err
		}
	}
	same := bytes.Equal(texts[0], texts[1])
	b, err := encodeNumber(t.Type, number{i: truth(same == (t.Operator == "=="))})
	return Value{Type: t.Type, Data: b}, err
}
