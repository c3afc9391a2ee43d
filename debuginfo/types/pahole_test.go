package types

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

const layoutsC = `
struct fp_s { int (*one)(int); int (*arr2[2][3])(int *, int [4]); const int a; volatile long b; const volatile int cv;
 struct { int z; } *anonp; enum { EA } *ep; struct { int z; } *arr[3]; union { int y; } uarr[2]; int *volatile vp;
 char **(*rpp)(int **); int zero[0]; int z2[0][3]; };
enum neg { NA = -1, NB = 1 }; enum __attribute__((packed)) tiny { TA };
typedef struct tagged { int a; } tagged_t; typedef enum { T1, T2 = 7 } te; typedef int (*fa)(int); typedef const char *ccp;
typedef struct { int a; char b; struct { long x; char y; }; } anon_t; typedef struct tagged *tp;
struct empty {}; struct bf { int a:3; int :0; int b:4; long c:40; char d; }; struct __attribute__((packed)) pk { char a; int b; long c:5; int d:30; };
union un { struct { int a; char b; }; long c:3; int arr[4]; }; struct al { int a; int b __attribute__((aligned(32))); };
struct __attribute__((aligned(64))) big { char c[100]; struct pk p; struct al al; int tail; }; struct flex { struct opaque *p; int last[]; };
struct bits { unsigned a:1; unsigned b:7; _Bool c:1; unsigned char d; unsigned short e:9; long long f:33; unsigned g:31; char h; };
struct nest { struct { union { int i; struct { char c; long l; } in; }; short s; } deep; char pad[70]; union { long q; char w[3]; }; enum { N1, N2 } en; };
struct mixed { double d; float f; long double ld; __int128 i; _Bool b; char c; short s[3]; _Complex double z; };
struct fp_s s1; enum neg s2; enum tiny s3; tagged_t s4; te s5; fa s6; ccp s7; anon_t s8; tp s9; struct empty s10; struct bf s11; struct pk s12;
union un s13; struct al s14; struct big s15; struct flex s16; struct bits s17; struct nest s18; struct mixed s19;
`

// pahole prints types by name.
func pahole(t testing.TB, path string, names ...string) string {
	t.Helper()
	out, err := exec.Command(need.Command(t, "pahole", "apt-get install dwarves"), "-F", "dwarf", "-C", strings.Join(names, ","), path).Output()
	require.NoError(t, err)
	return string(out)
}

// corrections are lines of pahole 1.24 that are not printed so: it puts the dimensions
// of arrays of function pointers behind their parameters and the qualifiers of
// pointers before what they point to, and indents pointers to enums as nothing else.
var corrections = map[string]string{
	"(*arr2)(int *, int *)[2][3]":    "(*arr2[2][3])(int *, int *)",
	"volatile int *             vp":  "int * volatile             vp",
	"} * ep;                       ": "} * ep;",
}

// TestLayoutsAreThoseOfPahole: all forms of C's types, byte for byte.
func TestLayoutsAreThoseOfPahole(t *testing.T) {
	path := compile(t, "layouts.c", layoutsC)
	p := readProgram(t, path)
	names := strings.Fields("fp_s neg tiny tagged tagged_t te fa ccp anon_t tp empty bf pk un al big flex bits nest mixed")
	for _, n := range names {
		typ, err := p.Type(n)
		require.NoError(t, err, n)
		want := pahole(t, path, n)
		for wrong, right := range corrections {
			want = strings.ReplaceAll(want, wrong, right)
		}
		assert.Equal(t, want, string(AppendLayout(nil, typ)), n)
	}
	t.Logf("%d layouts compared", len(names))
}
