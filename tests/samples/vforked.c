/* Waits in state D: the parent of a vfork child that sleeps until it gets a line of
 * input. Prints "ready" before and "done" after. */
#include <stdio.h>
#include <unistd.h>

int main(void) {
	printf("ready\n");
	fflush(stdout);
	if (vfork() == 0) {
		char c;
		while (read(0, &c, 1) == 1 && c != '\n')
			;
		_exit(0);
	}
	printf("done\n");
	fflush(stdout);
	for (;;)
		pause();
}
