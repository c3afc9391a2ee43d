#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
/* A timer interrupts clock_gettime until the handler finds itself above the vdso. */
static unsigned long low, high;
static void handler(int s, siginfo_t *i, void *u) {
  unsigned long pc = ((unsigned long *)u)[5 + 16];
  char c;
  if (pc < low || pc >= high) { ualarm(300, 0); return; }
  puts("ready"); fflush(stdout); read(0, &c, 1);
}
int main(void) {
  struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
  char line[256]; FILE *f = fopen("/proc/self/maps", "r");
  while (fgets(line, sizeof line, f)) { char p[64] = ""; sscanf(line, "%lx-%lx %*s %*s %*s %*s %63s", &low, &high, p); if (p[0] == '[' && p[1] == 'v' && p[2] == 'd') break; }
  sigaction(SIGALRM, &sa, 0);
  ualarm(300, 0);
  struct timespec t;
  for (;;) clock_gettime(CLOCK_MONOTONIC, &t);
}
