package types

import (
	"slices"
	"strings"
)

// words are those that a base type's name consists of.
type words struct {
	signed, unsigned, short, long, double, complex bool
	int, longLong                                  bool
	core                                           string // char, float, _Bool, __int128 ...
}

// isBaseWord says whether C makes names of base types of a word.
func isBaseWord(w string) bool {
	switch w {
	case "signed", "unsigned", "short", "long", "int", "char", "float", "double", "_Complex", "complex", "_Bool", "bool", "__int128", "_Float128", "__float128":
		return true
	}
	return false
}

// parseWords sorts the words of a name; ok is false if they make no base type of C.
func parseWords(name string) (w words, ok bool) {
	for field := range strings.FieldsSeq(name) {
		if !w.add(field) {
			return w, false
		}
	}
	return w, w.valid()
}

// add takes one more word; false if it does not go with those before.
func (w *words) add(word string) bool {
	once := func(flag *bool) bool { old := *flag; *flag = true; return !old }
	switch word {
	case "signed":
		return once(&w.signed)
	case "unsigned":
		return once(&w.unsigned)
	case "short":
		return once(&w.short)
	case "int":
		return once(&w.int)
	case "long":
		return once(&w.long) || once(&w.longLong)
	case "double":
		return once(&w.double)
	case "_Complex", "complex":
		return once(&w.complex)
	}
	if w.core != "" || !isBaseWord(word) {
		return false
	}
	w.core = word
	return true
}

// valid says whether the words make a type together.
func (w *words) valid() bool {
	sign := w.signed || w.unsigned
	switch {
	case w.signed && w.unsigned || w.short && w.long:
		return false
	case w.double:
		return !sign && !w.short && !w.longLong && !w.int && w.core == ""
	case w.core == "char" || w.core == "__int128":
		return !w.short && !w.long && !w.int
	case w.core != "":
		return !sign && !w.short && !w.long && !w.int
	default:
		return sign || w.short || w.long || w.int
	}
}

// gdb is the name in gdb's way: unsigned long, short, long long.
func (w *words) gdb() string {
	var out []string
	put := func(on bool, word string) {
		if on {
			out = append(out, word)
		}
	}
	put(w.complex, "complex")
	put(w.unsigned, "unsigned")
	put(w.signed && w.core == "char", "signed")
	put(w.short, "short")
	put(w.long, "long")
	put(w.longLong, "long")
	put(w.double, "double")
	put(w.core != "", w.core)
	put(!w.short && !w.long && !w.double && w.core == "", "int")
	return strings.Join(out, " ")
}

// gcc is the name in gcc's way: long unsigned int, short int.
func (w *words) gcc() string {
	if w.core == "__int128" && w.unsigned {
		return "__int128 unsigned"
	}
	if w.double || w.core != "" {
		return w.gdb()
	}
	var out []string
	put := func(on bool, word string) {
		if on {
			out = append(out, word)
		}
	}
	put(w.complex, "complex")
	put(w.short, "short")
	put(w.long, "long")
	put(w.longLong, "long")
	put(w.unsigned, "unsigned")
	return strings.Join(append(out, "int"), " ")
}

// canonical is a base type's name as gdb prints it, whatever the compiler called it.
func canonical(name string) string {
	if w, ok := parseWords(name); ok && w.core == "" {
		return w.gdb()
	}
	return name
}

// Spellings are the names that compilers give a base type, the given one first: unsigned
// long is also gcc's long unsigned int. Any other name is only itself.
func Spellings(name string) []string {
	out := []string{name}
	w, ok := parseWords(name)
	if !ok {
		return out
	}
	names := []string{w.gcc(), w.gdb()}
	switch {
	case w.core == "bool":
		names = append(names, "_Bool")
	case w.core == "_Bool":
		names = append(names, "bool")
	case w.core == "__int128" && w.unsigned:
		names = append(names, "unsigned __int128")
	case w.complex:
		names = append(names, strings.Replace(w.gdb(), "complex", "_Complex", 1))
	}
	for _, s := range names {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// builtin is a base type of C that debug info need not have for a program to have it;
// long has the size of pointers, as on all systems but Windows. nil: it is none.
func builtin(name string, pointer int64) *Type {
	w, ok := parseWords(name)
	if !ok || w.complex {
		return nil
	}
	t := &Type{Kind: Int, Name: w.gdb(), Signed: !w.unsigned}
	switch {
	case w.core == "char":
		t.Kind, t.Size = Char, 1
	case w.core == "_Bool" || w.core == "bool":
		t.Kind, t.Size, t.Signed = Bool, 1, false
	case w.core == "__int128":
		t.Size = 16
	case w.core == "float":
		t.Kind, t.Size = Float, 4
	case w.core != "":
		t.Kind, t.Size = Float, 16
	case w.double && w.long:
		t.Kind, t.Size = Float, longDouble(pointer)
	case w.double:
		t.Kind, t.Size = Float, 8
	case w.short:
		t.Size = 2
	case w.longLong:
		t.Size = 8
	case w.long:
		t.Size = pointer
	default:
		t.Size = 4
	}
	return t
}

// longDouble is the size of x87's 80 bits with their padding (System V ABI).
func longDouble(pointer int64) int64 {
	if pointer == 4 {
		return 12
	}
	return 16
}
