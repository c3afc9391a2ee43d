#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
/* Blocks in a handler that runs on its own stack when argv[1] is given. */
static void handler(int s) { char c; puts("ready"); fflush(stdout); read(0, &c, 1); (void)s; }
__attribute__((noinline)) void crash(volatile int *p) { *p = 1; }
int main(int argc, char **argv) {
  struct sigaction sa = {.sa_handler = handler};
  if (argc > 1) {
    stack_t ss = {.ss_sp = malloc(65536), .ss_size = 65536};
    sigaltstack(&ss, 0);
    sa.sa_flags = SA_ONSTACK;
  }
  sigaction(SIGSEGV, &sa, 0);
  crash((int *)8);
}
