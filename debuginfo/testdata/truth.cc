// All sorts of C++ types, variables and functions, for every form of debug info.
namespace ns {
struct base { int b; virtual ~base(); virtual int vf(int) const = 0; static int count; };
struct other { long o; };
template <typename T, int N> class box : public base, private other {
public:
  T v[N]; int vf(int n) const override { return n + N; } box(int n) { p = n; q = 1; }
  static int sm(T &&t) { return t + count; } typedef T value_type; enum class color : unsigned char { red, green = 5 }; color c;
  struct inner { int z; } in; union { int u1; float u2; };
  int operator()(int a, const char *s) volatile { return a + s[0]; }
protected:
  int p;
private:
  long q : 3;
};
typedef int number;
number counter = 4;
namespace deep { struct thing { int a; thing *next; int add(int n) { return a + n; } } t; thing *list[3]; static int hidden; }
template <typename T> T twice(T n) { return n + n; }
}
ns::base::~base() {}
int ns::base::count = 3;
template class ns::box<int, 4>;
enum class E2 { a, b };
E2 e2; int &rr = ns::base::count; char16_t c16; wchar_t wc; char32_t c32; bool bb;
struct Plain { int a; bool b; char c[3]; Plain *next; int get() const; static int total; } pl;
int Plain::total = 5;
int Plain::get() const { return a; }
struct left : virtual ns::other { int l; }; struct right : virtual ns::other { int r; }; struct both : left, right { int x; } dia;
int Plain::*pmem; int (Plain::*pmf)() const = &Plain::get;
ns::box<int, 4> *pb;
namespace { struct secret { int h; } sec; secret *hp = &sec; int quiet(int n) { return n + sec.h; } }
__attribute__((noinline)) int func(Plain &a, const Plain *b, ns::deep::thing &&r) { return a.a + b->a + r.add(2) + quiet(3); }
extern "C" int plain_c(int n) { return ns::twice(n) + (int)ns::twice(2.5); }
int overloaded(int n) { return n; }
int overloaded(double d, char c = 'x') { return (int)d + c; }
int main(int argc, char **) {
  ns::box<int, 4> b(argc);
  auto lambda = [&](int n) { return n + argc; };
  ns::deep::thing t{1, nullptr};
  ns::deep::hidden += b(1, "x") + b.vf(2) + ns::box<int, 4>::sm(3);
  return func(pl, hp ? &pl : nullptr, static_cast<ns::deep::thing &&>(t)) + lambda(2) + plain_c(3) + overloaded(1) + overloaded(1.0) + ns::deep::hidden + (pl.*pmf)();
}
