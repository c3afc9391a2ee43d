// script FILE: maps the second half of FILE at BASE and makes the calls that the
// first half lists: a count of bytes up to the second half, then records of
// number, six arguments. The reader of the notifications is told by getpid(MAGIC)
// that from here on nothing is to be executed.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BASE 0x100000000000ul // where neither the heap nor libraries are put
#define MAGIC 0x5374616b6673
#define AGREED 0x600d

static long call(const unsigned long *r) {
	long ret;
	register unsigned long a4 __asm__("r10") = r[4], a5 __asm__("r8") = r[5], a6 __asm__("r9") = r[6];
	__asm__ volatile("syscall" : "=a"(ret) : "a"(r[0]), "D"(r[1]), "S"(r[2]), "d"(r[3]), "r"(a4), "r"(a5), "r"(a6) : "rcx", "r11", "memory");
	return ret;
}

int main(int argc, char **argv) {
	int fd = open(argv[1], O_RDONLY);
	struct stat st;
	fstat(fd, &st);
	unsigned long *f = mmap(0, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	unsigned long split = f[0];
	if (mmap((void *)BASE, st.st_size - split, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED_NOREPLACE, fd, split) != (void *)BASE)
		return 2;
	unsigned long magic[7] = {39, MAGIC};
	if (call(magic) != AGREED)
		return 1; // nobody keeps the calls from being executed
	for (unsigned long *r = f + 1; r + 7 <= f + split / 8 && r[0] != ~0ul; r += 7)
		call(r);
	magic[1] ^= 1;
	call(magic);
	return 0;
}
