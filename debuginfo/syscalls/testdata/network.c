// network talks to itself: TCP and UDP over IPv4 and IPv6, Unix sockets with
// control messages, netlink, and the waiting calls on them.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

static void tcp(int family, void *addr, socklen_t len) {
	int one = 1, s = socket(family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
	struct linger l = {1, 2};
	struct timeval tv = {1, 500000};
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	setsockopt(s, SOL_SOCKET, SO_LINGER, &l, sizeof l);
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
	setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	bind(s, addr, len);
	listen(s, 5);
	getsockname(s, addr, &len);
	int c = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	connect(c, addr, len);
	struct sockaddr_storage peer;
	socklen_t plen = sizeof peer;
	int a = accept4(s, (void *)&peer, &plen, SOCK_NONBLOCK);
	char buf[64];
	send(c, "GET / HTTP/1.0\r\n\r\n", 18, MSG_NOSIGNAL);
	struct iovec v[2] = {{"hello ", 6}, {"\0world\377", 7}};
	writev(c, v, 2);
	recv(a, buf, sizeof buf, MSG_PEEK | MSG_DONTWAIT);
	int ep = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event ev = {EPOLLIN | EPOLLET, {.u64 = 42}}, evs[4];
	epoll_ctl(ep, EPOLL_CTL_ADD, a, &ev);
	epoll_wait(ep, evs, 4, 10);
	epoll_ctl(ep, EPOLL_CTL_DEL, a, 0);
	struct pollfd p[2] = {{a, POLLIN | POLLPRI}, {-1, POLLOUT}};
	poll(p, 2, 10);
	fd_set r, w;
	FD_ZERO(&r);
	FD_ZERO(&w);
	FD_SET(a, &r);
	FD_SET(c, &w);
	select((a > c ? a : c) + 1, &r, &w, 0, &tv);
	shutdown(c, SHUT_WR);
	close(ep), close(a), close(c), close(s);
}

int main(void) {
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	tcp(AF_INET, &in, sizeof in);
	tcp(AF_INET6, &in6, sizeof in6);
	int u = socket(AF_INET, SOCK_DGRAM, 0);
	in.sin_port = htons(9);
	sendto(u, "datagram", 8, MSG_CONFIRM, (void *)&in, sizeof in);
	int pair[2], pipefd[2];
	socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair);
	pipe2(pipefd, 02000000);
	char control[CMSG_SPACE(2 * sizeof(int))] = {0};
	struct iovec iov = {"with descriptors", 16};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	c->cmsg_level = SOL_SOCKET, c->cmsg_type = SCM_RIGHTS, c->cmsg_len = CMSG_LEN(2 * sizeof(int));
	memcpy(CMSG_DATA(c), pipefd, sizeof pipefd);
	sendmsg(pair[0], &msg, MSG_NOSIGNAL);
	recvmsg(pair[1], &msg, MSG_CMSG_CLOEXEC);
	struct sockaddr_un un = {AF_UNIX, "\0stackfs-test"};
	int s = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	bind(s, (void *)&un, 15);
	int n = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct sockaddr_nl nl = {.nl_family = AF_NETLINK, .nl_groups = 1};
	bind(n, (void *)&nl, sizeof nl);
	int e = eventfd(3, EFD_NONBLOCK), t = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	struct itimerspec its = {{0, 0}, {0, 1000000}};
	timerfd_settime(t, 0, &its, 0);
	long v = 1;
	write(e, &v, 8);
	read(t, &v, 8);
	return 0;
}
