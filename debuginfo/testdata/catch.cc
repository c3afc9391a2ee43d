#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>
#include <unistd.h>
namespace shop {
struct Basket {
  virtual ~Basket() {}
  virtual int total(const std::string &name, std::vector<int> v);
  template <class T> int each(T f) { return f(3) + 1; }
};
int wait_in_catch(int n) { char c; return read(0, &c, 1) + n; }
__attribute__((noinline)) int thrower(int n) { if (n > 1) throw std::runtime_error("x"); return n; }
int Basket::total(const std::string &name, std::vector<int> v) {
  try { return thrower((int)v.size()) + 1; }
  catch (const std::exception &e) {
    puts("ready"); fflush(stdout);
    return each([&](int k) { return wait_in_catch(k) + (int)name.size(); }) + 2;
  }
}
}
int operator+(const shop::Basket &a, int b) { shop::Basket c; return c.total("abc", {1, 2, b}) + 3; }
int main() { shop::Basket b; return b + 4; }
