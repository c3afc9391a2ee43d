/* Counts the signals it gets: SIGINT, SIGTRAP, SIGUSR1 from outside, SIGALRM from a
 * timer of 5 ms, SIGCHLD from children that it forks. Prints "ready"; on a line of
 * input "counts INT TRAP USR1 ALRM_BAD CHILDREN_BAD" and goes on. ALRM_BAD is 1 if the timer
 * does not run, CHILDREN_BAD counts children that did not end with 7. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t got[65];
static void count(int s) { got[s]++; }

int main(void) {
	int numbers[] = {SIGINT, SIGTRAP, SIGUSR1, SIGALRM, SIGCHLD}, bad = 0;
	struct itimerval timer = {{0, 5000}, {0, 5000}};
	char line[64];
	for (int i = 0; i < 5; i++) {
		struct sigaction a = {.sa_handler = count, .sa_flags = SA_RESTART};
		sigaction(numbers[i], &a, 0);
	}
	setitimer(ITIMER_REAL, &timer, 0);
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		struct pollfd in = {0, POLLIN, 0};
		if (poll(&in, 1, 20) == 1) {
			if (read(0, line, sizeof line) <= 0)
				return 0;
			int alarms = got[SIGALRM];
			for (int i = 0; i < 1000 && got[SIGALRM] == alarms; i++)
				usleep(1000);
			printf("counts %d %d %d %d %d\n", got[SIGINT], got[SIGTRAP], got[SIGUSR1], got[SIGALRM] == alarms, bad);
			fflush(stdout);
		}
		int status = 0;
		pid_t child = fork();
		if (child == 0)
			_exit(7);
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 7)
			bad++;
	}
}
