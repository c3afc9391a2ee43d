package debuginfo

import (
	"strings"

	"github.com/ianlancetaylor/demangle"
)

// maxMangled is the longest name that is demangled, in bytes; what is longer stays as it is.
const maxMangled = 4096

// Demangle gives a C++ (Itanium ABI) or Rust name as gdb shows it (std::string
// written out), but for the hashes of Rust names, which are left out. Any other
// name, or one that does not parse, is unchanged.
func Demangle(name string) (out string) {
	if !isMangled(name) || len(name) > maxMangled {
		return name
	}
	defer func() {
		if recover() != nil { // a bug in the demangler must not cost more than its name
			out = name
		}
	}()
	base, suffix, plt := strings.Cut(name, "@plt")
	s, err := demangle.ToString(base, demangle.Verbose, demangle.MaxLength(16))
	if err != nil {
		return name
	}
	if plt {
		s += "@plt" + suffix
	}
	return s
}

// isMangled says whether a name begins as Itanium C++ (_Z, and ___Z of blocks) or Rust v0 (_R) names do.
func isMangled(name string) bool {
	return strings.HasPrefix(name, "_Z") || strings.HasPrefix(name, "___Z") || strings.HasPrefix(name, "_R")
}
