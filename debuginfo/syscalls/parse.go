package syscalls

import (
	"strconv"
	"strings"
)

// A row is the arguments of a call, or the members of a structure.
type row struct {
	fields   []field
	labelled bool // strace prints the names of the arguments too
}

// A field is one argument or member.
type field struct {
	name   string
	at     int // number of the argument, or offset in bytes
	kind   *kind
	choose bool // its value selects the row that goes on
}

// A kind says how a value is shown.
type kind struct {
	name      string
	size      int // bytes
	param     string
	elem      *kind
	aggregate bool // lies in memory: the value that show gets is its address
	show      showFunc
	set       *constants
	members   *structure
}

// showFunc prints a value; "" leaves the argument or member out.
type showFunc func(s *scope, v uint64, k *kind) string

// A kindRow is what the kinds tables say of a kind.
type kindRow struct {
	size      int
	show      showFunc
	aggregate bool
}

// parseRow reads "name:kind name:kind ..."; a leading "=" asks for labels.
func (t *table) parseRow(text string) row {
	var r row
	text, r.labelled = strings.CutPrefix(text, "=")
	for i, word := range strings.Fields(text) {
		r.fields = append(r.fields, t.parseField(word, i))
	}
	return r
}

func (t *table) parseField(word string, at int) field {
	name, text, ok := strings.Cut(word, ":")
	if !ok {
		panic("syscalls: no kind in " + word)
	}
	text, choose := strings.CutSuffix(text, "!")
	if n, pos, ok := strings.Cut(name, "@"); ok {
		name, at = n, int(parseUint(pos))
	}
	return field{name, at, t.parseKind(text), choose}
}

// needsSet is the kinds whose parameter is a set.
var needsSet = map[string]bool{"flags": true, "enum": true, "ipcflags": true, "ipccmd": true}

// parseKind reads a kind as doc.go describes it.
func (t *table) parseKind(text string) *kind {
	if rest, ok := strings.CutPrefix(text, "*"); ok {
		return &kind{name: "*", size: 8, elem: t.parseKind(rest), show: showPointer}
	}
	if rest, ok := strings.CutPrefix(text, "[]"); ok {
		i := strings.LastIndexByte(rest, '/')
		return &kind{name: "[]", size: 8, param: rest[i+1:], elem: t.parseKind(rest[:i]), show: showArray}
	}
	text, size, sized := strings.Cut(text, ":")
	k := &kind{}
	k.name, k.param, _ = strings.Cut(text, "/")
	if def, ok := kinds[k.name]; ok {
		k.size, k.show, k.aggregate = def.size, def.show, def.aggregate
	} else if _, ok := structures[k.name]; ok {
		k.members, k.aggregate, k.show = t.structure(k.name), true, showStructure
		k.size = k.members.size
	} else {
		panic("syscalls: no kind " + text)
	}
	k.set = t.sets[k.param]
	if k.set == nil && needsSet[k.name] {
		panic("syscalls: no set " + text)
	}
	if sized {
		k.size = int(parseUint(size))
	}
	return k
}

// A structure is the members of a C structure and its size in bytes.
type structure struct {
	row
	size int
}

// structure parses the members of a structure at their natural alignment.
func (t *table) structure(name string) *structure {
	if s, ok := t.structures[name]; ok {
		return s
	}
	s := &structure{}
	end, align := 0, 1
	for _, word := range strings.Fields(structures[name]) {
		f := t.parseField(word, -1)
		step := f.kind.align()
		if f.at < 0 {
			f.at = (end + step - 1) / step * step
		}
		end, align = f.at+f.kind.size, max(align, step)
		s.size = max(s.size, end)
		s.fields = append(s.fields, f)
	}
	s.size = (s.size + align - 1) / align * align
	t.structures[name] = s
	return s
}

// align is the alignment in bytes that C gives a member of the kind.
func (k *kind) align() int {
	if k.name == "cstr" {
		return 1
	}
	if k.aggregate || k.size > 8 {
		return min(8, k.size&-k.size)
	}
	return max(1, k.size)
}

func parseUint(text string) uint64 {
	v, err := strconv.ParseUint(text, 0, 64)
	if err != nil {
		panic("syscalls: no number: " + text)
	}
	return v
}
