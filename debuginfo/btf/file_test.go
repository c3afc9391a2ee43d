package btf

import (
	"encoding/binary"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
	"github.com/stackfs/stackfs/tests/need"
)

// A builder makes a section for tests.
type builder struct{ types, strings []byte }

func newBuilder() *builder { return &builder{strings: []byte{0}} }

func (b *builder) name(s string) uint32 {
	if s == "" {
		return 0
	}
	at := uint32(len(b.strings))
	b.strings = append(append(b.strings, s...), 0)
	return at
}

// add adds a record with a kind, a count and what follows the head; it has the next id.
func (b *builder) add(name string, kind, count int, flag bool, size uint32, words ...uint32) {
	info := uint32(kind)<<24 | uint32(count)
	if flag {
		info |= 1 << 31
	}
	for _, w := range append([]uint32{b.name(name), info, size}, words...) {
		b.types = binary.LittleEndian.AppendUint32(b.types, w)
	}
}

func (b *builder) section() []byte {
	out := []byte{0x9f, 0xeb, 1, 0}
	for _, w := range []int{headerLen, 0, len(b.types), len(b.types), len(b.strings)} {
		out = binary.LittleEndian.AppendUint32(out, uint32(w))
	}
	return append(append(out, b.types...), b.strings...)
}

// sample has all kinds of records.
func sample() *builder {
	b := newBuilder()
	b.add("int", kindInt, 0, false, 4, 1<<24|32)                                                                                              // 1
	b.add("char", kindInt, 0, false, 1, 8)                                                                                                    // 2
	b.add("", kindPointer, 0, false, 1+8)                                                                                                     // 3: *node
	b.add("", kindArray, 0, false, 0, 2, 1, 16)                                                                                               // 4: char [16]
	b.add("", kindPrototype, 3, false, 1, b.name("a"), 1, b.name("s"), 3, 0, 0)                                                               // 5
	b.add("main", kindFunc, 1, false, 5)                                                                                                      // 6
	b.add("color", kindEnum, 2, true, 4, b.name("RED"), 0, b.name("BLUE"), 0xffffffff)                                                        // 7
	b.add("big", kindEnum64, 1, false, 8, b.name("HUGE"), 0, 1)                                                                               // 8
	b.add("node", kindStruct, 4, true, 32, b.name("next"), 3, 0, b.name("text"), 4, 64, b.name("low"), 1, 192|3<<24, b.name("mark"), 15, 200) // 9
	b.add("node_t", kindTypedef, 0, false, 9)                                                                                                 // 10
	b.add("", kindConst, 0, false, 1)                                                                                                         // 11
	b.add("", kindVolatile, 0, false, 11)                                                                                                     // 12
	b.add("", kindRestrict, 0, false, 3)                                                                                                      // 13
	b.add("double", kindFloat, 0, false, 8)                                                                                                   // 14
	b.add("user", kindTypeTag, 0, false, 2)                                                                                                   // 15: char
	b.add("note", kindDeclTag, 0, false, 9, 0xffffffff)                                                                                       // 16
	b.add("counter", kindVar, 0, false, 1, 1)                                                                                                 // 17
	b.add(".data", kindDataSection, 1, false, 4, 17, 0, 4)                                                                                    // 18
	b.add("hidden", kindForward, 0, true, 0)                                                                                                  // 19
	b.add("either", kindUnion, 1, false, 8, b.name("d"), 14, 0)                                                                               // 20
	return b
}

func TestAllKinds(t *testing.T) {
	f, err := Parse(sample().section(), nil)
	require.NoError(t, err)
	for name, want := range map[string]string{
		"struct node": "struct node {\n\tstruct node *              next;                 /*     0     8 */\n\tchar                       text[16];             /*     8    16 */\n" +
			"\tint                        low:3;                /*    24: 0  4 */\n\n\t/* XXX 5 bits hole, try to pack */\n\t/* Bitfield combined with next fields */\n\n\tchar                       mark;                 /*    25     1 */\n\n" +
			"\t/* size: 32, cachelines: 1, members: 4 */\n\t/* sum members: 25 */\n\t/* sum bitfield members: 3 bits, bit holes: 1, sum bit holes: 5 bits */\n\t/* padding: 6 */\n\t/* last cacheline: 32 bytes */\n};\n",
		"node_t":       "typedef struct node node_t;\n",
		"color":        "enum color {\n\tRED  = 0,\n\tBLUE = -1,\n};\n",
		"enum big":     "enum big {\n\tHUGE = 4294967296,\n};\n",
		"signed int":   "int /* size: 4 */\n",
		"double":       "double /* size: 8 */\n",
		"union hidden": "union hidden; /* declared only: no definition in this debug info */\n",
		"union either": "union either {\n\tdouble                     d;                  /*     0     8 */\n};\n",
	} {
		typ, err := f.Type(name)
		if assert.NoError(t, err, name) {
			assert.Equal(t, want, string(types.AppendLayout(nil, typ)), name)
		}
	}
	main, err := f.Function("main")
	require.NoError(t, err)
	assert.Equal(t, "int main(int a, struct node *s, ...)", types.Prototype(main, "main"))
	counter, err := f.Variable("counter")
	require.NoError(t, err)
	assert.Equal(t, "int", counter.String())
	assert.Equal(t, "const volatile int", f.typeOf(12).String())
	assert.Equal(t, "struct node * restrict", f.typeOf(13).String())
	a, _ := f.Type("struct node")
	b, _ := f.Type("node_t")
	assert.Same(t, a, b.Elem(), "one type for an id")
}

func TestWhatIsNotThere(t *testing.T) {
	f, err := Parse(sample().section(), nil)
	require.NoError(t, err)
	for _, name := range []string{"", "nothing", "union node", "struct hidden", "enum node", "note", "user", "struct ", "main"} {
		_, err := f.Type(name)
		assert.ErrorIs(t, err, core.ErrNotFound, name)
	}
	_, err = f.Function("node")
	assert.ErrorIs(t, err, core.ErrNotFound)
	_, err = f.Variable("main")
	assert.ErrorIs(t, err, core.ErrNotFound)
}

func TestRefused(t *testing.T) {
	good := sample().section()
	change := func(at int, v byte) []byte {
		b := append([]byte{}, good...)
		b[at] = v
		return b
	}
	swapped := change(0, 0xeb)
	swapped[1] = 0x9f
	odd := newBuilder()
	odd.add("x", 31, 0, false, 0)
	for name, c := range map[string]struct {
		b    []byte
		kind error
		text string
	}{
		"empty":    {nil, core.ErrInvalid, "0 bytes are less than a header"},
		"magic":    {change(0, 0), core.ErrInvalid, "no magic number"},
		"order":    {swapped, core.ErrUnsupported, "it is big-endian"},
		"version":  {change(2, 9), core.ErrUnsupported, "version 9 is not known"},
		"strings":  {good[:len(good)-1], core.ErrInvalid, "its string section ends at byte"},
		"types":    {change(14, 1), core.ErrInvalid, "its type section ends at byte"},
		"kind":     {odd.section(), core.ErrUnsupported, "kind 31 of the type at byte 0 is not known"},
		"no room":  {change(12, 5), core.ErrInvalid, "has no room for its head"},
		"cut kind": {change(12, 12), core.ErrInvalid, "has 12 bytes of 16"},
	} {
		if name == "no room" || name == "cut kind" {
			c.b[13] = 0
		}
		f, err := Parse(c.b, nil)
		assert.Nil(t, f, name)
		assert.ErrorIs(t, err, c.kind, name)
		assert.ErrorContains(t, err, c.text, name)
	}
}

// TestOldBitfields: integers that say themselves which bits they are.
func TestOldBitfields(t *testing.T) {
	b := newBuilder()
	b.add("unsigned int", kindInt, 0, false, 4, 4<<16|3)
	b.add("bits", kindStruct, 1, false, 4, b.name("three"), 1, 8)
	f, err := Parse(b.section(), nil)
	require.NoError(t, err)
	typ, err := f.Type("bits")
	require.NoError(t, err)
	m := typ.Details().Members[0]
	assert.Equal(t, [2]int64{12, 3}, [2]int64{m.BitOffset, m.BitSize})
}

// TestRings: types that consist of themselves end somewhere.
func TestRings(t *testing.T) {
	b := newBuilder()
	b.add("loop", kindTypedef, 0, false, 1)
	b.add("", kindTypeTag, 0, false, 2)
	b.add("", kindArray, 0, false, 0, 3, 3, 1000)
	b.add("self", kindStruct, 2, false, 8, b.name("a"), 4, 0, b.name("b"), 4, 0)
	b.add("", kindUnion, 2, false, 8, b.name("c"), 5, 0, 0, 5, 0)
	b.add("gone", kindTypedef, 0, false, 999)
	b.add("", kindPrototype, 2, false, 7, 0, 7, 0, 7)
	b.add("f", kindFunc, 0, false, 7)
	f, err := Parse(b.section(), nil)
	require.NoError(t, err)
	for id := uint32(1); id < f.end(); id++ {
		typ := f.typeOf(id)
		if typ != nil {
			assert.Less(t, len(types.AppendLayout(nil, typ)), 20<<20)
			types.Describe(typ)
		}
	}
}

// TestSplit reads a module's section over its kernel's, with pahole beside it.
func TestSplit(t *testing.T) {
	path := need.Vmlinux(t)
	base, err := Parse(section(t, path), nil)
	require.NoError(t, err)
	out, err := exec.Command("find", strings.Replace(path[:strings.LastIndex(path, "/")], "/boot", "/lib/modules", 1), "-name", "*.ko").Output()
	modules := strings.Fields(string(out))
	if err != nil || len(modules) == 0 {
		need.Missing(t, "a kernel module with debug info", "run tests/fixtures.sh")
	}
	f, err := Parse(section(t, modules[0]), base)
	require.NoError(t, err)
	compareLayouts(t, f, pahole(t, "--btf_base="+path, modules[0]), 7000)
	own := 0
	for name, typ := range f.Functions() {
		if found, err := f.Function(name); assert.NoError(t, err) && found == typ {
			own++
		}
	}
	task, err := f.Type("struct task_struct")
	require.NoError(t, err)
	same, err := base.Type("struct task_struct")
	require.NoError(t, err)
	assert.Same(t, same, task, "the kernel's types are the kernel's")
	t.Logf("%s: %d functions", modules[0], own)
}

// TestCost: finding and printing one type of a kernel makes few objects.
func TestCost(t *testing.T) {
	b := section(t, need.Vmlinux(t))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f, err := Parse(b, nil)
	require.NoError(t, err)
	typ, err := f.Type("struct task_struct")
	require.NoError(t, err)
	text := types.AppendLayout(nil, typ)
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8<<20), "bytes besides the section")
	assert.Less(t, after.Mallocs-before.Mallocs, uint64(60000))
	t.Logf("%d bytes of text: %d bytes in %d objects", len(text), after.TotalAlloc-before.TotalAlloc, after.Mallocs-before.Mallocs)
}

func BenchmarkTaskStruct(b *testing.B) {
	s := section(b, need.Vmlinux(b))
	for b.Loop() {
		f, err := Parse(s, nil)
		require.NoError(b, err)
		typ, err := f.Type("struct task_struct")
		require.NoError(b, err)
		types.AppendLayout(nil, typ)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sample().section(), sample().section())
	f.Fuzz(func(t *testing.T, section, split []byte) {
		file, err := Parse(section, nil)
		require.Equal(t, err == nil, file != nil)
		if err != nil {
			return
		}
		walk(file)
		if module, err := Parse(split, file); err == nil {
			walk(module)
		}
	})
}

// walk looks at everything, but at 20 types at most.
func walk(f *File) {
	n := 0
	for typ := range f.Types() {
		if n++; n > 20 {
			break
		}
		types.AppendLayout(nil, typ)
		types.Describe(typ)
		_, _ = f.Type(typ.Name)
		_, _ = f.Type("struct " + typ.Name)
	}
	for name, typ := range f.Functions() {
		if n++; n > 40 {
			break
		}
		_ = types.Prototype(typ, name)
	}
	for name := range f.Names() {
		if n++; n > 60 {
			break
		}
		_, _ = f.Variable(name)
	}
}
