/* Blocks in one system call that returns EINTR whenever it is interrupted, and
 * counts how often it did and how often its SIGUSR1 handler ran.
 * Usage: eintr CALL. Prints "ready"; on SIGUSR2, by a line "counts EINTR HANDLER OTHER". */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <linux/aio_abi.h>
#include <unistd.h>

static volatile sig_atomic_t handled, report;
static void on_usr1(int s) { (void)s; handled++; }
static void on_usr2(int s) { (void)s; report = 1; }

int main(int argc, char **argv) {
	const char *call = argc > 1 ? argv[1] : "epoll_wait";
	struct sigaction a = {.sa_handler = on_usr1, .sa_flags = SA_RESTART}, b = {.sa_handler = on_usr2};
	struct epoll_event ev;
	struct timespec hour = {3600, 0};
	struct timeval hour_tv = {3600, 0};
	struct sembuf op = {0, -1, 0};
	struct { long type; char text[8]; } msg;
	struct io_event done;
	sigset_t wanted, empty;
	aio_context_t aio = 0;
	char buf[4096];
	int pair[2];
	long interrupted = 0, other = 0, result;

	sigaction(SIGUSR1, &a, 0);
	sigaction(SIGUSR2, &b, 0);
	int ep = epoll_create1(0);
	int sem = semget(IPC_PRIVATE, 1, 0600), queue = msgget(IPC_PRIVATE, 0600);
	int watch = inotify_init1(0);
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &hour_tv, sizeof hour_tv);
	syscall(SYS_io_setup, 1, &aio);
	sigemptyset(&wanted);
	sigemptyset(&empty);
	sigaddset(&wanted, SIGRTMIN + 1);
	sigprocmask(SIG_BLOCK, &wanted, 0);
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		if (!strcmp(call, "epoll_wait")) result = epoll_wait(ep, &ev, 1, -1);
		else if (!strcmp(call, "epoll_pwait")) result = epoll_pwait(ep, &ev, 1, -1, &empty);
		else if (!strcmp(call, "semtimedop")) result = semtimedop(sem, &op, 1, &hour);
		else if (!strcmp(call, "sigtimedwait")) result = sigtimedwait(&wanted, 0, &hour);
		else if (!strcmp(call, "msgrcv")) result = msgrcv(queue, &msg, 8, 0, 0);
		else if (!strcmp(call, "inotify")) result = read(watch, buf, sizeof buf);
		else if (!strcmp(call, "recv")) result = recv(pair[0], buf, 1, 0);
		else if (!strcmp(call, "io_getevents")) result = syscall(SYS_io_getevents, aio, 1, 1, &done, 0);
		else if (!strcmp(call, "poll")) result = poll(0, 0, -1);
		else return 2;
		if (result == -1 && errno == EINTR && !report)
			interrupted++;
		else if (!report)
			other++;
		if (report) {
			report = 0;
			printf("counts %ld %d %ld\n", interrupted, (int)handled, other);
			fflush(stdout);
			if (argc > 2) {
				semctl(sem, 0, IPC_RMID);
				msgctl(queue, IPC_RMID, 0);
				return 0;
			}
		}
	}
}
