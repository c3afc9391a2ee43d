/* Functions of many shapes, to be stopped at each instruction. */
#include <alloca.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define NOINLINE __attribute__((noinline, noclone))
struct big { long a[12]; };
volatile long sink;
static jmp_buf env;

NOINLINE long leaf(long a) { return a * 3 + 1; }
NOINLINE long empty(void) { return 0; }
NOINLINE long six(long a, long b, long c, long d, long e, long f) { return leaf(a) + leaf(b) * c + leaf(d) - e * leaf(f); }
NOINLINE long nine(long a, long b, long c, long d, long e, long f, long g, long h, long i) { return six(a, b, c, d, e, f) + g * leaf(h) + i; }
NOINLINE long frame(long n) { volatile char pad[300]; memset((char *)pad, (int)n, sizeof pad); return leaf(pad[n]) + pad[n + 1]; }
NOINLINE long huge(long n) { volatile char pad[5000]; pad[n] = 1; return leaf(pad[n]); }
NOINLINE long dynamic(long n) { char *p = alloca(n); p[0] = 1; p[n - 1] = 2; sink += leaf(p[0]); return p[n - 1] + empty(); }
NOINLINE long vla(int n) { long v[n]; for (int i = 0; i < n; i++) v[i] = leaf(i); return v[n - 1]; }
NOINLINE long aligned(long n) { volatile char v[64] __attribute__((aligned(64))); v[n] = 1; return leaf(v[n]); }
NOINLINE long many(int n, ...) { va_list l; long s = 0; va_start(l, n); while (n--) s += leaf(va_arg(l, long)); va_end(l); return s; }
NOINLINE struct big structs(struct big b) { b.a[3] += leaf(b.a[2]); return b; }
NOINLINE long choose(int n) {
  switch (n) {
  case 0: return leaf(1);
  case 1: return six(1, 2, 3, 4, 5, 6);
  case 2: sink = 3; return empty();
  case 3: { volatile char pad[64]; pad[0] = 1; return leaf(pad[0]); }
  case 4: return leaf(9) * empty();
  case 5: return -leaf(2);
  case 6: return frame(4);
  }
  return 0;
}
NOINLINE void never(long n) { sink = n; longjmp(env, 1); }
NOINLINE long checks(long n) {
  long s = leaf(n);
  if (n == 3) never(n);
  for (long i = 0; i < n; i++) { s += leaf(i); if (s < 0) abort(); }
  if (s == -1) __builtin_trap();
  return s;
}
NOINLINE long tail(long n) { return checks(n + 1); }
NOINLINE long through(long (*f)(long), long n) { return f(n) + f(n + 1); }
NOINLINE long recurse(long n) { return n <= 0 ? leaf(n) : recurse(n - 1) + recurse(n - 2); }
NOINLINE double floats(double a, double b) { return a * b + (double)leaf((long)a); }
static int compare(const void *a, const void *b) { return (int)leaf(*(const int *)a) - (int)leaf(*(const int *)b); }
NOINLINE long sorts(void) { int v[] = {5, 3, 9, 1}; qsort(v, 4, sizeof v[0], compare); return v[0]; }
NOINLINE long early(long n) { if (n > 5) return n; return six(n, n + 1, n + 2, n + 3, n + 4, n + 5) + frame(n); }

int main(void) {
  struct big b = {{1, 2, 3}};
  sink += nine(1, 2, 3, 4, 5, 6, 7, 8, 9) + frame(2) + huge(3) + dynamic(40) + vla(3) + aligned(5) + many(3, 1L, 2L, 3L);
  sink += structs(b).a[3];
  for (int i = 0; i < 8; i++) sink += choose(i);
  if (!setjmp(env)) sink += checks(3);
  sink += checks(4) + tail(1) + through(leaf, 2) + through(frame, 1) + recurse(3) + (long)floats(1.5, 2.5) + sorts() + early(2) + early(7);
  return 0;
}
