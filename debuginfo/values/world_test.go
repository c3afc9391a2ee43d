package values

import (
	"context"
	"encoding/binary"
	"maps"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// worldBase is where the memory of a world begins.
const worldBase = 0x1000

// A world is a small made-up program: memory of one page's part, variables in it.
type world struct {
	env   *Env
	data  []byte
	reads []uint64 // what was read, as pairs of address and length
	vars  map[string]Value
	tags  map[string]*types.Type
}

func (w *world) ReadMemory(_ context.Context, p []byte, addr uint64) (int, error) {
	w.reads = append(w.reads, addr, uint64(len(p)))
	return core.Bytes{Addr: worldBase, Data: w.data}.ReadMemory(context.Background(), p, addr)
}

func (w *world) Variable(_ context.Context, name string) (Value, error) {
	if v, ok := w.vars[name]; ok {
		return v, nil
	}
	return Value{}, core.Errorf(core.ErrNotFound, "no symbol %q", name)
}

func (w *world) Type(name string) (*types.Type, error) {
	if t, ok := w.tags[name]; ok {
		return t, nil
	}
	return nil, core.Errorf(core.ErrNotFound, "no type %q", name)
}

func record(name string, size int64, members ...types.Member) *types.Type {
	return types.New(&types.Type{Kind: types.Struct, Name: name, Size: size}, func() types.Details { return types.Details{Members: members} })
}

func field(name string, offset int64, t *types.Type) types.Member {
	return types.Member{Name: name, BitOffset: offset * 8, Type: t}
}

// newWorld puts variables at fixed places over memory that begins with data.
func newWorld(data []byte) *world {
	w := &world{data: make([]byte, 512), vars: map[string]Value{}, tags: map[string]*types.Type{}}
	env := &Env{Scope: w, Types: w, Memory: w, Registers: core.NewRegisters(core.AMD64)}
	w.env = env
	put := func(at int, v uint64) { binary.LittleEndian.PutUint64(w.data[at:], v) }
	point := record("point", 8, field("x", 0, intType), field("y", 4, intType))
	var self, head *types.Type
	self = types.New(&types.Type{Kind: types.Struct, Name: "self", Size: 16}, func() types.Details {
		return types.Details{Members: []types.Member{field("me", 0, env.pointerTo(self)), field("pt", 8, point)}}
	})
	head = types.New(&types.Type{Kind: types.Struct, Name: "list_head", Size: 16}, func() types.Details {
		return types.Details{Members: []types.Member{field("next", 0, env.pointerTo(head)), field("prev", 8, env.pointerTo(head))}}
	})
	node := record("node", 24, field("v", 0, longType), field("link", 8, head))
	bits := record("bits", 8, types.Member{Name: "a", Type: intType, BitSize: 3}, types.Member{Name: "b", Type: uintType, BitOffset: 3, BitSize: 7})
	enum := types.New(&types.Type{Kind: types.Enum, Name: "e", Size: 4, Flags: true}, func() types.Details {
		return types.Details{Enumerators: []types.Enumerator{{Name: "ONE", Value: 1}, {Name: "TWO", Value: 2}}}
	})
	maps.Copy(w.tags, map[string]*types.Type{"struct point": point, "struct self": self, "struct node": node, "struct list_head": head, "enum e": enum})
	at := func(name string, t *types.Type, offset uint64) {
		w.vars[name] = Value{Type: t, Place: At(worldBase + offset)}
	}
	at("i", intType, 0)
	at("pt", point, 8)
	at("p", env.pointerTo(point), 16)
	at("self", self, 24)
	at("arr", arrayOf(intType, 4), 40)
	at("bits", bits, 56)
	at("s", env.pointerTo(charType), 64)
	at("buf", arrayOf(charType, 16), 72)
	at("d", doubleType, 88)
	at("ld", longDouble, 96)
	at("e", enum, 112)
	at("head", head, 120)
	at("n1", node, 136)
	at("n2", node, 160)
	at("far", env.pointerTo(node), 184)
	at("big", arrayOf(node, 1<<40), 0)
	put(16, worldBase+8)
	put(24, worldBase+24)
	put(64, worldBase+72)
	put(184, 0xdead0000)
	copy(w.data[72:], "text")
	for _, link := range [][2]int{{120, 144}, {144, 168}, {168, 120}} {
		put(link[0], worldBase+uint64(link[1]))
		put(link[1]+8, worldBase+uint64(link[0]))
	}
	copy(w.data[200:], data)
	regs := env.Registers
	rax, _ := regs.Arch.Index("rax")
	regs.SetUint(rax, 0x1122334455667788)
	regs.SetUint(regs.Arch.PC, 0x401000)
	xmm, _ := regs.Arch.Index("xmm0")
	regs.Set(xmm, make([]byte, 16))
	env.WriteMemory = func(_ context.Context, p []byte, addr uint64) error {
		if addr < worldBase || addr-worldBase+uint64(len(p)) > uint64(len(w.data)) {
			return &core.FaultError{Addr: addr, Write: true}
		}
		copy(w.data[addr-worldBase:], p)
		return nil
	}
	env.WriteRegister = func(_ context.Context, i int, data []byte) error {
		env.Registers = env.Registers.Clone()
		env.Registers.Set(i, data)
		return nil
	}
	return w
}
