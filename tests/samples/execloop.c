/* Executes itself in a loop, and counts that in a shared file as count.c does. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int fd = argc > 1 ? open(argv[1], O_RDWR | O_CREAT, 0600) : -1;
	if (fd < 0 || ftruncate(fd, 8) != 0)
		return 1;
	volatile unsigned long *count = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (++*count == 1) {
		printf("ready\n");
		fflush(stdout);
	}
	close(fd);
	usleep(3000);
	execv("/proc/self/exe", argv);
	return 1;
}
