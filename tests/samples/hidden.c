/* A library, and with -DCALLER the program that calls it, for a test of programs
 * whose files are in another mount namespace. */
#include <stdio.h>
#include <unistd.h>
int hidden_wait(int n);
#ifdef CALLER
int main(void)
{
	printf("ready\n");
	fflush(stdout);
	return hidden_wait(1) + 1;
}
#else
int hidden_wait(int n)
{
	for (;;)
		n += pause();
	return n;
}
#endif
