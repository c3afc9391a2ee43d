<<<<<<< HEAD
/* Threads that are born and die at a high rate, from four others. Counts in a shared
 * file as count.c does; prints "ready". */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static volatile unsigned long *count;

static void *die(void *arg)
{
	usleep(300);
	__atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
	return arg;
}

static void *bear(void *arg)
{
	pthread_t t;
	for (;;)
		if (pthread_create(&t, NULL, die, NULL) == 0)
			pthread_join(t, NULL);
	return arg;
}

int main(int argc, char **argv)
{
	int fd = argc > 1 ? open(argv[1], O_RDWR | O_CREAT, 0600) : -1;
	if (fd < 0 || ftruncate(fd, 8) != 0)
		return 1;
	count = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	pthread_t t;
	for (int i = 0; i < 4; i++)
		pthread_create(&t, NULL, bear, NULL);
	printf("ready\n");
	fflush(stdout);
	for (;;)
		pause();
=======
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
>>>>>>> main
}
