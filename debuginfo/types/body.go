package types

import (
	"fmt"
	"strings"
)

// body prints the members of a record that begins at an offset in bytes of the outermost.
func (l *layouter) body(t *Type, at int64) {
	l.tabs++
	sh := l.survey.shape(t)
	line := l.line
	if t.Kind == Union {
		l.unions++
		defer func() { l.unions-- }()
	}
	unit := int64(0) // the largest of the members that begin where the last one does
	for i := range sh.slots {
		if l.left--; l.left < 0 || len(l.b) > l.limit || l.tabs > maxNesting {
			l.indented("...\n")
			break
		}
		s := &sh.slots[i]
		if t.Kind == Union {
			l.line = line // each begins where the union does
		} else {
			l.between(sh, i, at, unit)
		}
		if i == 0 || s.offset != sh.slots[i-1].offset {
			unit = 0
		}
		unit = max(unit, s.size)
		l.label(t, s.Access, s.Base)
		l.member(s, at, i == len(sh.slots)-1 && at+s.offset > 0 && l.unions == 0)
	}
	if t.Kind == Union {
		l.line = line
	}
	if n := len(sh.slots); n > 0 && t.Kind != Union {
		l.last(sh.slots[n-1].inner)
	}
	l.variants(t, at)
	l.tabs--
}

// between prints what lies between a member and the one before it: remarks, each on a
// line, after an empty one and before another, then the beginning of a cache line.
func (l *layouter) between(sh *shape, i int, at, unit int64) {
	s := &sh.slots[i]
	var n notes
	if i > 0 {
		n.inner(sh.slots[i-1].inner)
	}
	n.hole(s.bitHole, "bit")
	n.hole(s.hole, "byte")
	if i > 0 {
		l.unnamed(&n, &sh.slots[i-1], s)
		n.combined(&sh.slots[i-1], s, unit)
	}
	l.remarks(n)
	l.boundary(at + s.offset)
}

// notes are remarks; an empty one is an empty line.
type notes []string

func (n *notes) add(format string, args ...any) { *n = append(*n, fmt.Sprintf(format, args...)) }

func (n *notes) hole(size int64, unit string) {
	if size > 0 {
		n.add("/* XXX %d %s hole, try to pack */", size, plural(size, unit))
	}
}

func (n *notes) inner(padding int64) {
	if padding > 0 {
		n.add("/* XXX last struct has %d %s of padding */", padding, plural(padding, "byte"))
	}
}

// plural is a word with an s unless it is of one.
func plural(n int64, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// combined remarks on bitfields whose unit other members lie in; unit is the size of
// that of the last member.
func (n *notes) combined(last, s *slot, unit int64) {
	switch {
	case last.Base || s.Base:
	case s.offset < last.offset, s.offset == last.offset && last.BitSize == 0 && last.size > 0 && s.BitSize > 0:
		n.add("/* Bitfield combined with previous fields */")
	case s.offset > last.offset && s.offset < last.offset+unit:
		n.add("/* Bitfield combined with next fields */")
	}
}

// unnamed shows the gap between two bitfields as the member that must have made it.
func (l *layouter) unnamed(n *notes, last, s *slot) {
	if s.BitSize == 0 || s.bitHole <= 0 {
		return
	}
	typ := l.typeName(s.Type)
	if s.offset == last.offset {
		n.add("%-*s :%d;", l.typeWidth(), typ, s.bitHole)
		return
	}
	n.add("")
	n.add("/* Force alignment to the next boundary: */")
	n.add("%-*s :0;", l.typeWidth(), typ)
}

func (l *layouter) remarks(n notes) {
	if len(n) == 0 {
		return
	}
	l.printf("\n")
	for _, s := range n {
		if s == "" {
			l.printf("\n")
		} else {
			l.indented("%s\n", s)
		}
	}
	l.printf("\n")
}

// last remarks on the padding of the last member, where no other follows.
func (l *layouter) last(inner int64) {
	var n notes
	if n.inner(inner); len(n) > 0 {
		l.printf("\n")
		l.indented("%s\n", n[0])
	}
}

// boundary announces the cache line of an offset when it is a new one.
func (l *layouter) boundary(offset int64) {
	line := offset / cacheline
	if line <= l.line {
		return
	}
	l.line = line
	ago := ""
	if rest := offset % cacheline; rest > 0 {
		ago = fmt.Sprintf(" was %d %s ago", rest, plural(rest, "byte"))
	}
	l.indented("/* --- cacheline %d boundary (%d bytes)%s --- */\n", line, line*cacheline, ago)
}

// typeWidth is that of the type column at this depth; when it has become negative,
// printf takes it as positive, in pahole too.
func (l *layouter) typeWidth() int {
	w := typeWidth - tabWidth*(l.tabs-1) - l.narrow
	return max(w, -w)
}

// column is where the comments of this depth begin.
func (l *layouter) column() int { return max(typeWidth-tabWidth*(l.tabs-1)-l.narrow+1+l.names, 0) }

// member prints one member.
func (l *layouter) member(s *slot, at int64, last bool) {
	attribute := aligned(s.align)
	if base := bodyOf(s.Type); base != nil && base.Name == "" {
		l.inline(s, base, at, last, attribute)
		return
	}
	typ, name := l.declared(s.Type, s.Name, last)
	if s.Base {
		text := fmt.Sprintf("/* %-*s <ancestor>; */", l.typeWidth(), typ)
		l.indented("%-*s %s\n", l.column(), text, extent(s, at))
		return
	}
	if s.BitSize > 0 {
		name += fmt.Sprintf(":%d", s.BitSize)
	}
	text := fmt.Sprintf("%-*s %s%s;", l.typeWidth(), typ, name, attribute)
	l.indented("%-*s %s\n", l.column(), text, extent(s, at))
}

// bodyOf is the record or enum that a member's type ends in, which is shown in place
// where it has no name.
func bodyOf(t *Type) *Type {
	for n := 0; t != nil && n < maxStrip; n++ {
		switch t.Kind {
		case Pointer, Reference, RvalueReference, Array, Const, Volatile, Restrict, Atomic:
			t = t.Elem()
		case Struct, Class, Union, Enum:
			return t
		default:
			return nil
		}
	}
	return nil
}

// inline prints a member with the body of its type, which has no name.
func (l *layouter) inline(s *slot, base *Type, at int64, last bool, attribute string) {
	typ, name := l.declared(s.Type, s.Name, last)
	before, after, _ := strings.Cut(typ, " {...}")
	l.indented("%s ", before)
	if base.Kind == Enum {
		l.enumBody(base)
	} else {
		l.inlineBody(s, base, at)
	}
	packed, align := "", ""
	if base.IsRecord() {
		packed, align = l.attributes(base)
	}
	after += packed
	bits := ""
	if s.BitSize > 0 {
		bits = fmt.Sprintf(":%d", s.BitSize)
	}
	width := l.column() - len(join("}"+after, name)+attribute+";") // without all else
	text := join("}"+after+align, name) + attribute + bits
	if !isInPlace(s.Type) {
		width = 0
	}
	l.indented("%s;%*s %s\n", text, max(width, 0), "", extent(s, at))
}

// isIndirect says whether a member only points to the record or enum that it ends in.
func isIndirect(t *Type) bool {
	for n := 0; t != nil && n < maxStrip && (t.Kind == Array || t.Kind >= Const && t.Kind <= Atomic); n++ {
		t = t.Elem()
	}
	return t != nil && stars[t.Kind] != ""
}

// isInPlace says whether a member is the record or enum itself, no array of it and no
// pointer to it: pahole aligns the comments of those only.
func isInPlace(t *Type) bool {
	for n := 0; t != nil && n < maxStrip && t.Kind >= Const && t.Kind <= Atomic; n++ {
		t = t.Elem()
	}
	return t != nil && t.Kind != Array && stars[t.Kind] == ""
}

// inlineBody prints the members of a record inside another.
func (l *layouter) inlineBody(s *slot, base *Type, at int64) {
	l.printf("{\n")
	access, narrow := l.access, l.narrow
	l.access = Default.effective(base)
	if isIndirect(s.Type) {
		at = -s.offset // it is somewhere else
		l.narrow += tabWidth
	}
	l.body(base, at+s.offset)
	l.access, l.narrow = access, narrow
}

// extent is a member's offset and size in bytes, and of a bitfield the bit in its unit.
func extent(s *slot, at int64) string {
	if s.Virtual {
		return "/* virtual */"
	}
	if s.BitSize > 0 {
		return fmt.Sprintf("/* %5d:%2d %2d */", at+s.offset, s.bit, s.size)
	}
	return fmt.Sprintf("/* %5d %5d */", at+s.offset, s.size)
}
