// What the index of names is tested with: names inside names, definitions apart from
// their declarations, things without names.
namespace outer {
namespace inner {
template <typename T> class Box {
public:
	static int count;
	T value;
	T twice();
	struct Lid {
		int hinge;
		int open() { return hinge; }
	};
	Lid lid;
};
template <typename T> int Box<T>::count = 3;
template <typename T> T Box<T>::twice() { return value + value + count; }
} // namespace inner

enum class Color { Red, Green };
enum Size { Small, Large };
typedef inner::Box<int> alias;

struct Deep {
	struct Nested {
		int n;
		int work();
		static const int limit = 12;
		union {
			int either;
			float or_this;
		};
	};
	enum { First, Second } which;
	Nested nested;
};
int Deep::Nested::work() { return n + limit; }

bool operator<(const Deep &a, const Deep &b) { return a.nested.n < b.nested.n; }
static inline int small(Color c) { return c == Color::Red ? Small : Large; }
inline namespace v1 {
int versioned = 1;
}
extern int defined_below;
extern "C" int c_name(int n) { return n + defined_below; }
} // namespace outer

int outer::defined_below = 4;

namespace {
int hidden = 5;
struct Local {
	long l;
};
Local local = {1};
} // namespace

struct Forward;
Forward *forward;

int main(int argc, char **) {
	outer::alias b = {argc, {1}};
	outer::inner::Box<long> c = {argc, {1}};
	outer::Deep d = {outer::Deep::Second, {argc, {2}}};
	struct InMain {
		int x;
		int get() { return x; }
	} in = {argc};
	auto lambda = [&](int n) { return n + argc; };
	return b.twice() + int(c.twice()) + d.nested.work() + outer::small(outer::Color(argc)) + hidden + int(local.l) + outer::versioned +
	       outer::c_name(1) + lambda(2) + in.get() + (d < d) + b.lid.open();
}
