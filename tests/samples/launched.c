/* Prints its directory, the variable STACKFS_TEST, whether its output is a terminal and its arguments, then
 * copies lines of input to output until "end", and exits with 3. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
	char line[256], dir[4096];
	const char *v = getenv("STACKFS_TEST");
	printf("cwd %s\nenv %s\ntty %d\n", getcwd(dir, sizeof dir), v ? v : "", isatty(1));
	for (int i = 1; i < argc; i++)
		printf("arg %s\n", argv[i]);
	fflush(stdout);
	fprintf(stderr, "to stderr\n");
	while (fgets(line, sizeof line, stdin)) {
		printf("got %s", line);
		fflush(stdout);
		if (!strcmp(line, "end\n"))
			return 3;
	}
	return 4;
}
