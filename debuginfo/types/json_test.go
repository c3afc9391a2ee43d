package types

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

// Types for tests without debug info.
var (
	testInt  = &Type{Kind: Int, Name: "int", Size: 4, Signed: true}
	testChar = &Type{Kind: Char, Name: "char", Size: 1, Signed: true}
)

// record makes a struct; members are placed as they are given.
func record(name string, size int64, members ...Member) *Type {
	return New(&Type{Kind: Struct, Name: name, Size: size}, func() Details { return Details{Members: members} })
}

func TestJSON(t *testing.T) {
	inner := record("", 8, Member{Name: "x", Type: testInt}, Member{Name: "y", Type: testChar, BitOffset: 32})
	typ := record("s", 24,
		Member{Name: "c", Type: testChar}, Member{Type: inner, BitOffset: 32}, Member{Name: "b", Type: testInt, BitOffset: 97, BitSize: 3},
		Member{Name: "p", Type: PointerTo(nil, 8), BitOffset: 128})
	typ.File, typ.Line = "a.c", 7
	got, err := json.Marshal(Describe(typ))
	require.NoError(t, err)
	assert.JSONEq(t, `{"name":"struct s","kind":"struct","size":24,"file":"a.c","line":7,"members":[
	{"name":"c","type":"char","offset":0,"size":1},
	{"name":"","type":"struct {...}","offset":4,"size":8,"members":[{"name":"x","type":"int","offset":4,"size":4},{"name":"y","type":"char","offset":8,"size":1}]},
	{"name":"b","type":"int","offset":12,"bit_offset":1,"bit_size":3,"size":4},
	{"name":"p","type":"void *","offset":16,"size":8}],
	"holes":[{"before":"struct {...}","bytes":3},{"before":"b","bits":1},{"before":"p","bits":28}]}`, string(got))
	enum := New(&Type{Kind: Enum, Name: "e", Size: 4, Signed: true}, func() Details { return Details{Enumerators: []Enumerator{{"A", -1}, {"B", 2}}} })
	got, err = json.Marshal(Describe(enum))
	require.NoError(t, err)
	assert.JSONEq(t, `{"name":"enum e","kind":"enum","size":4,"enumerators":[{"name":"A","value":-1},{"name":"B","value":2}]}`, string(got))
	got, err = json.Marshal(Describe(&Type{Kind: Struct, Name: "o", Size: -1, Declaration: true}))
	require.NoError(t, err)
	assert.JSONEq(t, `{"name":"struct o","kind":"struct","size":null,"declaration":true}`, string(got))
}

// TestDiff compares two builds of a program that differ.
func TestDiff(t *testing.T) {
	need.Command(t, "gcc", "apt-get install gcc")
	before := readProgram(t, compile(t, "a.c", `struct s { int a; char b; struct { int x; long y; } in; unsigned f:3; unsigned g:4; char gone[4]; void *p; } s;
	enum e { A, B, C } e; typedef int number; number n; union u { int a; } u; struct same { int a; } same; int arr[3];`))
	after := readProgram(t, compile(t, "b.c", `struct s { int a; char b; struct { int z; int x; long y; } in; unsigned f:2; unsigned g:4; int *p; int fresh; } s;
	enum e { A, C, D } e; typedef long number; number n; union u { int a; long b; } u; struct same { int a; } same; int arr[4];`))
	var got []byte
	for _, name := range []string{"s", "e", "number", "u", "same"} {
		a, err := before.Type(name)
		require.NoError(t, err)
		b, err := after.Type(name)
		require.NoError(t, err)
		got = AppendDiff(got, name, Diff(a, b))
		assert.Empty(t, Diff(a, a))
	}
	assert.Equal(t, `s
	size: 40 -> 48
	moved: in.x 8 -> 12
	retyped: f unsigned int:3 -> unsigned int:2
	moved: g 24:3 -> 24:2
	removed: char [4] gone at 25, 4 bytes
	retyped: p void * -> int *
	added: int in.z at 8, 4 bytes
	added: int fresh at 40, 4 bytes
e
	removed: B = 1
	value: C 2 -> 1
	added: D = 2
number
	type: int -> long
	size: 4 -> 8
u
	size: 4 -> 8
	added: long b at 0, 8 bytes
`, string(got))
}
