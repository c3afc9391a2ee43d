package values

import (
	"context"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// Assign sets what an expression stands for to the value of another, by C's
// conversions: `buf` to "text", `point` to {1, 2}, `color` to BLUE. What is const
// can be set, as a debugger does. ErrInvalid: there is no place to write to;
// ErrNoData: it is optimized out; ErrReadOnly: the Env cannot write.
func Assign(ctx context.Context, env *Env, text, rhs string) error {
	left, err := Parse(text)
	if err != nil {
		return err
	}
	right, err := Parse(rhs)
	if err != nil {
		return err
	}
	to, err := left.Check(ctx, env)
	if err != nil {
		return err
	}
	to = through(to)
	from, err := right.checkFor(ctx, env, to.Type)
	if err != nil {
		return err
	}
	dest, err := to.Evaluate(ctx, env)
	if err != nil {
		return located(text, to.Node, err)
	}
	v, err := from.Evaluate(ctx, env)
	if err != nil {
		return located(rhs, from.Node, err)
	}
	return located(text, to.Node, store(ctx, env, dest, v))
}

// checkFor checks the right side of an assignment.
func (e *Expr) checkFor(ctx context.Context, env *Env, to *types.Type) (*Typed, error) {
	c := &checker{ctx: ctx, env: env, text: e.Text}
	e, err := c.settled(e)
	if err != nil {
		return nil, err
	}
	return c.assigned(e.Root, to)
}

// enumScope finds the enumerators of one type before anything else.
type enumScope struct {
	enum *types.Type
	next Scope
}

func (s enumScope) Variable(ctx context.Context, name string) (Value, error) {
	for _, e := range s.enum.Strip().Details().Enumerators {
		if e.Name == name || lastName(e.Name) == name {
			b, err := encodeNumber(s.enum, number{i: uint64(e.Value)})
			return Value{Type: s.enum, Data: b}, err
		}
	}
	if s.next == nil {
		return Value{}, core.Errorf(core.ErrNotFound, "no symbol %q in the current context", name)
	}
	return s.next.Variable(ctx, name)
}

// bits is how many bits of its place a value takes.
func (v Value) bits() int64 {
	if v.BitSize > 0 {
		return v.BitSize
	}
	return v.width() * 8
}

// assignedBytes are the bytes of v as dest takes them, from the lowest bit on.
func assignedBytes(ctx context.Context, env *Env, dest, v Value) ([]byte, error) {
	b, err := load(ctx, env, v)
	if err != nil {
		return nil, err
	}
	size := sizeOf(dest.Type)
	if kind(dest.Type) == types.Array {
		// Text may be shorter than the array, or longer by its end.
		return padded(b, 0, max(size, 0)), nil
	}
	if v.BitSize > 0 {
		n, err := decodeNumber(v, b)
		if err != nil {
			return nil, err
		}
		return encodeNumber(dest.Type, n)
	}
	if size != int64(len(b)) {
		return nil, core.Errorf(core.ErrInvalid, "%d bytes cannot be put into %d", len(b), size)
	}
	return b, nil
}

// store writes a value of the same type to where dest is. A place that does not
// begin or end with a byte is read, changed and written back.
func store(ctx context.Context, env *Env, dest, v Value) error {
	if dest.Err != nil {
		return dest.Err
	}
	if len(dest.Place) == 0 {
		return core.Errorf(core.ErrInvalid, "a computed value cannot be assigned to")
	}
	b, err := assignedBytes(ctx, env, dest, v)
	if err != nil {
		return err
	}
	place := dest.Place
	if dest.BitSize > 0 {
		b = ordered(dest.Type.Strip(), b)
		place = place.part(dest.BitOffset, dest.BitSize)
		place[len(place)-1].Bits = dest.BitSize
	}
	// Nothing is written if a part of it cannot be.
	for _, q := range place {
		if err := q.writable(env); err != nil {
			return err
		}
	}
	at := int64(0)
	for _, q := range place {
		n := q.Bits
		if n == 0 || n > dest.bits()-at {
			n = dest.bits() - at
		}
		if n <= 0 {
			break
		}
		if err := q.store(ctx, env, b, at, n); err != nil {
			return err
		}
		at += n
	}
	return nil
}

func (q Piece) writable(env *Env) error {
	switch {
	case q.Kind == Optimized:
		return errOptimized
	case q.Kind == Synthetic || q.Kind == Implicit:
		return core.Errorf(core.ErrNoData, "the value is nowhere: the compiler knows it, nothing holds it")
	case q.Kind == InMemory && env.WriteMemory == nil, q.Kind == InRegister && env.WriteRegister == nil:
		return core.Errorf(core.ErrReadOnly, "this target cannot be changed")
	}
	return nil
}

// store writes n bits of b from bit at on into the piece.
func (q Piece) store(ctx context.Context, env *Env, b []byte, at, n int64) error {
	if q.Kind == InRegister {
		old, ok := env.Registers.Bytes(q.Register)
		if !ok {
			return core.Errorf(core.ErrNoData, "the register is not known in this frame")
		}
		data := append([]byte(nil), old...)
		n = min(n, int64(len(data))*8-q.Skip)
		if n <= 0 {
			return core.Errorf(core.ErrInvalid, "the value lies outside of its register")
		}
		copyBits(data, q.Skip, b, at, n)
		return env.WriteRegister(ctx, q.Register, data)
	}
	q = q.normal()
	data := make([]byte, (q.Skip+n+7)/8)
	if q.Skip != 0 || n&7 != 0 {
		old, err := env.readMemory(ctx, q.Addr, int64(len(data)))
		if err != nil {
			return err
		}
		copy(data, old)
	}
	copyBits(data, q.Skip, b, at, n)
	return env.WriteMemory(ctx, data, q.Addr)
}
