// A second unit, so that indexes have more than one row.
struct counter { int n; int next() { return ++n; } };
static int helper(counter &c, int times) { int sum = 0; for (int i = 0; i < times; i++) { int one = c.next(); sum += one; } return sum; }
int elsewhere(int a) { counter c{a}; return helper(c, a) + helper(c, 2); }
