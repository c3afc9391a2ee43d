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
}
