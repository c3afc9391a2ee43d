#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace shop {
template <typename T, int N> struct Box {
	T items[N];
	template <typename F> T fold(T start, F f) const
	{
		for (const auto &i : items)
			start = f(start, i);
		return start;
	}
	virtual ~Box() = default;
};
} // namespace shop

static int check(const std::map<std::string, std::vector<int>> &m, const std::string &key)
{
	try {
		auto v = m.at(key);
		std::sort(v.begin(), v.end(), [](int a, int b) { return a > b; });
		return v.at(2);
	} catch (const std::out_of_range &e) {
		return e.what()[0];
	}
}

int main(int argc, char **argv)
{
	shop::Box<long, 5> box{};
	box.items[argc % 5] = 7;
	long n = box.fold(argc, [](long a, long b) { return a * 2 + b; });
	return check({{argv[0], {3, 1, 2}}, {"b", {}}}, argc > 1 ? "b" : argv[0]) + n > 100;
}
