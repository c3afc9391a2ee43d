package types

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
)

var parsed = []struct {
	text, name string
	size       int64
}{
	{"int", "int", 4}, {" unsigned  long int ", "unsigned long", 8}, {"int long unsigned", "unsigned long", 8}, {"long unsigned", "unsigned long", 8},
	{"unsigned", "unsigned int", 4}, {"long", "long", 8}, {"long long", "long long", 8}, {"unsigned long long int", "unsigned long long", 8},
	{"short int", "short", 2}, {"unsigned short", "unsigned short", 2}, {"signed char", "signed char", 1}, {"char unsigned", "unsigned char", 1},
	{"long double", "long double", 16}, {"float", "float", 4}, {"bool", "bool", 1}, {"_Bool", "_Bool", 1}, {"unsigned __int128", "unsigned __int128", 16},
	{"void", "void", -1}, {"void*", "void *", 8}, {"const void *", "const void *", 8}, {"char const*const*", "const char * const *", 8},
	{"struct list_head", "struct list_head", 16}, {"const struct list_head *", "const struct list_head *", 8}, {"list_head [2]", "struct list_head [2]", 32},
	{"char [16]", "char [16]", 16}, {"char[0x10]", "char [16]", 16}, {"int [2][3]", "int [2][3]", 24}, {"int []", "int []", -1}, {"int *[3]", "int *[3]", 24},
	{"int (*)[3]", "int (*)[3]", 8}, {"int (*)(void)", "int (*)(void)", 8}, {"int (*)()", "int (*)()", 8}, {"void (*)(int, char **, ...)", "void (*)(int, char **, ...)", 8},
	{"void (*(*)(int, void (*)(int)))(int)", "void (*(*)(int, void (*)(int)))(int)", 8}, {"int (*(*[4])(const char *))[5]", "int (*(*[4])(const char *))[5]", 32},
	{"int (int a, char *argv[])", "int (int, char *[])", -1}, {"int (*const)(int)", "int (* const)(int)", 8}, {"volatile int * restrict", "volatile int * restrict", 8},
	{"std::vector<int, std::allocator<int> >", "std::vector<int, std::allocator<int> >", 24}, {"std::vector<int,std::allocator<int>> &", "std::vector<int, std::allocator<int> > &", 8},
	{"box< box<int> > *", "box<box<int>> *", 8}, {"::box<box<int>>&&", "box<box<int>> &&", 8}, {"int box<box<int>>::*", "int box<box<int>>::*", 8},
	{"int (box<box<int>>::*)(char)", "int (box<box<int>>::*)(char)", 16}, {"(anonymous namespace)::hid *", "(anonymous namespace)::hid *", 8},
	{"main.T", "main.T", 8}, {"map[string]int", "map[string]int", 8}, {"&str", "&str", 16}, {"main.T *", "main.T *", 8},
}

var unparsed = []struct {
	text, message string
	kind          error
}{
	{"", "a name has 1 to 65536 bytes, not 0", core.ErrInvalid}, {"*", `"*" at byte 0 where the name of a type should be`, core.ErrInvalid},
	{"nothing", "finding type nothing", core.ErrNotFound}, {"struct nothing *", "finding type struct nothing", core.ErrNotFound},
	{"struct *", `"*" at byte 7 where the tag of the struct should be`, core.ErrInvalid}, {"unsigned float", `there is no type "unsigned float"`, core.ErrInvalid},
	{"long long long", `there is no type "long long long"`, core.ErrInvalid}, {"int [", `it ends where "]" should be`, core.ErrInvalid},
	{"int [x]", `"x" at byte 5 where a number of elements should be`, core.ErrInvalid}, {"int )", `")" at byte 4 where the end should be`, core.ErrInvalid},
	{"int (*", `it ends where ")" should be`, core.ErrInvalid}, {"int (*)(int", `it ends where "," should be`, core.ErrInvalid},
	{"int 5", `"5" at byte 4 where the end should be`, core.ErrInvalid}, {"void [3]", "there are no arrays of void", core.ErrInvalid},
	{"vector<int", "< at byte 6 is not closed", core.ErrInvalid}, {"int #", `unexpected '#' at byte 4`, core.ErrInvalid}, {"int int", `there is no type "int int"`, core.ErrInvalid},
	{"const", "it ends where the name of a type should be", core.ErrInvalid}, {"int nothing::*", "finding type nothing", core.ErrNotFound},
	{"int " + strings.Repeat("(*", 100) + strings.Repeat(")", 100), "more than 64 levels of parentheses", core.ErrInvalid},
}

func TestParse(t *testing.T) {
	src := testDictionary()
	for _, row := range parsed {
		typ, err := Parse(src, row.text)
		if assert.NoError(t, err, row.text) {
			assert.Equal(t, row.name, typ.String(), row.text)
			assert.Equal(t, row.size, typ.Size, row.text)
		}
	}
	for _, row := range unparsed {
		_, err := Parse(src, row.text)
		require.ErrorIs(t, err, row.kind, row.text)
		assert.ErrorContains(t, err, row.message)
	}
}

func TestDeclare(t *testing.T) {
	handler := PointerTo(Function(testInt, []Param{{Name: "a", Type: testInt}}, false), 8)
	main := Function(testInt, []Param{{Name: "argc", Type: testInt}, {Name: "argv", Type: PointerTo(PointerTo(testChar, 8), 8)}}, false)
	for want, got := range map[string]string{
		"int (*handler)(int)":             Declare(handler, "handler"),
		"char name[16]":                   Declare(ArrayOf(testChar, 16), "name"),
		"void v":                          Declare(nil, "v"),
		"int main(int argc, char **argv)": Prototype(main, "main"),
		"void f(void)":                    Prototype(Function(nil, nil, false), "f"),
		"int f(int (*cb)(int), ...)":      Prototype(Function(testInt, []Param{{Name: "cb", Type: handler}}, true), "f"),
		"char *(*get(int n))(int)":        Prototype(Function(PointerTo(Function(PointerTo(testChar, 8), []Param{{Type: testInt}}, false), 8), []Param{{Name: "n", Type: testInt}}, false), "get"),
		"x map[string]int":                Declare(&Type{Kind: Pointer, Name: "map[string]int", Lang: Go}, "x"),
		"x: &str":                         Declare(&Type{Kind: Struct, Name: "&str", Lang: Rust}, "x"),
		"struct {...} x":                  Declare(&Type{Kind: Struct}, "x"),
		"Foo x":                           Declare(&Type{Kind: Class, Name: "Foo", Lang: CPlus}, "x"),
		"<unknown type> *p":               Declare(PointerTo(&Type{Size: -1}, 8), "p"),
		"member pointer, rvalue reference, kind 99": MemberPointer.String() + ", " + RvalueReference.String() + ", " + Kind(99).String(),
	} {
		assert.Equal(t, want, got)
	}
}
