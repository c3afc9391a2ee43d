#include <vector>
#include <string>
#include <cstdio>
namespace outer { namespace inner {
template <class T, int N> struct box { T v[N]; static int made; T sum() const { T s{}; for (auto x : v) s += x; return s; } };
template <class T, int N> int box<T, N>::made = N;
enum class color : unsigned char { red, green = 200 };
static inline int twice(int x) { volatile int y = x; return y * 2; }
} }
struct base { virtual ~base() {} virtual int f(int a) { return a; } };
struct derived : virtual base { int m : 3; int n : 5; int f(int a) override { return outer::inner::twice(a) + m; } };
int main(int argc, char **argv) {
  struct local { int go(int z) { return z + 1; } } l;
  outer::inner::box<double, 3> b{{1, 2, 3}};
  auto lambda = [&](int q) { return q + argc + l.go(q); };
  std::vector<std::string> v;
  for (int i = 0; i < argc; i++) { int k = outer::inner::twice(i); v.push_back(std::string(k, 'x')); }
  try { derived d; printf("%d %f %zu\n", d.f(lambda(argc)), b.sum(), v.size()); } catch (...) { return 1; }
  return outer::inner::box<double, 3>::made + (int)outer::inner::color::green;
}
