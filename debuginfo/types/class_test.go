package types

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const classesCPlus = `
struct A { int a; virtual ~A(); virtual void f(int x) const; static const int sc = 4; static int sv; };
struct B : A { char b; struct In { int q; } in; B(int); };
class C : public virtual A, protected B { public: int c:3; unsigned d:5; private: void priv(); protected: long e; int &r; int B::*pm;
 int (B::*mf)(int); static void st(); template<typename T> T tm(T *p); operator bool() const; enum class K : char { P = 1 } k; };
A::~A() {} void A::f(int) const {} C *c; B b(1);
struct E {}; struct F : E { int x; }; F f; struct I { int a; private: int b; public: int c; union { int u; char w; }; }; I i;
union U { int a; U *n; void m(); }; U u; namespace n { template<typename T> struct box { T v; box(const box &); }; } int use(C *c, n::box<long> *x) { return c->d + x->v; }
`

// TestClasses: what C has not, in the text's own form, pahole's for members and gdb's
// for methods. STACKFS_UPDATE=1 writes the golden again.
func TestClasses(t *testing.T) {
	p := readProgram(t, compile(t, "classes.cc", classesCPlus, "-femit-class-debug-always"))
	var got []byte
	for _, name := range []string{"A", "B", "C", "E", "F", "I", "U", "n::box<long int>", "C::K"} {
		typ, err := p.Type(name)
		require.NoError(t, err, name)
		got = AppendLayout(got, typ)
	}
	golden := filepath.Join("testdata", "classes.golden")
	if os.Getenv("STACKFS_UPDATE") != "" {
		require.NoError(t, os.WriteFile(golden, got, 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))
}
