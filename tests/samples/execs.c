/* Executes itself again and again, from a thread that is not the first one, with other
 * threads running. Arguments: how often, and whether to wait for a line of input before. Prints "ready N" each time, then sleeps. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char **args;

static void *idle(void *arg) {
	for (;;)
		pause();
	return arg;
}

static void *again(void *arg) {
	static char number[16];
	int left = atoi(args[1]);
	if (args[2])
		getchar();
	else
		usleep(2000);
	snprintf(number, sizeof number, "%d", left - 1);
	char *next[] = {args[0], number, 0};
	execv("/proc/self/exe", next);
	return arg;
}

int main(int argc, char **argv) {
	pthread_t t;
	if (argc < 2)
		return 2;
	args = argv;
	printf("ready %s\n", argv[1]);
	fflush(stdout);
	pthread_create(&t, 0, idle, 0);
	if (atoi(argv[1]) > 0)
		pthread_create(&t, 0, again, 0);
	for (;;)
		sleep(1000);
}
