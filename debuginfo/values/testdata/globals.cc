// Globals of every kind that C++ has beyond C's.
#include <csignal>
#include <cstddef>
#include <cstdint>

namespace ns { int var = 5; namespace inner { long deep = 6; struct In { int a; } in = { 7 }; } enum Color { Red, Green, Blue } color = Green; struct Point { int x, y; } point = { 1, 2 }; }
namespace { int unnamed = 8; }
int plain = 3; int &ref = plain; const int &cref = plain; int &&rref = 4; int *ptr = &plain; int *&refptr = ptr;
bool flag = true; wchar_t wide = L'w'; char16_t c16 = u'x'; char32_t c32 = U'y'; const wchar_t *wtext = L"wide"; const char16_t *t16 = u"six"; wchar_t warr[6] = L"abc";
decltype(nullptr) null = nullptr;

struct Base { int a = 1; static int count; virtual ~Base() {} virtual int f() { return a; } int plainf(int x) { return x; } };
int Base::count = 5;
struct Derived : Base { int b = 2; int f() override { return b; } };
struct Simple { int s = 11; };
struct Two : Simple { };
struct Multi : Simple, Derived { int m = 3; };
struct VBase { int v = 20; };
struct Left : virtual VBase { int l = 21; };
struct Right : virtual VBase { int r = 22; };
struct Diamond : Left, Right { int d = 23; };
struct NoVirtual { int x = 31; static const int k = 7; static NoVirtual self; private: int hidden = 32; protected: int prot = 33; };
NoVirtual NoVirtual::self;
class Klass { public: int pub = 1; Klass *next = nullptr; int &member_ref = plain; const char *name = "klass"; };
struct Empty {}; struct HoldsEmpty { Empty e; int x = 1; }; struct FromEmpty : Empty { int y = 2; };
template <class T, int N> struct Vec { T data[N]; T *p = data; };
template <class T> struct Node { T value; Node *next; };
struct Outer { struct Inner { int i = 1; } in; enum Kind { KA, KB } kind = KB; union { int u; float f; }; struct { int p, q; }; };
enum class Scoped { One, Two, Three }; enum class Small : uint8_t { A = 1, B = 2, C = 4 };
enum Flags { F1 = 1, F2 = 2, F4 = 4 };

Base base; Derived derived; Two two; Multi multi; Diamond diamond; Left left; NoVirtual nov; Klass klass; Empty empty; HoldsEmpty holds; FromEmpty from_empty;
Base *pbase = &derived; Base &rbase = derived; Derived *pderived = &derived; Simple *psimple = &multi; VBase *pvbase = &diamond; const Klass *pk = &klass; Klass &rk = klass;
Vec<int, 3> vec = { { 1, 2, 3 } }; Vec<ns::Point, 2> vecp = { { { 1, 2 }, { 3, 4 } } }; Node<Node<int> *> node = { 0, 0 }; Node<int> *pnode; Outer outer; Outer::Inner outer_in; Outer::Inner *pin = &outer_in;
Scoped scoped = Scoped::Two; Scoped scoped_bad = (Scoped)9; Small small = Small::B; Small small_or = (Small)3; Flags flags = (Flags)5; Outer::Kind kind = Outer::KB; ns::Color *pcolor = &ns::color;
int Simple::*pm_data = &Simple::s; int Base::*pm_null = nullptr; int Derived::*pm_b = &Derived::b; int (Base::*pm_func)(int) = &Base::plainf; int (Base::*pm_virt)() = &Base::f; int (Base::*pm_fnull)() = nullptr;
struct HasPM { int Simple::*d; int (Base::*f)(int); } has_pm = { &Simple::s, &Base::plainf };
int arr[4] = { 1, 2, 3, 4 }; int (&rarr)[4] = arr; ns::Point points[3] = {}; Base bases[2]; const char *texts[] = { "a", 0 };
int func(int &r, const ns::Point &p, Klass *k) { return r + p.x + k->pub; } int (*pfunc)(int &, const ns::Point &, Klass *) = func; int (&rfunc)(int &, const ns::Point &, Klass *) = func;
struct Refs { int &a; const Klass &k; Base &b; } refs = { plain, klass, derived };
struct Statics { static int si; static int sa[3]; static Statics ss; static const char *text; int x = 1; }; int Statics::si = 1; int Statics::sa[3] = { 1, 2, 3 }; Statics Statics::ss; const char *Statics::text = "static"; Statics statics;
struct Bits { bool b : 1; unsigned u : 3; Scoped s : 4; int i : 5; } bits = { true, 5, Scoped::Three, -3 };
auto lambda = [](int x) { return x + plain; }; int Base::**ppm; void (*pv)(void); unsigned char uc = 65; signed char scc = -2; char cc = 'c';
struct Abstract { virtual void pure() = 0; }; struct Impl : Abstract { void pure() override {} int z = 9; } impl; Abstract *pabs = &impl;
struct VDiamond : virtual Base { int q = 41; }; struct VLeft : VDiamond, virtual Simple { int w = 42; } vleft; VDiamond vdiamond;

int main() {
	int &local = plain; auto captured = [&local](int y) { return local + y; };
	rref = func(local, ns::point, &klass) + captured(1) + unnamed + lambda(2) + ns::inner::deep;
	raise(SIGSTOP);
}
