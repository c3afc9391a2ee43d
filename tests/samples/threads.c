/* Three threads beside main: one runs, one sleeps in epoll_wait, one in read of a pipe.
 * Prints "ready 0xADDR" with the address of a piece of code that is never run. */
#include <pthread.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

static volatile long turns;
static int never[2];

__attribute__((noinline)) long unused_code(long x) { return x * 41 + 7; }

static void *spin(void *arg) {
	for (;;) {
		turns++;
		if ((turns & 0xfffff) == 0)
			usleep(1000);
	}
	return arg;
}

static void *wait_epoll(void *arg) {
	struct epoll_event e;
	int fd = epoll_create1(0);
	for (;;)
		epoll_wait(fd, &e, 1, -1);
	return arg;
}

static void *wait_read(void *arg) {
	char c;
	while (read(never[0], &c, 1) != 0)
		;
	return arg;
}

int main(void) {
	pthread_t t;
	if (pipe(never))
		return 1;
	pthread_create(&t, 0, spin, 0);
	pthread_create(&t, 0, wait_epoll, 0);
	pthread_create(&t, 0, wait_read, 0);
	usleep(20000);
	printf("ready %p\n", (void *)unused_code);
	fflush(stdout);
	for (;;)
		sleep(1000);
}
