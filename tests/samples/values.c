/* values THREADS: values of every kind, in threads that wait; one in a signal handler. */
#include <complex.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uchar.h>
#include <unistd.h>
#include <wchar.h>

#define NOINLINE __attribute__((noinline, noclone))

enum colour { RED, GREEN = 5, BLUE };
enum flags { F_READ = 1, F_WRITE = 2, F_EXEC = 4, F_MASK = 7 };
typedef int (*binary)(int, int);
typedef float vec4 __attribute__((vector_size(16)));
typedef int vec8i __attribute__((vector_size(32)));

struct opaque;
struct point { int x, y; };
struct bits {
	unsigned low : 3;
	signed mid : 5;
	unsigned long long wide : 40;
	_Bool flag : 1;
	enum colour colour : 4;
};
union number {
	int i;
	float f;
	unsigned char bytes[8];
	struct { short a, b; };
};
struct node {
	struct node *next;
	const char *name;
	char text[16];
	struct point at;
	union number number;
	struct bits bits;
	binary operate;
	double matrix[2][3];
	struct { int anonymous; union { long deep; char deepest; }; };
	struct opaque *hidden;
	int flexible[];
};

static int add(int a, int b) { return a + b; }
static int multiply(int a, int b) { return a * b; }

int counter = 42;
static int zeroed;
const char *greeting = "hello, \"world\"\n\t\001";
char repeated[300] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab";
char unterminated[4] = {'a', 'b', 'c', 'd'};
unsigned char raw[5] = {1, 2, 0, 255, 'x'};
int numbers[250] = {1, 2, 3, [20] = 7, [21] = 7, [249] = 9};
enum colour paint = BLUE, strange = 77;
enum flags mode = F_READ | F_EXEC, nothing;
enum flags odd = (enum flags)24;
struct node list[2] = {
	{&list[1], "first", "one", {1, -2}, {.f = 1.5f}, {5, -3, 0x123456789aULL, 1, GREEN}, add, {{1, 2, 3}, {4, 5, 6}}, {7, {8}}, 0},
	{0, "second", "two", {3, -4}, {.i = 77}, {0}, multiply, {{.5, 1e100, -0.0}}, {0}, 0},
};
struct point *const middle = &list[1].at;
binary table[3] = {add, multiply, 0};
void *anything = list;
_Bool yes = 1;
float single = 3.14159f;
double doubled = 2.718281828459045, huge = 1e300 * 1e10, not_a_number;
long double extended = 1.1L;
_Complex double rotated = 1.5 - 2.5 * I;
_Complex float small_rotated = 1;
__int128 wide = ((__int128)1 << 100) + 12345;
unsigned __int128 unsigned_wide = ~(unsigned __int128)0;
vec4 vector = {1, 2, 3, 4};
vec8i integers = {1, 2, 3, 4, 5, 6, 7, 8};
wchar_t broad[] = L"wide \u00e9";
char16_t utf16[] = u"sixteen \u00e9";
char32_t utf32[] = U"thirty-two \u00e9";
const wchar_t *broad_pointer = L"pointed";
char utf8[] = "caf\xc3\xa9 \xff";
volatile uint64_t moving = 0xdeadbeefcafebabeULL;
int8_t tiny = -1;
char letter = 'A', quote = '\'', null_letter, high_letter = '\xe9';
short shorts[2][2] = {{1, 2}, {3, 4}};
struct { int unnamed; } unnamed = {9};
struct point grid[2][2] = {{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}};
struct empty {} empty_one;
struct opaque *somewhere = (struct opaque *)&counter;
char **words;
int (*rows)[3];
struct node *(*maker)(struct node *, int (*)(int));
__thread int per_thread = 5;
static __thread struct point per_thread_point;
extern char **environ;
static char *const names[] = {"alpha", "beta", 0};
int *null_pointer;
const int constant = 12;
size_t length = sizeof(struct node);

static pthread_barrier_t barrier;

NOINLINE static void waiting(void)
{
	static int calls;
	calls++;
	pthread_barrier_wait(&barrier);
	for (;;)
		pause();
}

static inline __attribute__((always_inline)) int inner(int n, struct point p)
{
	int twice = n * 2;
	struct point moved = {p.x + n, p.y + twice};
	counter += moved.x;
	waiting();
	return twice + moved.y;
}

static inline __attribute__((always_inline)) int outer(int n, const char *why)
{
	struct point p = {n, n + 1};
	size_t len = strlen(why);
	return inner(n + (int)len, p) + 1;
}

NOINLINE static int with_vla(int n, const char *why)
{
	int sizes[n];
	char text[n * 2][3];
	for (int i = 0; i < n; i++) {
		sizes[i] = i * i;
		memcpy(text[i], "ab", 3);
		memcpy(text[i + n], "cd", 3);
	}
	int r = outer(sizes[n - 1], why);
	return r + text[n][1] + sizes[0];
}

NOINLINE static long many(int a, long b, char c, double d, float e, void *f, struct point g, struct node h, short i, unsigned char j)
{
	long total = a + b + c + (long)d + (long)e + g.x + i + j;
	{
		int shadow = 1;
		{
			long shadow = total + 3;
			if (f) {
				int unused_here = with_vla(4, h.name);
				total += unused_here + shadow;
			}
		}
		total += shadow;
	}
	return total;
}

NOINLINE static int recurse(int depth, struct node *at)
{
	per_thread_point.x = depth;
	if (depth == 0)
		return (int)many(1, -2, 'c', 3.5, -4.25f, at, at->at, *at, -5, 250);
	int r = recurse(depth - 1, at->next ? at->next : list);
	return r + depth;
}

static void handler(int signal, siginfo_t *info, void *context)
{
	int local = signal + 1;
	(void)info;
	(void)context;
	waiting();
	counter += local;
}

NOINLINE static double pieces(double x, _Complex double z, vec4 v, __int128 w, long double ld)
{
	struct { double a; long b; } pair = {x * 2, (long)x};
	double sum = creal(z) + v[1] + (double)w + (double)ld;
	waiting();
	return pair.a + pair.b + sum;
}

NOINLINE static int called_last(int n, const char *s)
{
	waiting();
	return n + s[0];
}

NOINLINE static int jumps(int n) { return called_last(n + 1, "tail"); }

static void *run(void *arg)
{
	long n = (long)arg;
	per_thread = (int)n * 100;
	errno = (int)n;
	switch (n % 4) {
	case 0: recurse(3, &list[0]); break;
	case 1: pieces(n, n + 2 * I, vector, wide, extended); break;
	case 2: jumps((int)n); break;
	case 3: raise(SIGUSR1); break;
	}
	return arg;
}

int main(int argc, char **argv)
{
	int threads = argc > 1 ? atoi(argv[1]) : 4;
	struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
	sigaction(SIGUSR1, &action, NULL);
	words = argv;
	not_a_number = huge - huge;
	rows = calloc(2, sizeof *rows);
	rows[1][2] = 6 + zeroed + (names[0] == 0);
	pthread_barrier_init(&barrier, NULL, threads + 1);
	for (long i = 1; i < threads; i++) {
		pthread_t t;
		if (pthread_create(&t, NULL, run, (void *)i))
			return 1;
	}
	pthread_t watcher;
	void *watch(void *);
	if (pthread_create(&watcher, NULL, watch, argv))
		return 1;
	run(NULL);
	return environ == NULL;
}

void *watch(void *arg)
{
	pthread_barrier_wait(&barrier);
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
	return arg;
}
