/* The program of stackfs demo: a small kitchen. Two cooks take orders from a queue
 * and cook them, a waiter makes the orders, a porter waits at the door (a pipe that
 * nobody writes to), a clock strikes. It runs until it is told to end. */
#define _GNU_SOURCE /* pthread_setname_np */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum dish { SOUP, BREAD, CAKE };

struct order {
	int table;
	enum dish dish;
	const char *name;
};

static struct order queue[16];
static unsigned head, tail;
static pthread_mutex_t hatch = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ready = PTHREAD_COND_INITIALIZER;
static int door[2];
volatile unsigned long served;
char greeting[64] = "welcome to the kitchen";

static void rest(long milliseconds)
{
	struct timespec t = { milliseconds / 1000, milliseconds % 1000 * 1000000 };
	nanosleep(&t, NULL);
}

__attribute__((noinline)) static unsigned knead(unsigned dough, int times)
{
	if (times == 0) {
		rest(20);
		return dough;
	}
	return knead(dough * 31 + times, times - 1) + 1;
}

__attribute__((noinline)) static void cook(struct order *o)
{
	unsigned dough = o->dish == SOUP ? 0 : knead(o->table, 3 + o->dish);
	rest(10 + dough % 10);
	served++;
}

static void *cooks(void *unused)
{
	for (;;) {
		pthread_mutex_lock(&hatch);
		while (head == tail)
			pthread_cond_wait(&ready, &hatch);
		struct order o = queue[head++ % 16];
		pthread_mutex_unlock(&hatch);
		cook(&o);
	}
	return unused;
}

static void *waiter(void *unused)
{
	static const char *names[] = { "soup", "bread", "cake" };
	for (int table = 1;; table = table % 9 + 1) {
		pthread_mutex_lock(&hatch);
		if (tail - head < 16)
			queue[tail++ % 16] = (struct order){ table, table % 3, names[table % 3] };
		pthread_cond_signal(&ready);
		pthread_mutex_unlock(&hatch);
		rest(25);
	}
	return unused;
}

static void *porter(void *unused)
{
	char c;
	while (read(door[0], &c, 1) > 0)
		served++;
	return unused;
}

static void *clock_tower(void *unused)
{
	for (;;) {
		rest(250);
		printf("%lu served\n", served);
		fflush(stdout);
	}
	return unused;
}

static void start(const char *name, void *(*f)(void *))
{
	pthread_t t;
	if (pthread_create(&t, NULL, f, NULL) != 0)
		exit(1);
	pthread_setname_np(t, name);
}

int main(int argc, char **argv)
{
	if (pipe(door) != 0)
		return 1;
	start("cook-1", cooks);
	start("cook-2", cooks);
	start("waiter", waiter);
	start("porter", porter);
	start("clock", clock_tower);
	printf("%s: pid %d, %d argument(s)\n", argv[0], getpid(), argc - 1);
	fflush(stdout);
	for (;;)
		pause();
}
