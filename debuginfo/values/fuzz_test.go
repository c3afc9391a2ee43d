package values

import (
	"context"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
	"github.com/stretchr/testify/require"
)

// FuzzParse: any text is a tree or an error that says where; positions lie in the
// text and nodes inside one another.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"1+2*3", "(struct page *)x->y[3].z@4", "container_of(p, struct item, link)->name", "libc.so.6::open", "'a b'::c!d",
		"\"text\\n\" == s", "{int}&x", "sizeof(int)*2", "a?b:c", "$rip", "((((1))))", "a<b>::c", "-ld-linux-x86-64.so.2!x", "list(h, struct t, m.n)[0]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			var s *SyntaxError
			require.True(t, errors.As(err, &s))
			require.ErrorIs(t, err, core.ErrInvalid)
			require.LessOrEqual(t, s.Offset, s.End)
			require.LessOrEqual(t, s.Offset, len(s.Text))
			require.NotEmpty(t, err.Error())
			return
		}
		var walk func(n *Node, from, to int)
		walk = func(n *Node, from, to int) {
			require.True(t, from <= n.Offset && n.Offset <= n.End && n.End <= to, "%q: %+v outside of [%d, %d)", text, n, from, to)
			for _, arg := range n.Args {
				walk(arg, 0, len(text))
			}
		}
		walk(e.Root, 0, len(text))
	})
}

// FuzzEvaluate: any expression over a few variables, in memory that is there only in
// part, is a value or an error.
func FuzzEvaluate(f *testing.F) {
	for _, seed := range []string{"i+1", "p->x", "*p@3", "self.me->me.x", "bits.b*2", "arr[i]", "&arr[1]-arr", "s==\"text\"", "list(head, struct node, link)",
		"container_of(&pt, struct node, link)", "(char)pt.x", "(struct point)pt", "d/0.0", "ld*2", "$eax+$rip", "1<<i", "-128/-1", "e|1", "{struct point}p", "(int[2])pt", "sizeof arr"} {
		f.Add(seed, []byte{1, 2, 3})
	}
	f.Fuzz(func(t *testing.T, text string, memory []byte) {
		w := newWorld(memory)
		v, err := Evaluate(context.Background(), w.env, text)
		if err != nil {
			return
		}
		for _, style := range []Style{Top, Inner, Scalars} {
			s, err := Format(context.Background(), w.env, v, style)
			require.True(t, err == nil || style == Top && s == "", "%q: %v", text, err)
		}
		_ = Assign(context.Background(), w.env, text, text)
		_ = Assign(context.Background(), w.env, text, "{1, {2}}")
	})
}

// FuzzFormat: a value of any type, made of the input's bytes, prints in bounds.
func FuzzFormat(f *testing.F) {
	f.Add([]byte{1, 4, 0, 2, 3}, []byte("text"))
	f.Add([]byte{9, 3, 1, 0, 11, 12, 200, 1}, make([]byte, 100))
	f.Fuzz(func(t *testing.T, shape, data []byte) {
		w := newWorld(data)
		g := &typeMaker{in: shape}
		typ := g.make(0)
		for _, v := range []Value{
			{Type: typ, Data: data}, {Type: typ, Place: At(worldBase)}, {Type: typ, Place: At(^uint64(0) - 3)},
			{Type: typ, Place: Place{{Kind: Implicit, Bits: 5, Data: data}, {Kind: Optimized, Bits: 3}, {Kind: InRegister, Register: 1}}},
			{Type: typ, Data: data, BitSize: 3, BitOffset: 6},
		} {
			for _, style := range []Style{Top, Inner, Scalars} {
				s, _ := Format(context.Background(), w.env, v, style)
				require.Less(t, len(s), 64<<20)
			}
			_, err := JSON(context.Background(), w.env, v)
			require.NoError(t, err)
		}
	})
}

// typeMaker makes types of bytes, with rings and nonsense sizes among them.
type typeMaker struct {
	in   []byte
	made []*types.Type
}

func (g *typeMaker) next() byte {
	if len(g.in) == 0 {
		return 0
	}
	b := g.in[0]
	g.in = g.in[1:]
	return b
}

func (g *typeMaker) make(depth int) *types.Type {
	if depth > 6 {
		return intType
	}
	b := g.next()
	if b > 200 && len(g.made) > 0 {
		return g.made[int(b)%len(g.made)]
	}
	size := []int64{1, 2, 4, 8, 16, -1, 0, 10, 3, 1 << 40, 1 << 62}[g.next()%11]
	t := &types.Type{Kind: types.Kind(b % 22), Size: size, Signed: b&32 != 0, BigEndian: b&64 != 0, Vector: b&128 != 0, Flags: b&16 != 0, Name: string([]byte{'a' + b%26})}
	g.made = append(g.made, t)
	var d types.Details
	d.Elem = g.make(depth + 1)
	d.Count = int64(int8(g.next()))
	if b&8 != 0 {
		d.Count = int64(binary.LittleEndian.Uint64([]byte{g.next(), 0, 0, 0, 0, g.next(), 0, g.next()}))
	}
	for range g.next() % 4 {
		m := types.Member{Name: []string{"", "m", "n"}[g.next()%3], Type: g.make(depth + 1), BitOffset: int64(int8(g.next())), BitSize: int64(g.next() % 70 * (b & 1))}
		m.Base, m.Static, m.Virtual = b&2 != 0, b&4 != 0, b&12 == 12
		d.Members = append(d.Members, m)
		d.Enumerators = append(d.Enumerators, types.Enumerator{Name: "E", Value: int64(int8(g.next()))})
	}
	if b&48 == 48 && len(d.Members) > 0 {
		d.Variants = &types.Variants{Discr: &d.Members[0], Variants: []types.Variant{{Member: d.Members[0]}}}
	}
	return types.New(t, func() types.Details { return d })
}
