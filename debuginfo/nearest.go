package debuginfo

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"unsafe"
)

// Nearest returns up to n names of symbols that are closest to name by edit
// distance, nearest first, for a hint. Of mangled names the identifiers are
// compared, and given as A::B.
func (p *Program) Nearest(name string, n int) []string {
	objects := p.objects
	prefix := ""
	if o, rest, ok := p.qualified(name); ok {
		objects, name, prefix = []*Object{o}, rest, o.Name+"::"
	}
	file, rest, qualified := splitFile(name)
	if qualified {
		name, prefix = rest, prefix+file+"::"
	}
	name = withoutParameters(name)
	s := search{want: name, best: make([]candidate, 0, max(n, 0)+1), n: n, row: make([]int, len(name)+1), bits: letterBits(name)}
	if n <= 0 || len(name) > maxNearest {
		return nil
	}
	for _, o := range objects {
		if o.module != nil {
			o.module.each(func(t *symbolTable, sym symbol) {
				if !qualified || t.isOf(sym, file) {
					s.try(t.name(sym))
				}
			})
		}
	}
	out := make([]string, len(s.best))
	for i, c := range s.best {
		out[i] = prefix + c.name
	}
	return out
}

// maxNearest is the longest name that near ones are looked for, bytes.
const maxNearest = 256

type candidate struct {
	name     string
	distance int
}

type search struct {
	want string
	bits uint64
	n    int
	best []candidate
	row  []int
	// identifiers is those of the mangled name that is being tried.
	identifiers []byte
}

// try keeps a name if it is among the nearest so far. A name further than a
// half of what was asked for is no hint.
func (s *search) try(name string) {
	if strings.HasPrefix(name, "_Z") {
		s.identifiers = appendIdentifiers(s.identifiers[:0], name)
		name = unsafe.String(unsafe.SliceData(s.identifiers), len(s.identifiers)) // only until try returns
	}
	limit := len(s.want)/2 + 1
	if len(s.best) == s.n {
		limit = min(limit, s.best[s.n-1].distance-1)
	}
	if abs(len(name)-len(s.want)) > limit || limit < 0 || len(name) == 0 {
		return
	}
	// Each letter that only one of the two has costs at least an edit, shared
	// between two by a substitution.
	if bits.OnesCount64(s.bits^letterBits(name)) > 2*limit {
		return
	}
	d := editDistance(s.want, name, limit, s.row)
	if d > limit || slices.ContainsFunc(s.best, func(c candidate) bool { return c.name == name }) {
		return
	}
	c := candidate{strings.Clone(name), d}
	at, _ := slices.BinarySearchFunc(s.best, c, func(a, b candidate) int { return cmp.Or(cmp.Compare(a.distance, b.distance), -1) })
	s.best = slices.Insert(s.best, at, c)
	s.best = s.best[:min(len(s.best), s.n)]
}

// letterBits is the set of a name's letters, modulo 64.
func letterBits(s string) (set uint64) {
	for i := range len(s) {
		set |= 1 << (s[i] & 63)
	}
	return set
}

func abs(n int) int { return max(n, -n) }

// editDistance is Levenshtein's, or more than limit as soon as it is known to be
// that. row has len(a)+1 elements.
func editDistance(a, b string, limit int, row []int) int {
	for i := range row {
		row[i] = i
	}
	for j := range len(b) {
		// Only cells within limit of the diagonal can be part of a short way.
		first, last := max(0, j-limit), min(len(a), j+limit+1)
		diagonal, least := row[first], j+1
		row[first] = j + 1 + first
		for i := first; i < last; i++ {
			d := diagonal
			if a[i] != b[j] {
				d = min(diagonal, row[i], row[i+1]) + 1
			}
			diagonal, row[i+1] = row[i+1], d
			least = min(least, d)
		}
		if last < len(a) {
			row[last+1] = limit + 1
		}
		if least > limit {
			return least
		}
	}
	return row[len(a)]
}

// appendIdentifiers joins the first run of <length><identifier> of a mangled
// name (Itanium C++ ABI, "<nested-name>") with "::". It is what the name is about,
// got without demangling it.
func appendIdentifiers(out []byte, name string) []byte {
	i := 2
	for i < len(name) && (name[i] < '0' || name[i] > '9') && i < 6 {
		i++
	}
	for i < len(name) && name[i] >= '1' && name[i] <= '9' {
		n := 0
		for ; i < len(name) && name[i] >= '0' && name[i] <= '9' && n < 1000; i++ {
			n = 10*n + int(name[i]-'0')
		}
		if i+n > len(name) {
			break
		}
		if len(out) > 0 {
			out = append(out, "::"...)
		}
		out = append(out, name[i:i+n]...)
		i += n
	}
	return out
}
