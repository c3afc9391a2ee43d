/* deep THREADS DEPTH: threads that stand DEPTH calls deep in pause(2). */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int depth;
static volatile int sink;

__attribute__((noinline)) static void down(int n)
{
	if (n > 0)
		down(n - 1);
	else
		pause();
	sink = n; /* no tail call */
}

static void *run(void *arg)
{
	(void)arg;
	down(depth);
	return NULL;
}

int main(int argc, char **argv)
{
	int threads = argc > 1 ? atoi(argv[1]) : 4;
	depth = argc > 2 ? atoi(argv[2]) : 10;
	for (int i = 1; i < threads; i++) {
		pthread_t t;
		pthread_attr_t a;
		pthread_attr_init(&a);
		pthread_attr_setstacksize(&a, 256 << 10);
		if (pthread_create(&t, &a, run, NULL) != 0)
			return 1;
	}
	printf("%d\n", getpid());
	fflush(stdout);
	run(NULL);
	return 0;
}
