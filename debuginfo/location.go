package debuginfo

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/stackfs/stackfs/core"
)

// A Range is what a LOCATION means: [Start, End), or a point where End is Start.
type Range struct {
	Start, End uint64
	// Place is the symbol at Start; its Object is nil if there is none.
	Place Place
}

// maxLocation is the longest LOCATION in bytes; a C++ name may be long.
const maxLocation = 8192

// Resolve finds what a LOCATION (docs/tree.md, 3) means, one Range an address: a
// name may be that of several functions. 0xADDR, SYM and SYM+OFF are points, the
// extent of a function is its Place's Symbol; A-B, 0xADDR+LEN and SYM+OFF+LEN are
// ranges. Names are as for Lookup, and a name that contains + or - goes before a
// sum or range. ErrInvalid if it does not parse, ErrNotFound with the three
// nearest names for an unknown one or an unknown FILE, ErrNoData for a LINE that no
// code comes from or that comes after.
func (p *Program) Resolve(where string) ([]Range, error) {
	where = strings.TrimSpace(where)
	if where == "" || len(where) > maxLocation || strings.ContainsAny(where, "\n\x00") {
		return nil, core.Errorf(core.ErrInvalid, "parsing a location: want 0xADDR, SYM, SYM+OFF, A-B or 0xADDR+LEN")
	}
	if out, err := p.point(where); err != nil || len(out) > 0 {
		return out, err
	}
	if out, err := p.sum(where); err != nil || len(out) > 0 {
		return out, err
	}
	if out, err := p.between(where); err != nil || len(out) > 0 {
		return out, err
	}
	if isFileLine(where) {
		file, line, _ := cutLast(where, ':')
		n, err := strconv.Atoi(line)
		if err != nil {
			return nil, core.Errorf(core.ErrInvalid, "parsing location %q: %s is no line number", where, line)
		}
		return p.lineRanges(file, n)
	}
	return nil, p.unknown(where)
}

// ResolveOne is Resolve where only one answer makes sense: the first, functions
// before data.
func (p *Program) ResolveOne(where string) (Range, error) {
	all, err := p.Resolve(where)
	if err != nil {
		return Range{}, err
	}
	return all[0], nil
}

// point resolves 0xADDR and SYM; nothing found is no error.
func (p *Program) point(s string) ([]Range, error) {
	if isNumber(s) {
		addr, err := parseNumber(s)
		if err != nil && (isFileLine(s) || strings.ContainsAny(s, "+-")) {
			return nil, nil // a sum, a range or a line: not for here
		}
		if err != nil {
			return nil, err
		}
		place, _ := p.Symbolize(addr)
		return []Range{{addr, addr, place}}, nil
	}
	var out []Range
	for _, place := range p.Lookup(s) {
		out = append(out, Range{place.Symbol.Addr, place.Symbol.Addr, place})
	}
	return out, nil
}

// sum resolves A+N: a range if A is an address or a sum, else a point N bytes into SYM.
func (p *Program) sum(s string) ([]Range, error) {
	left, right, ok := cutLast(s, '+')
	if !ok || !isNumber(right) {
		return nil, nil
	}
	n, err := parseNumber(right)
	if err != nil {
		return nil, err
	}
	base, err := p.point(left)
	isRange := isNumber(left)
	if len(base) == 0 && err == nil {
		base, err = p.sum(left)
		isRange = true
	}
	if err != nil || len(base) == 0 {
		return nil, err
	}
	for i, r := range base {
		if n > math.MaxUint64-r.Start || r.End != r.Start {
			return nil, core.Errorf(core.ErrInvalid, "parsing location %q: it goes beyond the address space", s)
		}
		if isRange {
			base[i].End = r.Start + n
			continue
		}
		base[i].Start, base[i].End = r.Start+n, r.Start+n
		base[i].Place.Offset += n
	}
	return base, nil
}

// between resolves A-B; each minus sign may be the one, as names contain them.
func (p *Program) between(s string) ([]Range, error) {
	tries := 0
	for i := range s {
		if s[i] != '-' || i == 0 || i == len(s)-1 {
			continue
		}
		if tries++; tries > maxMinus {
			break
		}
		a, err := p.end(s[:i])
		if err != nil || len(a) == 0 {
			continue
		}
		b, err := p.end(s[i+1:])
		if err != nil || len(b) == 0 {
			continue
		}
		if b[0].Start < a[0].Start {
			return nil, core.Errorf(core.ErrInvalid, "parsing location %q: it ends before it begins", s)
		}
		return []Range{{a[0].Start, b[0].Start, a[0].Place}}, nil
	}
	return nil, nil
}

// maxMinus bounds how many ways to split A-B are tried.
const maxMinus = 16

// end resolves one end of a range: a point, or SYM+OFF. A number without 0x is
// hexadecimal all the same, as in /proc/PID/maps, if it is no symbol.
func (p *Program) end(s string) ([]Range, error) {
	if isNumber(s) && len(s) <= 16 && !strings.HasPrefix(s, "0x") {
		return p.point("0x" + s)
	}
	if out, err := p.point(s); err != nil || len(out) > 0 {
		return out, err
	}
	if out, err := p.sum(s); err != nil || len(out) > 0 {
		return out, err
	}
	if addr, err := strconv.ParseUint(s, 16, 64); err == nil {
		return p.point(fmt.Sprintf("0x%x", addr))
	}
	return nil, nil
}

func (p *Program) unknown(where string) error {
	name := where
	if left, right, ok := cutLast(where, '+'); ok && isNumber(right) {
		name = left
	}
	near := p.Nearest(name, 3)
	if len(near) == 0 {
		return core.Errorf(core.ErrNotFound, "resolving %q: no symbol has that name", where)
	}
	return core.Errorf(core.ErrNotFound, "resolving %q: no symbol has that name; the nearest are %s", where, strings.Join(near, ", "))
}

// isNumber says whether s can only be meant as a number: it begins with a digit
// and has nothing but letters and digits.
func isNumber(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < '0' || c > '9' && c < 'A' || c > 'Z' && c < 'a' || c > 'z' {
			return false
		}
	}
	return s != "" && s[0] <= '9'
}

// parseNumber reads decimal, or hexadecimal after 0x.
func parseNumber(s string) (uint64, error) {
	base, digits := 10, s
	if len(s) > 2 && (s[:2] == "0x" || s[:2] == "0X") {
		base, digits = 16, s[2:]
	}
	v, err := strconv.ParseUint(digits, base, 64)
	if err != nil {
		return 0, core.Errorf(core.ErrInvalid, "parsing %q: want a number such as 0x7f00 or 16", s)
	}
	return v, nil
}

// isFileLine says whether s is FILE:LINE.
func isFileLine(s string) bool {
	file, line, ok := cutLast(s, ':')
	if !ok || file == "" || strings.HasSuffix(file, ":") || line == "" {
		return false
	}
	return !slices.ContainsFunc([]byte(line), func(c byte) bool { return c < '0' || c > '9' })
}

func cutLast(s string, sep byte) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}
