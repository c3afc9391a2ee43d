static inline int twice(int n)
{
	if (n > 100)
		return n;
	return n * 2;
}

#define STEP(x) do { x += 3; x ^= 1; } while (0)
