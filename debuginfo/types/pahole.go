package types

import "strings"

// typeName is a type as pahole writes it: the name as the debug info has it, stars
// after a space each (struct page * *), two after a qualified type (const char  *).
// Where pahole is wrong (const pointers, pointers to arrays), it is as C has it.
func (l *layouter) typeName(t *Type) string {
	var b strings.Builder
	l.writeType(&b, t, 0)
	return b.String()
}

func (l *layouter) writeType(b *strings.Builder, t *Type, depth int) {
	if l.left--; depth > maxStrip || l.left < 0 {
		b.WriteString("...")
		return
	}
	if t == nil {
		b.WriteString("void")
		return
	}
	switch t.Kind {
	case Pointer, Reference, RvalueReference:
		l.writeType(b, t.Elem(), depth+1)
		b.WriteString(" " + stars[t.Kind])
	case Const, Volatile, Restrict, Atomic:
		l.writeQualified(b, t, depth)
	default:
		name := tagged(t)
		l.left -= len(name) / 16
		b.WriteString(name)
	}
}

var stars = map[Kind]string{Pointer: "*", Reference: "&", RvalueReference: "&&"}

// writeQualified puts a qualifier after a pointer and before all else.
func (l *layouter) writeQualified(b *strings.Builder, t *Type, depth int) {
	word := qualifierNames[t.Kind-Const]
	if isPointer(t) {
		l.writeType(b, t.Elem(), depth+1)
		b.WriteString(" " + word)
		return
	}
	b.WriteString(word + " ")
	l.writeType(b, t.Elem(), depth+1)
	if elem := t.Elem(); elem == nil || elem.Kind < Const || elem.Kind > Atomic {
		b.WriteString(" ")
	}
}

// isPointer says whether what the qualifiers stand for is a pointer.
func isPointer(t *Type) bool {
	for n := 0; t != nil && n < maxStrip && t.Kind >= Const && t.Kind <= Atomic; n++ {
		t = t.Elem()
	}
	return t != nil && stars[t.Kind] != ""
}

// tagged is a type's name with struct, union, enum or class, in all languages.
func tagged(t *Type) string {
	word := keywords[t.Kind]
	switch {
	case word != "" && t.Name == "":
		return word + " {...}"
	case word != "":
		return word + " " + t.Name
	case t.Kind == Void:
		return "void"
	case t.Name == "":
		return "<unknown type>"
	}
	return t.Name
}

// declared is split with a budget of its own, so that one member without end leaves room
// for the others.
func (l *layouter) declared(t *Type, name string, flexible bool) (typ, declared string) {
	all := l.left
	l.left = min(all, maxMember)
	given := l.left
	typ, declared = l.split(t, name, flexible)
	l.left = all - given + max(l.left, 0)
	return typ, declared
}

// split declares a name as pahole does: type is the column before the name, which has
// all stars but those that belong to a function or to a pointer to an array.
func (l *layouter) split(t *Type, name string, flexible bool) (typ, declared string) {
	var q qualifiers
	for n := 0; n < maxStrip && t != nil && !l.isPlain(t); n++ {
		switch t.Kind {
		case Array:
			name += dims(t, flexible)
			flexible = false
		case Func:
			name += l.paramList(t)
		case MemberPointer, Pointer, Reference, RvalueReference:
			d := declarer{left: maxName}
			name = wrap(d.star(t)+join(q.String(), name), t.Elem())
			q = qualifiers{}
		default:
			q.add(t.Kind)
		}
		t = t.Elem()
	}
	for e, n := t, 0; e != nil && e.Kind >= Const && e.Kind <= Atomic && n < maxStrip; n++ {
		q[e.Kind-Const] = false // an array's and its elements' are the same
		e = e.Elem()
	}
	typ = strings.TrimRight(l.typeName(t), " ")
	if isPointer(t) {
		return join(typ, q.String()), name
	}
	return join(q.String(), typ), name
}

// isPlain says whether a type has no array or function among what it points to.
func (l *layouter) isPlain(t *Type) bool {
	for n := 0; t != nil && n < maxStrip; n++ {
		switch t.Kind {
		case Pointer, Reference, RvalueReference, Const, Volatile, Restrict, Atomic:
			t = t.Elem()
		case Array:
			return t.Vector
		case Func, MemberPointer:
			return false
		default:
			return true
		}
	}
	return true
}

// dims is an array's [n]; that of the last member with no elements is a flexible one.
func dims(t *Type, flexible bool) string {
	if flexible && t.Details().Count == 0 {
		return "[]"
	}
	return dimension(t, "")
}

// paramList is a function's (int, const char  *).
func (l *layouter) paramList(t *Type) string {
	var out []string
	for _, p := range t.Details().Params {
		if l.left < 0 {
			out = append(out, "...")
			break
		}
		out = append(out, l.param(p.Type))
	}
	return "(" + t.list(out) + ")"
}

// param is a parameter without its name.
func (l *layouter) param(t *Type) string {
	l.left--
	if l.isPlain(t) {
		return l.typeName(t)
	}
	l.deep++
	defer func() { l.deep-- }()
	if l.deep > maxNesting {
		return "..."
	}
	typ, declared := l.split(t, "", false)
	return join(typ, declared)
}
