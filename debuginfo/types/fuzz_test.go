package types

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
)

// A dictionary is a source of a few types.
type dictionary map[string]*Type

func (d dictionary) Type(name string) (*Type, error) {
	if t := d[name]; t != nil {
		return t, nil
	}
	return nil, core.Errorf(core.ErrNotFound, "finding type %s: there is none", name)
}

func testDictionary() dictionary {
	list := record("list_head", 16)
	vector := &Type{Kind: Class, Name: "std::vector<int, std::allocator<int> >", Size: 24, Lang: CPlus}
	clang := &Type{Kind: Class, Name: "box<box<int>>", Size: 8, Lang: CPlus}
	return dictionary{
		"int": testInt, "char": testChar, "struct list_head": list, "list_head": list,
		"long unsigned int": {Kind: Int, Name: "long unsigned int", Size: 8}, vector.Name: vector, clang.Name: clang,
		"main.T": {Kind: Struct, Name: "main.T", Size: 8, Lang: Go}, "map[string]int": {Kind: Pointer, Name: "map[string]int", Size: 8, Lang: Go},
		"&str":                       {Kind: Struct, Name: "&str", Size: 16, Lang: Rust},
		"(anonymous namespace)::hid": {Kind: Struct, Name: "(anonymous namespace)::hid", Size: 4, Lang: CPlus},
	}
}

func FuzzParse(f *testing.F) {
	for _, row := range parsed {
		f.Add(row.text)
	}
	for _, row := range unparsed {
		f.Add(row.text)
	}
	src := testDictionary()
	f.Fuzz(func(t *testing.T, text string) {
		typ, err := Parse(src, text)
		require.Equal(t, err == nil, typ != nil)
		if err != nil {
			return
		}
		_ = typ.String()
		AppendLayout(nil, typ)
		Describe(typ)
	})
}

// FuzzLayout makes records of bytes: every two are a member's type and place.
func FuzzLayout(f *testing.F) {
	f.Add([]byte{0, 0, 1, 4, 0x12, 0, 0x23, 9, 0x34, 3, 5, 60})
	f.Fuzz(func(t *testing.T, b []byte) {
		var all []*Type
		typ := testInt
		var members []Member
		for len(b) >= 2 {
			elem := typ
			if int(b[1]) < len(all) {
				elem = all[b[1]]
			}
			switch b[0] & 7 {
			case 0:
				typ = record("", int64(b[1]), members...)
				members = nil
			case 1:
				typ = PointerTo(elem, 8)
			case 2:
				typ = ArrayOf(elem, int64(b[1])-1)
			case 3:
				typ = Function(elem, []Param{{Type: typ}, {Type: elem, Artificial: b[1]&1 != 0}}, b[1]&2 != 0)
			case 4:
				typ = Qualify(elem, Const+Kind(b[1]&3))
			default:
				members = append(members, Member{Name: "m", Type: elem, BitOffset: int64(b[1]) * 4, BitSize: int64(b[0] >> 5), Base: b[0]&16 != 0, Virtual: b[0]&8 != 0})
			}
			all = append(all, typ)
			b = b[2:]
		}
		AppendLayout(nil, typ)
		Describe(typ)
		Diff(typ, testInt)
	})
}
