package values

import (
	"bytes"
	"context"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// maxCompared is how much of a string in memory is looked at to compare it: no
// literal is longer.
const maxCompared = maxText

// textOf is the characters of an array or at a pointer, without the end of text.
func textOf(ctx context.Context, env *Env, v Value) ([]byte, error) {
	if isGoString(v.Type) {
		return goText(ctx, env, v)
	}
	elem := v.Type.Strip().Elem()
	size := max(sizeOf(elem), 1)
	b, err := load(ctx, env, v)
	if err != nil {
		return nil, err
	}
	if isPointer(v.Type) {
		b, _, err = readText(ctx, env, extended(b, false), size, maxCompared)
		return b, err
	}
	return b[:textEnd(b, size)], nil
}

// textEnd is where the first character of zero is, or the end.
func textEnd(b []byte, size int64) int64 {
	zero := make([]byte, size)
	for i := int64(0); i+size <= int64(len(b)); i += size {
		if bytes.Equal(b[i:i+size], zero) {
			return i
		}
	}
	return int64(len(b))
}

// readText reads characters of size bytes up to one of zero, at most limit of them;
// ended says that it was there. On a fault it gives those before it too.
func readText(ctx context.Context, env *Env, addr uint64, size, limit int64) (text []byte, ended bool, err error) {
	for int64(len(text)) < limit*size {
		// Up to the end of the page, so that what lies before a hole is read.
		chunk := min(256, limit*size-int64(len(text)), int64(4096-addr%4096))
		if chunk < size {
			chunk = size
		}
		chunk -= chunk % size
		b := make([]byte, chunk)
		n := 0
		if env.Memory == nil {
			return text, false, &core.FaultError{Addr: addr}
		}
		n, err = env.Memory.ReadMemory(ctx, b, addr)
		n -= n % int(size)
		if end := textEnd(b[:n], size); end < int64(n) {
			return append(text, b[:end]...), true, nil
		}
		text = append(text, b[:n]...)
		addr += uint64(n)
		if err != nil {
			return text, false, err
		}
	}
	return text, false, nil
}

// isGoString says whether a type is Go's string, as gdb finds it out
// (go_classify_struct_type): a record of str and len.
func isGoString(t *types.Type) bool {
	t = t.Strip()
	if t == nil || t.Kind != types.Struct || t.Size < 0 {
		return false
	}
	m := t.Details().Members
	return len(m) == 2 && m[0].Name == "str" && isPointer(m[0].Type) && sizeOf(m[0].Type.Strip().Elem()) == 1 && m[1].Name == "len" && isInteger(m[1].Type)
}

// goParts is the address and length of a Go string.
func goParts(ctx context.Context, env *Env, v Value) (addr uint64, length int64, err error) {
	b, err := load(ctx, env, v)
	if err != nil {
		return 0, 0, err
	}
	m := v.Type.Strip().Details().Members
	at := cut(b, m[0].BitOffset/8, sizeOf(m[0].Type))
	n := cut(b, m[1].BitOffset/8, min(sizeOf(m[1].Type), 8))
	return extended(at, false), int64(extended(n, true)), nil
}

func goText(ctx context.Context, env *Env, v Value) ([]byte, error) {
	addr, n, err := goParts(ctx, env, v)
	if err != nil || n <= 0 {
		return nil, err
	}
	return env.readMemory(ctx, addr, min(n, maxCompared))
}
