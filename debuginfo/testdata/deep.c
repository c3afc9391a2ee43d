#include <stdio.h>
#include <unistd.h>
/* 20 levels of recursion, then a blocking read in libc. */
__attribute__((noinline)) int down(int n) {
  volatile char pad[64]; pad[0] = n;
  if (n == 0) { char c; return read(0, &c, 1) + pad[0]; }
  return down(n - 1) + pad[0];
}
int main(void) { puts("ready"); fflush(stdout); return down(18); }
