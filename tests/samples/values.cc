// values: values of C++ in nested templates, a lambda and a catch block.
#include <array>
#include <cstdio>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <unistd.h>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#define NOINLINE __attribute__((noinline))

namespace shop {

enum class Size : unsigned char { Small, Large = 200 };
enum Plain { One = 1, Two };

struct Base {
	int base_member = 1;
	static int created;
	static constexpr int limit = 12;
	virtual ~Base() {}
	virtual int area() const { return base_member; }
};
int Base::created = 3;

struct Left : virtual Base { int left = 2; };
struct Right : virtual Base { int right = 3; };
struct Both : Left, Right {
	int both = 4;
	std::string name = "both";
	Size size = Size::Large;
	int area() const override;
	NOINLINE int method(int n, const Both &other) const;
	static NOINLINE int of_class(int n);
	int operator()(int n) const;
	bool operator<(const Both &o) const { return both < o.both; }
	operator int() const { return both; }
};

struct Empty {};
struct Derived : Empty, Base { char c = 'c'; int &reference; Derived(int &r) : reference(r) {} };

class Hidden {
	int secret = 5;
protected:
	double kept = 2.5;
public:
	unsigned flags : 3, more : 5;
	Hidden() : flags(5), more(17) {}
	union { int i; float f; } either = {7};
	struct Nested { long inner; Hidden *back; } nested = {8, this};
	int get() const { return secret + (int)kept; }
};

namespace {
int anonymous_global = 11;
struct Unseen { int x; };
Unseen unseen = {12};
NOINLINE int in_anonymous(Unseen *u) { return u->x; }
}

namespace inner { inline namespace v1 { int versioned = 13; template <class T> T held = T(14); } }

template <class T, int N> struct Box {
	T items[N];
	static int boxes;
	template <class F> NOINLINE int each(F f, T first) {
		int sum = 0;
		for (int i = 0; i < N; i++)
			sum += f(items[i]) + first;
		return sum;
	}
};
template <class T, int N> int Box<T, N>::boxes = 15;

template <class... A> NOINLINE int pack(A... args) { int total = (0 + ... + (int)args); return total + (int)sizeof...(args); }

int Both::area() const { return 1; }

NOINLINE static int waiting(const char *why)
{
	static int waits = 1;
	char c;
	waits++;
	puts(why);
	fflush(stdout);
	return read(0, &c, 1) + waits;
}

int Both::operator()(int n) const
{
	static int calls = 21;
	Box<std::pair<int, Both *>, 2> box = {{{n, nullptr}, {n + 1, const_cast<Both *>(this)}}};
	auto caught = [&, n, copy = name](auto pair) {
		int local = pair.first + n + (int)copy.size() + calls;
		return waiting("ready") + local + (int)box.boxes;
	};
	return caught(box.items[0]);
}

int Both::method(int n, const Both &other) const
{
	int Both::*data = &Both::both;
	int (Both::*function)(int, const Both &) const = &Both::method;
	int (Both::*virtual_function)() const = &Both::area;
	int *null = nullptr;
	const int &bound = other.both;
	int &&moved = n + 1;
	std::nullptr_t nothing = nullptr;
	return other(n) + this->*data + bound + moved + (function != nullptr) + (virtual_function != nullptr) + (null == nothing);
}

int Both::of_class(int n) { Both b; b.both = n; return b.method(n, b); }

Both operator+(const Both &a, int n) { Both r = a; r.both = Both::of_class(n); return r; }

} // namespace shop

static const std::string text = "a string that is longer than the buffer inside";
std::vector<int> vector = {1, 2, 3};
std::vector<bool> bits = {true, false, true};
std::vector<std::vector<std::string>> nested = {{"a", "b"}, {}};
std::map<std::string, int> map = {{"one", 1}, {"two", 2}};
std::unordered_map<int, const char *> hash = {{1, "x"}};
std::set<shop::Plain> set = {shop::One, shop::Two};
std::list<double> list = {1.5, 2.5};
std::deque<char> deque(3, 'd');
std::array<short, 4> array = {1, 2, 3, 4};
std::pair<int, shop::Size> pair = {1, shop::Size::Small};
std::tuple<int, char, std::string> tuple = {1, 'c', "tuple"};
std::unique_ptr<shop::Base> unique(new shop::Both);
std::shared_ptr<int> shared = std::make_shared<int>(5);
std::function<int(int)> function = [](int n) { return n; };
std::optional<int> optional = 4;
std::variant<int, std::string> variant = "text";
shop::Both both;
shop::Base *dynamic = &both;
shop::Base &reference = both;
shop::Hidden hidden;
int plain = 77;
shop::Derived derived(plain);
int shop::Both::*member = &shop::Both::both;
int shop::Hidden::Nested::*no_member = nullptr;
int (shop::Both::*method)(int, const shop::Both &) const = &shop::Both::method;
int (shop::Base::*virtual_method)() const = &shop::Base::area;
shop::Size size = shop::Size::Large, no_size = static_cast<shop::Size>(9);
shop::Box<shop::Box<int, 2>, 2> boxes = {{{{1, 2}}, {{3, 4}}}};
const std::type_info *type = nullptr;
bool truth = true;
char16_t c16 = u'\u00e9';
char32_t c32 = U'\u20ac';
wchar_t wide = L'w';
char16_t s16[] = u"sixteen \u20ac";
long double extended = 1.25L;

// Its name is over 1000 characters long.
template <class A, class B> struct Long { A a; B b; NOINLINE static int run(int n, A a); };
using L1 = Long<std::map<std::string, std::vector<int>>, std::pair<std::string, std::string>>;
using L2 = Long<L1, L1>;
using L3 = Long<L2, L2>;
template <class A, class B> int Long<A, B>::run(int n, A)
{
	shop::Both b;
	int local = (b + n).both;
	return local;
}

NOINLINE static int thrower(int n)
{
	if (n > 1)
		throw std::runtime_error("thrown");
	return n;
}

NOINLINE static int catcher(const std::string &name, std::vector<int> by_value, shop::Both &by_reference)
{
	try {
		int inside = thrower((int)by_value.size());
		return inside;
	} catch (const std::exception &e) {
		int in_catch = (int)name.size();
		const char *what = e.what();
		shop::Box<long, 2> box = {{1, 2}};
		return box.each([&](long k) {
			int k2 = (int)k * 2;
			return L3::run(in_catch + k2, L2()) + by_reference.both + what[0];
		}, 3L);
	}
}

int main()
{
	shop::Both local;
	std::string reference_to = "reference";
	int keep = shop::anonymous_global + shop::in_anonymous(&shop::unseen) + shop::inner::versioned + shop::inner::held<int> + shop::pack(1, 'a', 2.5);
	return catcher(reference_to, {1, 2, 3}, local) + keep + hidden.get() + shop::Base::limit + (text.size() > 3);
}
