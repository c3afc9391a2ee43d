#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
static pthread_barrier_t b;
static void *wait_here(void *x) { char c; pthread_barrier_wait(&b); read(0, &c, 1); return x; }
int main(void) {
  pthread_t t[8];
  pthread_barrier_init(&b, 0, 9);
  for (int i = 0; i < 8; i++) pthread_create(&t[i], 0, wait_here, 0);
  pthread_barrier_wait(&b);
  usleep(100000);
  puts("ready"); fflush(stdout);
  for (int i = 0; i < 8; i++) pthread_join(t[i], 0);
}
