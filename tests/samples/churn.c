/* Threads are born and die as fast as they can, eight at a time. Prints "ready"; a
 * line of input ends it with "done" after all threads are joined. */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static void *work(void *arg) {
	volatile long x = 0;
	for (int i = 0; i < 2000; i++)
		x += i;
	return arg;
}

int main(void) {
	pthread_t t[8];
	struct pollfd in = {0, POLLIN, 0};
	printf("ready\n");
	fflush(stdout);
	while (poll(&in, 1, 0) == 0) {
		for (int i = 0; i < 8; i++)
			if (pthread_create(&t[i], 0, work, 0))
				return 1;
		for (int i = 0; i < 8; i++)
			pthread_join(t[i], 0);
		usleep(200);
	}
	printf("done\n");
	return 0;
}
