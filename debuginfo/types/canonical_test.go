package types

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestConstAfter(t *testing.T) {
	for compiler, gdb := range map[string]string{
		"std::pair<const std::string, int>":        "std::pair<std::string const, int>",
		"f<const char*, const unsigned int&>":      "f<char const*, unsigned int const&>",
		"a<const b<const c, int>, char* const>":    "a<b<c const, int> const, char* const>",
		"a<const (anonymous namespace)::T>":        "a<(anonymous namespace)::T const>",
		"each<f(const T&)::<lambda(long int)> >":   "each<f(const T&)::<lambda(long int)> >",
		"const_iterator<std::const_mem, constant>": "const_iterator<std::const_mem, constant>",
	} {
		assert.Equal(t, gdb, CanonicalName(compiler))
	}
}

func FuzzCanonicalName(f *testing.F) {
	f.Add("std::pair<const std::string, long unsigned int>")
	f.Add("a<const ,const const <>>(")
	f.Fuzz(func(t *testing.T, name string) {
		assert.LessOrEqual(t, len(CanonicalName(name)), 2*len(name)+16)
	})
}

func TestCanonicalNames(t *testing.T) {
	for compiler, gdb := range map[string]string{
		"Box<long int, 2>::boxes":                "Box<long, 2>::boxes",
		"array<short unsigned int, 4>":           "array<unsigned short, 4>",
		"pair<long long unsigned int, char*>":    "pair<unsigned long long, char*>",
		"pair<unsigned char, unsigned int>":      "pair<unsigned char, unsigned int>",
		"map<int, my_long>":                      "map<int, my_long>",
		"long int":                               "long int",
		"f<std::less<long int>, short int>(int)": "f<std::less<long>, short>(int)",
	} {
		assert.Equal(t, gdb, CanonicalName(compiler))
		assert.Equal(t, compiler, CompilerName(gdb))
	}
}
