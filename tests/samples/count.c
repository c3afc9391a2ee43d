/* Counts in a shared file of 8 bytes, so that a test sees that the program runs
 * without asking it. Two threads; prints "ready". Further arguments are files that
 * it maps as code and does not touch. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static void *wait_read(void *arg)
{
	int pipe_ends[2];
	char c;
	if (pipe(pipe_ends) == 0)
		while (read(pipe_ends[0], &c, 1) != 0)
			;
	return arg;
}

int main(int argc, char **argv)
{
	int fd = argc > 1 ? open(argv[1], O_RDWR | O_CREAT, 0600) : -1;
	if (fd < 0 || ftruncate(fd, 8) != 0)
		return 1;
	volatile unsigned long *count = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	pthread_t t;
	if (count == MAP_FAILED || pthread_create(&t, NULL, wait_read, NULL) != 0)
		return 1;
	for (int i = 2; i < argc; i++)
		if (mmap(NULL, 1 << 16, PROT_READ | PROT_EXEC, MAP_PRIVATE, open(argv[i], O_RDONLY), 0) == MAP_FAILED)
			return 1;
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		++*count;
		usleep(1000);
	}
}
