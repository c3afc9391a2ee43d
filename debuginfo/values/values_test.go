package values

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
	"github.com/stretchr/testify/require"
)

func (w *world) show(t *testing.T, text string) string {
	t.Helper()
	v, err := Evaluate(context.Background(), w.env, text)
	if err == nil {
		var s string
		if s, err = Format(context.Background(), w.env, v, Top); err == nil {
			return s
		}
	}
	return "error: " + err.Error()
}

func TestOwnFunctions(t *testing.T) {
	w := newWorld(nil)
	w.vars["$task"] = Value{Type: w.env.pointerTo(w.tags["struct node"]), Data: appendUnit(nil, worldBase+136, 8)}
	w.env.PerCPU = func(_ context.Context, x Value, n int) (Value, error) {
		addr, _ := x.addr()
		return Value{Type: x.Type, Place: At(addr + uint64(n)*8)}, nil
	}
	w.data[136], w.data[160], w.data[0], w.data[8] = 11, 22, 5, 6
	for text, want := range map[string]string{
		"list(head, struct node, link)":                "{0x1088, 0x10a0}",
		"list(&head, struct node, link)[1]->v":         "22",
		"list(head, struct node, link)[0].v":           "11",
		"list(n1.link, struct node, link)":             "{0x10a0, 0x1070}",
		"container_of(head.next, struct node, link)":   "(struct node *) 0x1088",
		"container_of(&n2.link, struct node, link)->v": "22",
		"container_of(&pt.y, struct point, y)->x":      "6",
		"per_cpu(i, 1)":                "6",
		"&per_cpu(i, 1)":               "(int *) 0x1008",
		"$task->v":                     "11",
		`s == "text"`:                  "1",
		`s != "text"`:                  "0",
		`buf == "text"`:                "1",
		`"tex" == s`:                   "0",
		`buf == "text" && i == 5`:      "1",
		"$rax":                         "1234605616436508552",
		"$eax":                         "1432778632",
		"$ax":                          "30600",
		"$al":                          "-120",
		"$ah":                          "119",
		"$pc":                          "(void (*)()) 0x401000",
		"$rip + 1":                     "(void (*)()) 0x401001",
		"$xmm0.v4_int32":               "{0, 0, 0, 0}",
		"$xmm0.v16_int8":               "{0 <repeats 16 times>}",
		"$rbx":                         "<optimized out>",
		"ONE":                          `error: evaluating "ONE": no symbol "ONE"`,
		"1[arr]":                       "0",
		"self.me.me->pt.x":             "0",
		"far->v":                       "error: reading memory at 0x00000000dead0000: not mapped or not readable",
		"list(far, struct node, link)": "error: evaluating \"list(far, struct node, link)\": struct node has no member first; it has link, v",
		"per_cpu(i)":                   `error: evaluating "per_cpu(i)": at ")": want "," here`,
	} {
		require.Equal(t, want, w.show(t, text), text)
	}
}

// TestUntyped: symbols without debug info, as gdb has them.
func TestUntyped(t *testing.T) {
	w := newWorld(nil)
	w.data[8] = 0x2a
	w.vars["data"] = Value{Type: &types.Type{Kind: types.Unknown, Size: -1, Name: "<data variable, no debug info>"}, Place: At(worldBase + 8)}
	w.vars["code"] = Value{Type: &types.Type{Kind: types.Unknown, Size: -1, Name: "<text variable, no debug info>"}, Place: At(0x401000)}
	w.env.Symbolize = func(addr uint64) string { return map[uint64]string{0x401000: "code", worldBase + 8: "data"}[addr] }
	for text, want := range map[string]string{
		"(int)data":            "42",
		"(int)data + 1":        "43",
		"*(int *)&data":        "42",
		"&data":                "(<data variable, no debug info> *) 0x1008 <data>",
		"(struct point)data":   "{x = 42, y = 0}",
		"{int}&data":           "42",
		"code":                 "{<text variable, no debug info>} 0x401000 <code>",
		"&code":                "(<text variable, no debug info> *) 0x401000 <code>",
		"(void *)code":         "(void *) 0x401000 <code>",
		"(long)code":           "4198400",
		"code == (void *)code": "1",
	} {
		require.Equal(t, want, w.show(t, text), text)
	}
	for _, text := range []string{"data", "data + 1", "!data", "*data", "data ? 1 : 2", "data == 1", "sizeof data"} {
		v, err := Evaluate(context.Background(), w.env, text)
		if err == nil {
			_, err = Format(context.Background(), w.env, v, Top)
		}
		require.ErrorIs(t, err, core.ErrNoData, text)
		require.Contains(t, err.Error(), "cast it to its declared type", text)
	}
}

// TestVariants: a tagged union shows the variant that its tag says.
func TestVariants(t *testing.T) {
	w := newWorld(nil)
	some := record("Some", 8, field("__0", 4, intType))
	tag := field("", 0, uintType)
	option := types.New(&types.Type{Kind: types.Struct, Name: "Option", Size: 8}, func() types.Details {
		return types.Details{Variants: &types.Variants{Discr: &tag, Variants: []types.Variant{
			{Ranges: [][2]int64{{0, 0}}, Member: field("None", 0, record("None", 8))}, {Member: field("Some", 0, some)},
		}}}
	})
	w.vars["o"] = Value{Type: option, Place: At(worldBase + 8)}
	require.Equal(t, "{None = {<No data fields>}}", w.show(t, "o"))
	w.data[8], w.data[12] = 1, 7
	require.Equal(t, "{Some = {__0 = 7}}", w.show(t, "o"))
	require.Equal(t, "7", w.show(t, "o.Some.__0"))
}

func TestListsThatDoNotEnd(t *testing.T) {
	w := newWorld(nil)
	require.NoError(t, Assign(context.Background(), w.env, "n2.link.next", "&n1.link"))
	require.Contains(t, w.show(t, "list(head, struct node, link)"), "0x1090 comes twice")
	require.NoError(t, Assign(context.Background(), w.env, "n2.link.next", "0"))
	require.Contains(t, w.show(t, "list(head, struct node, link)"), "ends in a null pointer after 2 entries")
	require.NoError(t, Assign(context.Background(), w.env, "n2.link.next", "0xdead0000"))
	require.Contains(t, w.show(t, "list(head, struct node, link)"), "0x00000000dead0000")
}

// TestOnlyWhatIsNeeded: a member costs its own bytes, whatever it is a member of.
func TestOnlyWhatIsNeeded(t *testing.T) {
	w := newWorld(nil)
	for text, want := range map[string][]uint64{
		"self.me->pt.y": {worldBase + 24, 8, worldBase + 36, 4},
		"big[2].link":   {worldBase + 56, 16},
		"arr[1]":        {worldBase + 44, 4},
		"&self.me->pt":  {worldBase + 24, 8},
		"sizeof(*far)":  nil,
	} {
		w.reads = nil
		require.NotContains(t, w.show(t, text), "error", text)
		require.Equal(t, want, w.reads, text)
	}
}

func TestErrorsSayWhere(t *testing.T) {
	w := newWorld(nil)
	for _, c := range []struct {
		text, at string
		kind     error
	}{
		{"i + nosuch * 2", "nosuch", core.ErrNotFound},
		{"i + pt.zz", "zz", core.ErrInvalid},
		{"i + (struct nosuch *)p", "(struct nosuch *)p", core.ErrNotFound},
		{"i + 3 4", "4", core.ErrInvalid},
		{"i + 1.2.3", ".3", core.ErrInvalid},
		{"i = 5", "=", core.ErrInvalid},
		{"i +", "", core.ErrInvalid},
		{"i / 0", "i / 0", core.ErrInvalid},
		{"i # 3", "#", core.ErrInvalid},
		{"main(1) + i", "main(1)", core.ErrInvalid},
		{"&i + &i", "&i + &i", core.ErrInvalid},
		{strings.Repeat("(", 300) + "1" + strings.Repeat(")", 300), "(", core.ErrInvalid},
		{strings.Repeat("-", 9000) + "1", strings.Repeat("-", 64), core.ErrInvalid},
		{"$nosuch", "$nosuch", core.ErrNotFound},
	} {
		_, err := Evaluate(context.Background(), w.env, c.text)
		require.ErrorIs(t, err, c.kind, c.text)
		var s *SyntaxError
		require.True(t, errors.As(err, &s), c.text)
		require.Equal(t, c.at, s.Text[s.Offset:s.End], c.text)
	}
}

// TestNames: what the tokens of qualified names are.
func TestNames(t *testing.T) {
	for text, want := range map[string]string{
		"libc.so.6::open":                 "libc.so.6::open",
		"libc.so.6!open":                  "libc.so.6::open",
		"jobs.c::current":                 "jobs.c::current",
		"page-writeback.c!x":              "page-writeback.c::x",
		"ld-linux-x86-64.so.2::_rtld":     "ld-linux-x86-64.so.2::_rtld",
		"libstdc++.so.6::x":               "libstdc++.so.6::x",
		"bash!current":                    "bash::current",
		"python3.11!x":                    "python3.11::x",
		"ns::inner::var":                  "ns::inner::var",
		"::var":                           "var",
		"'quoted name'":                   "quoted name",
		"'src/jobs.c'::current":           "src/jobs.c::current",
		"ns::vec<int, 3>::count":          "ns::vec<int, 3>::count",
		"'main.(*T).method'":              "main.(*T).method",
		"libc.so.6::'operator new(long)'": "libc.so.6::operator new(long)",
	} {
		e, err := Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, NameNode, e.Root.Kind, text)
		require.Equal(t, want, e.Root.Text, text)
	}
	for text, kind := range map[string]NodeKind{"a != b": BinaryNode, "a!=b": BinaryNode, "!a": UnaryNode, "a.b": MemberNode, "a<b": BinaryNode, "'a'": CharNode, "a - jobs.c::x": BinaryNode, "a+jobs.c::x": BinaryNode, "a&&!b": BinaryNode} {
		e, err := Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, kind, e.Root.Kind, text)
	}
}

func TestPieces(t *testing.T) {
	w := newWorld(nil)
	w.data[8] = 0x2a
	point := w.tags["struct point"]
	rax, _ := core.AMD64.Index("rax")
	rbx, _ := core.AMD64.Index("rbx")
	synthetic := func(context.Context) (Value, error) { return w.vars["pt"], nil }
	for want, v := range map[string]Value{
		"{x = 42, y = 1432778632}":             {Type: point, Place: Place{{Kind: InMemory, Addr: worldBase + 8, Bits: 32}, {Kind: InRegister, Register: rax, Bits: 32}}},
		"{x = 287454020, y = 7}":               {Type: point, Place: Place{{Kind: InRegister, Register: rax, Skip: 32, Bits: 32}, {Kind: Implicit, Data: []byte{7}}}},
		"{x = <optimized out>, y = 42}":        {Type: point, Place: Place{{Kind: Optimized, Bits: 32}, {Kind: InMemory, Addr: worldBase + 8}}},
		"{x = 42, y = <optimized out>}":        {Type: point, Place: Place{{Kind: InMemory, Addr: worldBase + 8, Bits: 32}, {Kind: InRegister, Register: rbx}}},
		"<optimized out>":                      {Type: point, Place: Place{{Kind: Optimized}}},
		"(struct point *) <synthetic pointer>": {Type: w.env.pointerTo(point), Place: Place{{Kind: Synthetic, Target: synthetic}}},
		"1432778632":                           {Type: intType, Place: Place{{Kind: InRegister, Register: rax}}},
	} {
		s, err := Format(context.Background(), w.env, v, Top)
		require.NoError(t, err)
		require.Equal(t, want, s)
		w.vars["v"] = v
		if s == "(struct point *) <synthetic pointer>" {
			require.Equal(t, "42", w.show(t, "v->x"))
			require.Equal(t, "{x = 42, y = 0}", w.show(t, "*v"))
		}
	}
	w.vars["v"] = Value{Type: point, Place: Place{{Kind: InMemory, Addr: worldBase + 8, Bits: 32}, {Kind: InRegister, Register: rax, Skip: 32, Bits: 32}}}
	require.NoError(t, Assign(context.Background(), w.env, "v", "{5, 6}"))
	require.Equal(t, "{x = 5, y = 6}", w.show(t, "v"))
	require.Equal(t, "27202582408", w.show(t, "$rax")) // 6<<32 + what was below
	require.Contains(t, w.show(t, "&v.y"), "register $rax")
	w.vars["o"] = Value{Type: intType, Place: Place{{Kind: Optimized}}}
	require.ErrorIs(t, Assign(context.Background(), w.env, "o", "1"), core.ErrNoData)
	_, err := Evaluate(context.Background(), w.env, "o+1")
	require.ErrorIs(t, err, core.ErrNoData)
}

func TestAssign(t *testing.T) {
	w := newWorld(nil)
	ctx := context.Background()
	for _, c := range [][3]string{
		{"i", "0x10", "16"},
		{"pt", "{3, -4}", "{x = 3, y = -4}"},
		{"pt", "{7}", "{x = 7, y = 0}"},
		{"arr", "{1, 2, 3}", "{1, 2, 3, 0}"},
		{"arr", "{}", "{0, 0, 0, 0}"},
		{"self.pt", "pt", "{x = 7, y = 0}"},
		{"*p", "(struct point){8, 9}", "{x = 8, y = 9}"},
		{"buf", `"hello"`, `"hello\000\000\000\000\000\000\000\000\000\000"`},
		{"buf", `"sixteen letters!"`, `"sixteen letters!"`},
		{"e", "TWO", "TWO"},
		{"e", "ONE | TWO", "(ONE | TWO)"},
		{"bits.a", "-1", "-1"},
		{"bits.b", "100", "100"},
		{"bits", "{1, 2}", "{a = 1, b = 2}"},
		{"$al", "1", "1"},
		{"$eax", "-2", "-2"},
		{"d", "1.5", "1.5"},
		{"n1", "{1, {0, 0}}", "{v = 1, link = {next = 0x0, prev = 0x0}}"},
	} {
		require.NoError(t, Assign(ctx, w.env, c[0], c[1]), c)
		require.Equal(t, c[2], w.show(t, c[0]), c)
	}
	for _, c := range [][2]string{{"i+1", "2"}, {"3", "4"}, {"buf", `"seventeen letters"`}, {"s", `"text"`}, {"pt", "3"}, {"pt", "{1, 2, 3}"}, {"pt", "self"}, {"arr", "{1, 2, 3, 4, 5}"}, {"i", "{1}"}, {"i", "pt"}, {"d", "&i"}, {"i", ""}} {
		require.ErrorIs(t, Assign(ctx, w.env, c[0], c[1]), core.ErrInvalid, c)
	}
	var fault *core.FaultError
	require.ErrorAs(t, Assign(ctx, w.env, "far->v", "1"), &fault)
	w.env.WriteMemory = nil
	require.ErrorIs(t, Assign(ctx, w.env, "i", "1"), core.ErrReadOnly)
}

func TestJSON(t *testing.T) {
	w := newWorld(nil)
	base := record("base", 4, field("b", 0, intType))
	anonymous := record("", 4, field("in", 0, intType))
	derived := record("derived", 40, types.Member{Type: base, Base: true}, field("", 4, anonymous), field("c", 8, charType), field("a", 12, arrayOf(intType, 3)), field("p", 24, w.env.pointerTo(intType)))
	w.vars["x"] = Value{Type: derived, Place: At(worldBase + 300)}
	v, err := Evaluate(context.Background(), w.env, "x")
	require.NoError(t, err)
	j, err := JSON(context.Background(), w.env, v)
	require.NoError(t, err)
	b, err := json.Marshal(j)
	require.NoError(t, err)
	require.Equal(t, `{"type":"struct derived","value":{"b":"0","in":"0","c":"0 '\\000'","a":["0","0","0"],"p":"0x0"}}`, string(b))
	w.env.Limit = 2
	j, err = JSON(context.Background(), w.env, Value{Type: arrayOf(intType, 30), Place: At(worldBase + 300)})
	require.NoError(t, err)
	b, err = json.Marshal(j)
	require.NoError(t, err)
	require.Equal(t, `{"type":"int [30]","value":["0","0","..."]}`, string(b))
}

// TestCancelled: an end of the context ends an evaluation.
func TestCancelled(t *testing.T) {
	w := newWorld(nil)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Evaluate(ctx, w.env, "i")
	require.ErrorIs(t, err, context.Canceled)
	_, err = Format(ctx, w.env, w.vars["i"], Inner)
	require.ErrorIs(t, err, context.Canceled)
}
