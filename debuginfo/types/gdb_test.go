package types

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

// gdb runs commands that answer with one line each.
func gdb(t testing.TB, path, language string, commands []string) []string {
	t.Helper()
	need.Command(t, "gdb", "apt-get install gdb")
	script := filepath.Join(t.TempDir(), "script")
	var b strings.Builder
	fmt.Fprintf(&b, "set width 0\nset language %s\n", language)
	for _, c := range commands {
		fmt.Fprintf(&b, "python\ntry:\n  print(gdb.execute(%q, to_string=True).strip().replace('\\n', ' '))\nexcept gdb.error as e:\n  print('error:', e)\nend\n", c)
	}
	require.NoError(t, os.WriteFile(script, []byte(b.String()), 0o600))
	out, err := exec.Command("gdb", "-nx", "-q", "-batch", "-x", script, path).Output()
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	require.Len(t, lines, len(commands), "%s", out)
	return lines
}

const sampleC = `
struct s { unsigned long a; long b; unsigned char c; short unsigned d; long long e; unsigned long long f;
 int (*h)(unsigned long, ...); char *n[3]; int (*arr[4])(void); int (*parr)[4]; const char *const q; volatile int *v;
 enum { A1, B1 } e1; union { int x; float y; }; _Bool bb; __int128 i; double _Complex z; long double ld; int m[2][3];
 signed char sc; int *restrict r; struct s *self; int flex[]; };
struct s x;
typedef int v4 __attribute__((vector_size(16))); v4 vv; int __attribute__((vector_size(16))) v5;
int __attribute__((vector_size(16))) *v6; int __attribute__((vector_size(16))) v7[3]; const v4 v8;
typedef int (*fp)(int, char **); fp ff; fp (*ret)(fp); void (*(*sig)(int, void(*)(int)))(int);
typedef struct { int a; } anon_t; anon_t an; struct { int q; } noname; enum { Z1 } ze; union { int a; } un; int (*noproto)();
struct opaque *op; enum color { RED, GREEN = -5 } col; union named { int a; long b; } nu;
short sh; unsigned ui; long long unsigned llu; _Float128 f128; __float128 ff128; _Complex float cf; unsigned char uc;
const volatile int cvi; int *volatile const restrict qq; void *vp; const void *cvp; const int ca[3]; volatile const char *const *vcc;
char str[16]; char *argv[10]; char grid[3][4][5]; int (*(*deep)(int (*)[3], const struct s *))[7]; void (*vf[2][3])(void);
const char *(*table[])(enum color, union named *) = {0}; int *const *volatile *ppp; unsigned short int us; long li;
int main(int argc, char **argv) { return 0; }
void bar(const char *fmt, ...) {}
static anon_t *give(const struct s *s, enum color c, fp callback) { return 0; }
void *keep[] = {give};
struct s *many(int a[], char (*b)[4], void f(int), const volatile long *const c, struct { int z; } *d) { return 0; }
`

const sampleCPlus = `
#include <vector>
#include <string>
#include <map>
namespace ns {
struct base { int b; virtual ~base(); virtual int vf(int) const = 0; static int count; };
template<typename T, int N> class box : public base, private virtual std::vector<T> {
public: T v[N]; protected: int p; private: long q:3; public: box(int); explicit operator bool() const; int operator()(int a, const char*b) volatile;
 static int sm(T&&); typedef T value_type; enum class color : unsigned char { red, green=5 }; color c; struct inner { int z; } in;
 union { int u1; float u2; }; T &ref; int base::*mp; int (base::*mf)(int) const; int base::*arr[3]; };
typedef int number; number counter; namespace deep { struct thing { int a; } t; thing *list[3]; }
}
ns::base::~base() {} int ns::base::count; template class ns::box<int, 4>;
enum class E2 { a, b }; E2 e2; int &rr = ns::base::count; int &&rv = 5; std::string str; char16_t c16; wchar_t wc; char32_t c32; bool bb;
int (*fptr)(int &, std::string const &); ns::box<int, 4> *pb; struct Plain { int a; bool b; char c[3]; Plain *next; }; Plain pl;
class Cls { int x; public: int y; void m(); int n(int a, char b) const; static void s(Plain *); }; Cls cl; const Cls *ccl; union UU { int a; float b; } uu;
void Cls::m() {} int Cls::n(int a, char b) const { return 0; } void Cls::s(Plain *) {}
std::map<std::string, std::vector<int>> mm; int func(Cls &a, const Cls *b, int n, ns::deep::thing &&r) { return n; }
int Plain::*pmem; int (Cls::*pmf)(int, char) const; struct { int a; } nameless; ns::box<int, 4>::color col; ns::box<int, 4>::inner *inn;
namespace { struct hidden { int h; } hid; } hidden *hp = &hid; const char *const names[] = {"a"}; Plain (*(&ra))[2] = *(Plain (**)[2])0;
`

// members are those of a record, or of one that is pointed to, but what gdb needs a
// process for and names that it writes in its own way.
func members(name string, t *Type, yield func(expression string, m *Type)) {
	dot := "."
	if t.Kind == Pointer {
		t, dot = t.Elem(), "->"
	}
	if t == nil || !t.IsRecord() || strings.HasPrefix(t.Name, "std::") {
		return
	}
	for _, m := range t.Details().Members {
		if m.Name != "" && !m.Artificial && !m.Static {
			yield(name+dot+m.Name, m.Type)
		}
	}
}

var whatis = regexp.MustCompile(`^type = `)

// TestNamesAreThoseOfGDB: whatis of every global and of every member of the samples'
// records; the names parse to types of the same name and of the size that gdb has. Not
// compared is std::map, in whose name gdb writes pair<K const, V> for pair<const K, V>.
func TestNamesAreThoseOfGDB(t *testing.T) {
	for name, text := range map[string]string{"sample.c": sampleC, "sample.cc": sampleCPlus} {
		t.Run(name, func(t *testing.T) {
			path := compile(t, name, text)
			p := readProgram(t, path)
			language := "c"
			if p.lang == CPlus {
				language = "c++"
			}
			globals := p.globals()
			names := slices.DeleteFunc(slices.Sorted(maps.Keys(globals)), func(s string) bool {
				return strings.ContainsAny(s, "<(") || strings.HasPrefix(s, "std::") || strings.HasPrefix(s, "__") || s == "mm"
			})
			var commands []string
			var got []*Type
			for _, n := range names {
				commands = append(commands, "whatis "+n)
				got = append(got, globals[n])
				members(n, globals[n], func(expression string, m *Type) {
					commands = append(commands, "whatis "+expression)
					got = append(got, m)
				})
			}
			var sizes []string
			compared := 0
			for i, line := range gdb(t, path, language, commands) {
				want := whatis.ReplaceAllString(line, "")
				if got[i].Kind == Typedef {
					want = strings.TrimSpace(want)
				}
				compared++
				if assert.Equal(t, want, got[i].String(), commands[i]) {
					sizes = append(sizes, want)
				}
			}
			t.Logf("%d names compared", compared)
			checkParse(t, p, path, language, slices.Compact(slices.Sorted(slices.Values(sizes))))
		})
	}
}

// checkParse parses names back and compares sizes.
func checkParse(t *testing.T, p *program, path, language string, names []string) {
	var commands []string
	var got []*Type
	for _, n := range names {
		if strings.Contains(n, "{...}") || strings.Contains(n, "__attribute__") {
			continue
		}
		typ, err := Parse(p, n)
		if !assert.NoError(t, err, n) {
			continue
		}
		assert.Equal(t, n, typ.String())
		if typ.Kind != Func && typ.Size >= 0 && typ.Kind != Reference && typ.Kind != RvalueReference {
			commands = append(commands, fmt.Sprintf("output sizeof(%s)", n))
			got = append(got, typ)
		}
	}
	for i, line := range gdb(t, path, language, commands) {
		if strings.HasPrefix(line, "error: ") { // gdb cannot parse all that it prints: int C::*, complex float
			continue
		}
		assert.Equal(t, line, fmt.Sprint(got[i].Size), commands[i])
	}
	t.Logf("%d names parsed, %d sizes compared", len(names), len(got))
}
