package debuginfo

import (
	stddwarf "debug/dwarf"
	"debug/elf"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestGoBinaryAsGoReader compares all functions, variables and types with names of a Go
// program with the standard library's reader, entry by entry: addresses, sizes, members.
func TestGoBinaryAsGoReader(t *testing.T) {
	entriesAsGoReader(t, buildGo(t))
	entriesAsGoReader(t, build(t, "gcc", "truth.c", "-g", "-O2"))
}

func entriesAsGoReader(t *testing.T, file string) {
	p, err := NewLibrary(nil).File(file, ProgramOptions{NoCache: true})
	require.NoError(t, err)
	f, err := elf.Open(file)
	require.NoError(t, err)
	defer f.Close()
	std, err := f.DWARF()
	require.NoError(t, err)
	compared := map[string]int{}
	for i := range p.EachItem(t.Context(), AllItems, nil) {
		if i.IsDeclaration() || truthKinds[i.kind] == "" {
			continue
		}
		r := std.Reader()
		r.Seek(stddwarf.Offset(i.entry.Offset))
		e, err := r.Next()
		require.NoError(t, err)
		compared[truthKinds[i.kind]]++
		if _, instance := e.Val(stddwarf.AttrAbstractOrigin).(stddwarf.Offset); !instance {
			require.Equal(t, e.Val(stddwarf.AttrName), i.entry.Name())
		}
		if low, ok := e.Val(stddwarf.AttrLowpc).(uint64); ok {
			addr, known := i.Addr()
			require.True(t, known, i.Name)
			require.Equal(t, low, addr, i.Name)
		}
		if i.IsType() {
			goType(t, std, i)
		}
	}
	t.Log("as debug/dwarf has them:", compared)
}

// goType compares a type's size, and what it consists of.
func goType(t *testing.T, std *stddwarf.Data, i Item) {
	want, err := std.Type(stddwarf.Offset(i.entry.Offset))
	require.NoError(t, err, i.Name)
	got := i.Type()
	if size := want.Common().ByteSize; size > 0 && got.Size >= 0 {
		require.Equal(t, size, got.Size, i.Name)
	}
	switch want := want.(type) {
	case *stddwarf.StructType:
		members := got.Details().Members
		require.Len(t, members, len(want.Field), i.Name)
		for n, f := range want.Field {
			require.Equal(t, f.Name, members[n].Name, i.Name)
			if f.BitSize == 0 {
				require.Equal(t, 8*f.ByteOffset, members[n].BitOffset, "%s.%s", i.Name, f.Name)
			}
			require.Equal(t, f.BitSize, members[n].BitSize, "%s.%s", i.Name, f.Name)
			if size := f.Type.Size(); size >= 0 && members[n].Type.Size >= 0 {
				require.Equal(t, size, members[n].Type.Size, "%s.%s", i.Name, f.Name)
			}
			if name := f.Type.Common().Name; name != "" { // it knows none of pointers
				require.Equal(t, name, members[n].Type.Name, "%s.%s", i.Name, f.Name)
			}
		}
	case *stddwarf.EnumType:
		require.Len(t, got.Details().Enumerators, len(want.Val), i.Name)
		for n, v := range want.Val {
			require.Equal(t, v.Val, got.Details().Enumerators[n].Value, i.Name)
		}
	case *stddwarf.ArrayType:
		require.Equal(t, want.Count, got.Details().Count, i.Name)
	}
}
