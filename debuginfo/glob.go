package debuginfo

import (
	"cmp"
	"slices"
	"strings"

	"github.com/stackfs/stackfs/core"
)

// Match returns the places whose names a pattern matches: a glob, in which * is any
// text, ? any character, [a-z] and [!a-z] one of a set and \ makes the next character
// plain, or a regular expression between slashes (RE2's syntax, anywhere in the name
// unless anchored). A glob is for the whole name. Names of C++ and Rust match as they
// are in the file, with all their parts, and without parameters. OBJECT::PATTERN and
// FILE::PATTERN are qualified as in Lookup. Each address is there once, functions
// before data, both by address; at most limit of them, 0: all.
// ErrInvalid: the pattern is none. ErrNotFound: nothing matches.
func (p *Program) Match(pattern string, limit int) ([]Place, error) {
	objects, file, rest := p.objects, "", pattern
	if o, name, ok := p.qualified(pattern); ok {
		objects, rest = []*Object{o}, name
	}
	if f, name, ok := splitFile(rest); ok {
		file, rest = f, name
	}
	m, err := newMatcher(rest)
	if err != nil {
		return nil, err
	}
	var out []Place
	for _, o := range objects {
		if o.module != nil {
			out = append(out, o.match(m, file)...)
		}
	}
	if len(out) == 0 {
		return nil, core.Errorf(core.ErrNotFound, "no symbol matches %q", pattern)
	}
	out = functionsFirst(out)
	if limit > 0 && len(out) > limit {
		out = out[:limit]
	}
	return out, nil
}

// match gives the object's symbols that match, each address once, by address.
func (o *Object) match(m *matcher, file string) (out []Place) {
	o.module.each(func(t *symbolTable, s symbol) {
		if (file == "" || t.isOf(s, file)) && m.symbol(t.name(s)) {
			out = append(out, Place{Object: o, Symbol: t.public(s, o.Base)})
		}
	})
	byAddress := func(a, b Place) int { return cmp.Compare(a.Symbol.Addr, b.Symbol.Addr) }
	if !slices.IsSortedFunc(out, byAddress) {
		slices.SortStableFunc(out, byAddress)
	}
	return slices.CompactFunc(out, func(a, b Place) bool { return a.Symbol.Addr == b.Symbol.Addr })
}

func functionsFirst(places []Place) []Place {
	out := make([]Place, 0, len(places))
	for _, rank := range []int{1, 0} {
		for _, p := range places {
			if p.rank() == rank {
				out = append(out, p)
			}
		}
	}
	return out
}

// matcher tells which names a pattern means.
type matcher struct {
	plain func(string) bool
	// needles are texts of which a name must have one; none: any name may match.
	needles []string
	words   [][]string // the identifiers of each needle; none: any mangled name may match
}

// maxPattern is the longest pattern, bytes.
const maxPattern = 1000

func newMatcher(pattern string) (m *matcher, err error) {
	if len(pattern) > maxPattern || pattern == "" {
		return nil, core.Errorf(core.ErrInvalid, "matching symbols: a pattern has 1 to %d bytes", maxPattern)
	}
	m = &matcher{}
	if inner, ok := strings.CutPrefix(pattern, "/"); ok {
		inner, ok = strings.CutSuffix(inner, "/")
		if !ok {
			return nil, core.Errorf(core.ErrInvalid, "matching symbols: the regular expression %q does not end with /", pattern)
		}
		m.plain, m.needles, err = compileRegexp(inner)
	} else {
		m.plain, m.needles, err = compileGlob(pattern)
	}
	for _, n := range m.needles {
		m.words = append(m.words, identifiers(n))
	}
	return m, err
}

// symbol says whether a symbol's name matches in one of its forms.
func (m *matcher) symbol(name string) bool {
	if m.has(name) && m.plain(name) {
		return true
	}
	if !isMangled(name) || !m.mayDemangle(name) {
		return false
	}
	d := Demangle(name)
	return m.plain(d) || m.plain(withoutParameters(d)) || m.plain(withoutHash(d))
}

func (m *matcher) has(name string) bool {
	return len(m.needles) == 0 || slices.ContainsFunc(m.needles, func(n string) bool { return strings.Contains(name, n) })
}

// mayDemangle says whether it is worth demangling a name: identifiers are in the
// mangled form as they are, but for those that the Itanium C++ ABI abbreviates.
func (m *matcher) mayDemangle(name string) bool {
	return len(m.words) == 0 || slices.ContainsFunc(m.words, func(words []string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(name, w) })
	})
}

// identifiers are the words of a text that a mangled name that means it must
// contain.
func identifiers(text string) []string {
	words := strings.FieldsFunc(text, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r < 0x80
	})
	return slices.DeleteFunc(words, func(w string) bool { return strings.Trim(w, "0123456789") == "" || strings.Contains(abbreviated, w) })
}

// abbreviated are the words that may come out of a mangled name without being in
// it: builtin types, substitutions, operators, and what demanglers say of special
// names. Parts of them count too, as a pattern may begin or end inside.
const abbreviated = "std allocator basic_string basic_istream basic_ostream basic_iostream string istream ostream iostream char_traits operator abi unnamed type " +
	"anonymous namespace virtual table thunk typeinfo name fn vtable VTT for construction in initialization guard variable reference temporary to transaction clone " +
	"unsigned signed char short long double float bool void wchar_t char8_t char16_t char32_t __int128 __float128 decimal32 decimal64 decimal128 half const volatile restrict " +
	"delete new lambda auto decltype nullptr_t true false covariant return adjustment non-virtual default arg literal block invocation function sizeof alignof typeid throw " +
	"noexcept dynamic_cast static_cast const_cast reinterpret_cast co_await _Complex _Imaginary _Float16 __vector " +
	"as impl dyn mut closure shim extern unsafe str usize isize u8 i8 u16 i16 u32 i32 u64 i64 u128 i128 f32 f64"

// splitFile splits FILE::NAME (or FILE!NAME), where FILE has an extension as source
// files do.
func splitFile(name string) (file, rest string, ok bool) {
	for _, sep := range []string{"::", "!"} {
		file, rest, found := strings.Cut(name, sep)
		dot := strings.LastIndexByte(file, '.')
		if found && rest != "" && dot > 0 && dot < len(file)-1 && len(file)-dot <= 5 && !strings.ContainsAny(file, "*?[]()<>, \\") && file[0] != '/' {
			return file, rest, true
		}
	}
	return "", "", false
}

// isOf says whether a symbol was defined in a source file: the symbol table has its
// last part, or its path as the compiler was given it.
func (t *symbolTable) isOf(s symbol, file string) bool {
	f := t.file(s)
	if len(f) < len(file) {
		return f != "" && strings.HasSuffix(file, "/"+f)
	}
	return f == file || strings.HasSuffix(f, "/"+file)
}
