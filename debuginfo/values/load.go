package values

import (
	"context"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// maxValue is the most bytes of one value that are read (gdb has max-value-size,
// 64 KiB, for the same reason).
const maxValue = 1 << 20

// load gives the bytes of v, least significant bits first where v is a bitfield.
func load(ctx context.Context, env *Env, v Value) ([]byte, error) {
	if v.Err != nil {
		return nil, v.Err
	}
	size := v.width()
	if size < 0 {
		return nil, core.Errorf(core.ErrInvalid, "reading a value of incomplete type %s", types.Declare(v.Type, ""))
	}
	if len(v.Place) == 0 {
		if b := cut(v.Data, 0, size); b != nil {
			return b, nil
		}
		return nil, core.Errorf(core.ErrInvalid, "reading %d bytes of a value that has %d", size, len(v.Data))
	}
	if b := cut(v.read, 0, size); b != nil {
		return b, nil
	}
	if size > maxValue {
		return nil, core.Errorf(core.ErrInvalid, "reading a value of %d bytes: more than %d are not read at once; name a part of it", size, maxValue)
	}
	return v.Place.load(ctx, env, size)
}

// load reads the first size bytes of a place.
func (p Place) load(ctx context.Context, env *Env, size int64) ([]byte, error) {
	out := make([]byte, size)
	at := int64(0)
	for _, q := range p {
		n := q.Bits
		if n == 0 || n > size*8-at {
			n = size*8 - at
		}
		if n <= 0 {
			break
		}
		src, err := q.load(ctx, env, n)
		if err != nil {
			return nil, err
		}
		copyBits(out, at, src, q.Skip&7, n)
		at += n
	}
	if at < size*8 {
		return nil, errOptimized
	}
	return out, nil
}

// load gives the bytes of a piece from the one that bit Skip is in, n bits more.
func (q Piece) load(ctx context.Context, env *Env, n int64) ([]byte, error) {
	need := (q.Skip&7 + n + 7) / 8
	switch q.Kind {
	case InMemory:
		return env.readMemory(ctx, q.Addr+uint64(q.Skip>>3), need)
	case InRegister:
		b, ok := env.Registers.Bytes(q.Register)
		if !ok {
			return nil, errOptimized // as gdb says of a caller's register that was not saved
		}
		return padded(b, q.Skip>>3, need), nil
	case Implicit:
		return padded(q.Data, q.Skip>>3, need), nil
	case Synthetic:
		return nil, errSynthetic
	}
	return nil, errOptimized
}

// padded is size bytes of b from at on, with zeros after its end: an implicit value
// or a register narrower than the variable is zero-extended (DWARF 5, 2.6.1.1.4).
func padded(b []byte, at, size int64) []byte {
	if c := cut(b, at, size); c != nil {
		return c
	}
	out := make([]byte, size)
	if at >= 0 && at < int64(len(b)) {
		copy(out, b[at:])
	}
	return out
}

func (env *Env) readMemory(ctx context.Context, addr uint64, size int64) ([]byte, error) {
	if env.Memory == nil {
		return nil, &core.FaultError{Addr: addr}
	}
	b := make([]byte, size)
	if _, err := env.Memory.ReadMemory(ctx, b, addr); err != nil {
		return nil, err
	}
	return b, nil
}

// copyBits copies n bits, the lowest of a byte first.
func copyBits(dst []byte, to int64, src []byte, from, n int64) {
	if to&7 == 0 && from&7 == 0 && n&7 == 0 {
		copy(dst[to/8:(to+n)/8], src[from/8:])
		return
	}
	for i := range n {
		bit := src[(from+i)/8] >> ((from + i) & 7) & 1
		at := (to + i) / 8
		dst[at] = dst[at]&^(1<<((to+i)&7)) | bit<<((to+i)&7)
	}
}

// prefetch reads a value as a whole, so that looking at its members does not go to
// the target again. One that is not in memory as a whole and has parts that are
// nowhere stays as it is: some of its members may be there.
func prefetch(ctx context.Context, env *Env, v Value) (Value, error) {
	size := min(v.width(), maxValue)
	if v.read != nil || size <= 0 || len(v.Place) == 0 {
		return v, nil
	}
	addr, ok := v.addr()
	if ok {
		b, err := env.readMemory(ctx, addr, size)
		v.read = b
		return v, err
	}
	if b, err := v.Place.load(ctx, env, size); err == nil {
		v.read = b
	}
	return v, nil
}
