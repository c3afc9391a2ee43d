package types

import (
	"fmt"
	"strings"
)

// AppendLayout appends what a type consists of, as pahole prints it: each member with
// its offset and size in bytes, holes, cache lines and a summary; an enum's
// enumerators, a typedef's type, a function's prototype. It ends with a newline.
func AppendLayout(b []byte, t *Type) []byte {
	l := layouter{b: b, left: maxNodes, limit: len(b) + maxLayout, names: nameWidth}
	l.whole(t)
	return l.b
}

// maxLayout is roughly the most bytes of a layout, and maxNodes the most types in it: bad
// debug info may describe records inside each other that have no end.
const (
	maxLayout = 4 << 20
	maxNodes  = 1 << 16
	maxMember = 1 << 12 // of them in the type of one member
)

// The columns of a member at the outermost level. Deeper down the type has less, so
// that the comments stand in one column.
const (
	typeWidth      = 26
	nameWidth      = 21
	unionNameWidth = 19 // of all inside a union that is not inside a struct
	tabWidth       = 8
)

// A layouter prints one layout.
type layouter struct {
	b      []byte
	left   int // types that may still be printed
	limit  int // bytes that may be in b
	deep   int // of records or functions in each other
	tabs   int // in front of a line
	names  int // width of the name column
	narrow int // how much less the type column has: pahole's way behind pointers
	survey surveyor
	unions int    // that are being printed around the member
	line   int64  // the cache line that was last announced
	access Access // of the members that are printed now
}

func (l *layouter) printf(format string, args ...any) { l.b = fmt.Appendf(l.b, format, args...) }

// indented begins a line.
func (l *layouter) indented(format string, args ...any) {
	l.printf("%s", strings.Repeat("\t", l.tabs))
	l.printf(format, args...)
}

// whole prints a type as a definition.
func (l *layouter) whole(t *Type) {
	switch {
	case t == nil:
		l.printf("void\n")
	case t.Kind == Typedef:
		l.typedef(t)
	case t.Declaration:
		l.printf("%s; /* declared only: no definition in this debug info */\n", tagged(t))
	case t.IsRecord():
		l.definition(t)
		packed, align := l.attributes(t)
		l.printf("}%s%s;\n", packed, align)
	case t.Kind == Enum:
		l.enum(t)
		l.printf(";\n")
	case t.Kind == Func:
		l.printf("%s;\n", Prototype(t, t.Name))
	case t.Size >= 0:
		l.printf("%s /* size: %d */\n", t, t.Size)
	default:
		l.printf("%s\n", t)
	}
}

// typedef prints a typedef, with the body of a record or enum that has no other name.
func (l *layouter) typedef(t *Type) {
	elem := t.Elem()
	switch {
	case elem != nil && elem.Name == "" && elem.IsRecord() && !elem.Declaration:
		l.printf("typedef ")
		l.definition(elem)
		packed, align := l.attributes(elem)
		l.printf("}%s %s%s;\n", packed, t.Name, align)
	case elem != nil && elem.Name == "" && elem.Kind == Enum:
		l.printf("typedef ")
		l.enum(elem)
		l.printf(" %s;\n", t.Name)
	case elem != nil && elem.Kind == Func:
		typ, name := l.declared(elem, "("+t.Name+")", false)
		l.printf("typedef %s %s;\n", typ, name)
	case elem != nil && elem.Kind == Array && !elem.Vector:
		typ, name := l.declared(elem, t.Name, false)
		l.printf("typedef %-*s %s;\n", typeWidth, typ, name)
	default:
		typ, name := l.declared(elem, t.Name, false)
		l.printf("typedef %s %s;\n", typ, name)
	}
}

// definition prints a record with its summary, up to the closing brace.
func (l *layouter) definition(t *Type) {
	if t.Kind == Union {
		l.names = unionNameWidth
	}
	l.access = Default.effective(t)
	l.printf("%s%s {\n", strings.TrimSuffix(tagged(t), " {...}"), inherited(t))
	l.body(t, 0)
	l.statics(t)
	l.methods(t)
	if t.Kind != Union {
		l.summary(t)
	}
}

const packedWord = " __attribute__((__packed__))"

// aligned is the attribute of a forced alignment, bytes; 0: none.
func aligned(align int64) string {
	if align <= 0 {
		return ""
	}
	return fmt.Sprintf(" __attribute__((__aligned__(%d)))", align)
}

// attributes are those that follow the closing brace of a record.
func (l *layouter) attributes(t *Type) (packed, align string) {
	sh := l.survey.shape(t)
	if sh.packed {
		packed = packedWord
	}
	return packed, aligned(sh.align)
}

// summary prints what follows the members.
func (l *layouter) summary(t *Type) {
	sh := l.survey.shape(t)
	var sum totals
	for i := range sh.slots {
		sum.add(&sh.slots[i])
	}
	lines := (max(t.Size, 0) + cacheline - 1) / cacheline
	if len(sh.slots) == 0 && t.Size <= 1 {
		lines = 0
	}
	l.tabs++
	l.printf("\n")
	l.indented("/* size: %d, cachelines: %d, members: %d */\n", t.Size, lines, len(sh.slots))
	l.sums(&sum, sh)
	if rest := t.Size % cacheline; rest > 0 {
		l.indented("/* last cacheline: %d bytes */\n", rest)
	}
	l.tabs--
}

// totals are the sums of a summary.
type totals struct {
	bytes, bits            int64
	holes, holeBytes       int64
	bitHoles, holeBits     int64
	paddings, paddingBytes int64
	forced, forcedHoles    int64
	forcedHoleBytes        int64
}

func (s *totals) add(sl *slot) {
	count := func(n, sum *int64, v int64) {
		if v > 0 {
			*n++
			*sum += v
		}
	}
	if sl.BitSize > 0 {
		s.bits += sl.BitSize
	} else {
		s.bytes += sl.size + min(sl.hole, 0) // a base's padding may be used by what follows
	}
	count(&s.holes, &s.holeBytes, sl.hole)
	count(&s.bitHoles, &s.holeBits, sl.bitHole)
	count(&s.paddings, &s.paddingBytes, sl.inner)
	if sl.align > 0 {
		s.forced++
		count(&s.forcedHoles, &s.forcedHoleBytes, sl.hole)
	}
}

// sums prints the lines of the summary that say something.
func (l *layouter) sums(s *totals, sh *shape) {
	if s.holes > 0 {
		l.indented("/* sum members: %d, holes: %d, sum holes: %d */\n", s.bytes, s.holes, s.holeBytes)
	} else if s.bitHoles > 0 {
		l.indented("/* sum members: %d */\n", s.bytes)
	}
	if s.bits > 0 && s.bitHoles > 0 {
		l.indented("/* sum bitfield members: %d bits, bit holes: %d, sum bit holes: %d bits */\n", s.bits, s.bitHoles, s.holeBits)
	} else if s.bits > 0 && s.holes > 0 {
		l.indented("/* sum bitfield members: %d bits (%d bytes) */\n", s.bits, s.bits/8)
	}
	if sh.padding > 0 {
		l.indented("/* padding: %d */\n", sh.padding)
	}
	if s.paddings > 0 {
		l.indented("/* paddings: %d, sum paddings: %d */\n", s.paddings, s.paddingBytes)
	}
	if sh.bitPadding > 0 {
		l.indented("/* bit_padding: %d bits */\n", sh.bitPadding)
	}
	if s.forcedHoles > 0 {
		l.indented("/* forced alignments: %d, forced holes: %d, sum forced holes: %d */\n", s.forced, s.forcedHoles, s.forcedHoleBytes)
	} else if s.forced > 0 {
		l.indented("/* forced alignments: %d */\n", s.forced)
	}
}
