package dwarf

import (
	"bytes"
	"path"
	"strings"
)

// MatchPath says whether pattern means file, as in a debugger's FILE:LINE: it is
// the whole of it or its last components (jobs.c and lib/jobs.c both mean
// /src/lib/jobs.c, obs.c does not); an absolute pattern is the whole path.
func MatchPath(file, pattern string) bool {
	rest, ok := strings.CutSuffix(file, pattern)
	if !ok || pattern == "" {
		return false
	}
	return rest == "" || pattern[0] != '/' && rest[len(rest)-1] == '/'
}

// Match is the numbers of the files that pattern means, by their path or by the
// name that gdb shows (../sysdeps/start.S), in ascending order. No name is copied
// whose last component is another, and none is kept.
func (f *LineFiles) Match(pattern string) (numbers []int) {
	if pattern == "" {
		return nil
	}
	base := []byte(path.Base(pattern))
	cleaned := path.Clean(pattern)
	for i, e := range f.files {
		name := f.in.text(e.name)
		if !bytes.HasSuffix(name, base) {
			continue
		}
		file := f.path(e)
		if MatchPath(file, cleaned) || MatchPath(f.shown(e, file), pattern) {
			numbers = append(numbers, i+f.first())
		}
	}
	return numbers
}
