package debuginfo

import (
	"fmt"
	"math/rand/v2"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/tests/need"
)

// TestMatchAsGrep compares with what a regular expression, tried on every name,
// finds in all symbols: of libraries of C and C++, and of the kernel if it is there.
func TestMatchAsGrep(t *testing.T) {
	files := []string{libc(t), "/usr/lib/x86_64-linux-gnu/libstdc++.so.6"}
	if vmlinux := need.VmlinuxIfAny(); vmlinux != "" {
		files = append(files, vmlinux)
	}
	p := fileProgram(t, files...)
	n := 0
	for pattern, same := range map[string]string{
		"str*":                       `^str`,
		"*":                          ``,
		"?ead":                       `^.ead$`,
		"*_[rw]*lock":                `_[rw].*lock$`,
		"[!_]*64":                    `^[^_].*64$`,
		"mem[a-m]*y":                 `^mem[a-m].*y$`,
		"/^tcp_v[46]/":               `^tcp_v[46]`,
		"/(read|write)v?$/":          `(read|write)v?$`,
		"/[0-9]{3}/":                 `[0-9]{3}`,
		"/(?i)LOCALE/":               `(?i)LOCALE`,
		"std::ios_base::*":           `^std::ios_base::`,
		"std::ctype<*>::do_to*":      `^std::ctype<.*>::do_to`,
		"/^std::basic_.*<char.*::~/": `^std::basic_.*<char.*::~`,
		"*allocator*":                `allocator`,
		"operator new*":              `^operator new`,
		"/operator[<>]=?/":           `operator[<>]=?`,
	} {
		re := regexp.MustCompile(same)
		want := map[uint64]bool{}
		for _, s := range p.Symbols() {
			d := Demangle(s.Symbol.Name)
			if slices.ContainsFunc([]string{s.Symbol.Name, d, withoutParameters(d)}, re.MatchString) {
				want[s.Symbol.Addr] = true
			}
		}
		found, err := p.Match(pattern, 0)
		if len(want) == 0 {
			require.ErrorIs(t, err, core.ErrNotFound, pattern)
			continue
		}
		require.NoError(t, err, pattern)
		got := map[uint64]bool{}
		for _, f := range found {
			require.False(t, got[f.Symbol.Addr], pattern)
			got[f.Symbol.Addr] = true
			require.True(t, want[f.Symbol.Addr], "%s finds %s", pattern, f)
		}
		for a := range want {
			if !got[a] {
				place, _ := p.Symbolize(a)
				t.Fatalf("%s does not find %s %s", pattern, place.Symbol.Name, place)
			}
		}
		n += len(want)
		some, err := p.Match(pattern, 2)
		require.NoError(t, err)
		require.Equal(t, found[:min(2, len(found))], some)
	}
	t.Logf("%d matches in %d symbols as one by one", n, len(p.Symbols()))
}

func TestMatchErrors(t *testing.T) {
	p := fileProgram(t, libc(t))
	for pattern, want := range map[string]error{
		"": core.ErrInvalid, "[a": core.ErrInvalid, "a\\": core.ErrInvalid, "/a": core.ErrInvalid, "/(/": core.ErrInvalid,
		strings.Repeat("*", 2000): core.ErrInvalid, "no_such_*": core.ErrNotFound, "libc.so.6::no_such_*": core.ErrNotFound, "nofile.c::*": core.ErrNotFound,
	} {
		_, err := p.Match(pattern, 10)
		require.ErrorIs(t, err, want, pattern)
	}
	found, err := p.Match("libc.so.6::rea[d]", 0)
	require.NoError(t, err)
	require.Equal(t, p.Lookup("read"), found)
}

// TestStaticNamesAsReadelf: FILE::NAME for every static function and variable of a
// program whose files have some of one name.
func TestStaticNamesAsReadelf(t *testing.T) {
	files := []string{build(t, "gcc", "threads.c", "-static", "-pthread"), build(t, "g++", "catch.cc")}
	if vmlinux := need.VmlinuxIfAny(); vmlinux != "" {
		files = append(files, vmlinux)
	}
	for _, exe := range files {
		p := fileProgram(t, exe)
		n, merged, file := 0, 0, ""
		for _, line := range output(t, "readelf", "-sW", exe) {
			f := strings.Fields(line)
			if len(f) >= 8 && f[3] == "FILE" {
				file = f[7]
			} else if len(f) == 7 && f[3] == "FILE" {
				file = ""
			}
			if len(f) < 8 || f[4] != "LOCAL" || f[3] != "FUNC" && f[3] != "OBJECT" || f[6] == "ABS" || !strings.Contains(file, ".") || n > 20_000 || strings.Contains(f[7], "@") {
				continue
			}
			there := func(x Place) bool { return strings.HasSuffix(fmt.Sprintf("%016x", x.Symbol.Addr-x.Object.Base), f[1]) }
			if slices.ContainsFunc(p.Lookup(path.Base(file)+"::"+f[7]), there) {
				n++
				continue
			}
			// Of constants that the linker merged into one, one file's is kept.
			require.Equal(t, "OBJECT", f[3], line)
			require.True(t, slices.ContainsFunc(p.Lookup(f[7]), there), "%s::%s", file, f[7])
			merged++
		}
		require.LessOrEqual(t, merged, n/100)
		t.Logf("%s: %d static names found by their files, %d merged constants by another", exe, n, merged)
	}
	p := fileProgram(t, files[0])
	require.Empty(t, p.Lookup("other.c::wait_here"))
	require.NotEmpty(t, p.Lookup("threads.c::wait_here"))
	require.NotEmpty(t, p.Lookup("threads::threads.c!wait_here"))
	require.NotEmpty(t, p.Lookup("src/threads.c::wait_here"))
	found, err := p.Match("threads.c::wait_*", 0)
	require.NoError(t, err)
	require.Equal(t, p.Lookup("wait_here"), found)
	require.Equal(t, []string{"threads.c::wait_here"}, p.Nearest("threads.c::wait_hree", 1))
}

// TestGlobsAsPathMatch compares with Go's, which has the same language for names
// without slashes but for [!.
func TestGlobsAsPathMatch(t *testing.T) {
	word := func(letters string, most int) string {
		b := make([]byte, rand.IntN(most))
		for i := range b {
			b[i] = letters[rand.IntN(len(letters))]
		}
		return string(b)
	}
	matched := 0
	for range 200_000 {
		pattern, name := word("ab*?*", 7), word("ab", 9)
		if rand.IntN(3) == 0 {
			pattern += "[^a-a]" + word("ab*", 3)
		}
		want, err := path.Match(pattern, name)
		require.NoError(t, err)
		g, err := parseGlob(pattern)
		require.NoError(t, err)
		require.Equal(t, want, g.match(name), "%q %q", pattern, name)
		if want {
			matched++
		}
	}
	t.Logf("%d of 200000 matched", matched)
}

func FuzzMatch(f *testing.F) {
	for _, s := range []string{"str*", "/^tcp_v[46]/", "[!a-z]?*", "libc.so.6::*", "a.c::[", "std::*<int>", "\\*", "/(?i)x|y/"} {
		f.Add(s)
	}
	p := fileProgram(f, build(f, "g++", "catch.cc"))
	f.Fuzz(func(t *testing.T, pattern string) {
		found, err := p.Match(pattern, 5)
		exclusive(t, len(found) > 0, err)
		require.LessOrEqual(t, len(found), 5)
		p.Nearest(pattern, 3)
		p.Lookup(pattern)
	})
}

// kernelProgram is a program of more than 100 000 names.
func kernelProgram(b *testing.B) *Program {
	p := fileProgram(b, libc(b), "/usr/lib/x86_64-linux-gnu/libstdc++.so.6", buildGo(b))
	if vmlinux := need.VmlinuxIfAny(); vmlinux != "" {
		p = fileProgram(b, vmlinux, libc(b), "/usr/lib/x86_64-linux-gnu/libstdc++.so.6")
	}
	b.Logf("%d names", len(p.Symbols()))
	return p
}

func BenchmarkMatch(b *testing.B) {
	p := kernelProgram(b)
	for _, pattern := range []string{"tcp_*", "*", "*_lock", "?*q?", "/^tcp_v[46]/", "/(read|write)_page$/", "/[0-9]+$/", "std::*"} {
		b.Run(pattern, func(b *testing.B) {
			for b.Loop() {
				_, _ = p.Match(pattern, 0)
			}
		})
	}
}

func BenchmarkNearestOfMany(b *testing.B) {
	p := kernelProgram(b)
	for b.Loop() {
		require.NotEmpty(b, p.Nearest("tcp_recvmsgg", 3))
	}
}

// BenchmarkKernelSymbols is the symbol list of a large file, from the beginning.
func BenchmarkKernelSymbols(b *testing.B) {
	path := need.VmlinuxIfAny()
	if path == "" {
		path = "/usr/lib/x86_64-linux-gnu/libstdc++.so.6"
	}
	for b.Loop() {
		p := &Program{objects: []*Object{{module: newModule(openImage(b, path))}}}
		p.Symbols()
	}
}
