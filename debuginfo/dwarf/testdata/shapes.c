// Nested functions, inlining, bit fields, variable-length arrays, lists of locations.
#include <stdio.h>
#include <stdlib.h>

struct node {
	struct node *next;
	unsigned kind : 3, flags : 13;
	union { int number; double real; const char *text; };
	int tail[];
};

enum color { RED, GREEN = 200, BLUE = -1 };
typedef int (*visitor)(struct node *, void *);

static inline __attribute__((always_inline)) int twice(int x)
{
	volatile int y = x;
	if (y > 3) {
		int z = y * 2;
		return z + 1;
	}
	return y;
}

__attribute__((noinline)) static int walk(struct node *n, visitor v, void *arg)
{
	int sum = 0;
	for (; n; n = n->next) {
		int one = v(n, arg);
		sum += twice(one) + n->kind;
	}
	return sum;
}

int total(int count, char **words)
{
	int offset = count;
	int here(struct node *n, void *arg) { return n->number + offset + *(int *)arg; }
	int sizes[count + 1];
	struct node *list = NULL;
	for (int i = 0; i <= count; i++) {
		struct node *n = calloc(1, sizeof *n);
		n->kind = i;
		n->number = sizes[i] = i * 3;
		n->next = list;
		list = n;
	}
	return walk(list, here, &sizes[count / 2]);
}

int main(int argc, char **argv)
{
	enum color c = argc > 3 ? GREEN : BLUE;
	printf("%d\n", total(argc, argv) + twice(c));
	return 0;
}
