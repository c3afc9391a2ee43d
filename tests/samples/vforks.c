/* Reads a line, and then waits in state D for a vfork child that sleeps for a minute.
 * Prints "ready", then "child PID" from the child, and "on" when it goes on. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
	char line[80];
	printf("ready\n");
	fflush(stdout);
	if (!fgets(line, sizeof line, stdin))
		return 1;
	pid_t child = vfork();
	if (child == 0) {
		struct timespec t = {60, 0};
		dprintf(1, "child %d\n", getpid());
		nanosleep(&t, NULL);
		_exit(0);
	}
	printf("on\n");
	fflush(stdout);
	for (;;)
		pause();
}
