/* All sorts of C types, variables and functions, for every form of debug info. */
#include <stdarg.h>
struct s { unsigned long a; long b; unsigned char c; short unsigned d; long long e; unsigned long long f;
  int (*h)(unsigned long, ...); char *n[3]; int (*arr[4])(void); int (*parr)[4]; const char *const q; volatile int *v;
  enum { A1, B1 } e1; union { int x; float y; }; _Bool bb; double _Complex z; long double ld; int m[2][3];
  signed char sc; int *restrict r; struct s *self; struct { int deep : 3; long long wide : 40; } bits; int flex[]; };
struct bf { int a : 3; int : 0; int b : 4; unsigned long long c : 40; char d; unsigned e : 1, f : 31; };
struct __attribute__((packed)) pk { char a; int b; long c : 5; int d : 30; };
union un { struct { int a; char b; }; long c : 3; int arr[4]; };
struct __attribute__((aligned(64))) big { char c[100]; struct pk p; int tail; };
enum color { RED, GREEN = -5, BLUE = 1000000 };
enum flags { F1 = 1, F2 = 2, F4 = 4, TOP = 0x80000000 };
enum wide { W = 0x7fffffffffffffff };
typedef int (*fp)(int, char **);
typedef struct { int a; struct opaque *op; } anon_t;
typedef enum { T1, T2 = 7 } te;
typedef int v4 __attribute__((vector_size(16)));
struct s x; struct bf y; struct pk pk; union un un; struct big big; enum color col; enum flags fl; enum wide wi; fp ff; anon_t an; te tt; v4 vv;
int grid[3][4][5]; void (*(*sig)(int, void (*)(int)))(int); const volatile int cvi = 3; int *volatile const qq; const struct s *const *ppp;
const char *(*table[2])(enum color, union un *); char str[16] = "text"; static const double ratio = 2.5; static long counter; __thread int perthread = 4;
struct { int q; } noname; extern int elsewhere; unsigned short us; float fl32; int (*(*deepp)(int (*)[3], const struct s *))[7];
static inline __attribute__((always_inline)) int twice(int n) { return n * 2 + us; }
static inline __attribute__((always_inline)) int inlined(int first, int second) {
  int sum = twice(first);
  return sum + twice(second) + (int)counter;
}
static __attribute__((noinline)) int local(struct s *p, enum color c) {
  static int calls;
  calls += c;
  return inlined(p->sc, calls);
}
__attribute__((noinline)) int unused(int used, int unused, char *text) { return inlined(used, 3) + text[0]; }
__attribute__((noinline)) int many(int n, ...) { va_list l; va_start(l, n); int s = va_arg(l, int); va_end(l); return s; }
__attribute__((noinline)) anon_t give(const struct s *s, fp callback, int v[], int (*g)[4]) { anon_t a = { v[0] + callback(g[0][1], 0), 0 }; return a; }
__attribute__((noinline)) void nothing(void) { counter += ratio; }
int oldstyle() { return many(2, 3, 4); }
int main(int argc, char **argv) {
  int g[2][4] = {{argc}};
  nothing();
  perthread++;
  return local(&x, RED) + unused(argc, 2, str) + oldstyle() + (argc > 5 ? give(&x, ff, g[0], g).a : 0);
}
