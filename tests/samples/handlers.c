/* Says which signals its handlers got: "got N" a line; prints "ready" first, and in
 * between "sum 0x..." of its own data and counts every 20 ms if it has an argument. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static volatile unsigned char checked_data[4096];
static volatile sig_atomic_t got[65];

static void handle(int n) { got[n]++; }

static unsigned long sum(void)
{
	unsigned long h = 14695981039346656037UL;
	for (size_t i = 0; i < sizeof checked_data; i++)
		h = (h ^ checked_data[i]) * 1099511628211UL;
	return h;
}

int main(int argc, char **argv)
{
	struct sigaction a;
	(void)argv;
	memset(&a, 0, sizeof a);
	a.sa_handler = handle;
	for (int n = 1; n < 32; n++)
		if (n != SIGKILL && n != SIGSTOP && n != SIGSEGV && n != SIGTSTP && n != SIGCONT)
			sigaction(n, &a, NULL);
	for (size_t i = 0; i < sizeof checked_data; i++)
		checked_data[i] = (unsigned char)(i * 31);
	printf("ready\n");
	for (;;) {
		for (int n = 1; n < 65; n++)
			for (; got[n] > 0; got[n]--)
				printf("got %d\n", n);
		if (argc > 1)
			printf("sum 0x%lx\n", sum());
		fflush(stdout);
		usleep(20000);
	}
}
