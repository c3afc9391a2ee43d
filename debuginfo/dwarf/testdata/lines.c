/* Many kinds of line number rows: loops, inlined functions of a header, macros,
   statements that share a line, functions that are thrown away, generated lines. */
#include <stdio.h>
#include <stdlib.h>
#include "lines.h"

struct node { struct node *next; int value; };

int unused(int n) { return n - 1; }

static int sum(const struct node *list)
{
	int total = 0;
	for (; list; list = list->next)
		total += list->value > 3 ? twice(list->value) : list->value;
	return total;
}

__attribute__((noinline)) static int choose(int n)
{
	switch (n % 7) {
	case 0: return 5; case 1: STEP(n); return n;
	case 2:
		for (int i = 0; i < n; i++) { if (i & 1) continue; n -= i; }
		return n;
	case 3: abort();
	default:
		break;
	}
	return twice(n) + twice(n + 1);
}

#line 100 "generated.y"
int generated(int a, int b)
{
	return a > b ? choose(a) : choose(b);
}
#line 41 "lines.c"

__attribute__((cold)) static void complain(const char *why) { fputs(why, stderr); }

int main(int argc, char **argv)
{
	struct node nodes[4] = {{0, 1}, {nodes, 2}, {nodes + 1, 8}, {nodes + 2, argc}};
	if (argc > 90)
		complain(argv[0]);
	for (int i = 0; i < argc; i++)
		nodes[i & 3].value += generated(i, argc);
	return sum(nodes + 3) == 12345;
}
