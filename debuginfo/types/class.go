package types

import "strings"

var accessWords = map[Access]string{Public: "public", Protected: "protected", Private: "private"}

// effective is who may use a member that says nothing about it.
func (a Access) effective(t *Type) Access {
	switch {
	case a != Default:
		return a
	case t.Kind == Class:
		return Private
	default:
		return Public
	}
}

// inherited lists the bases in a definition's first line: " : public A, virtual B".
func inherited(t *Type) string {
	var out []string
	for _, m := range t.Details().Members {
		if m.Base && m.Type != nil {
			virtual := ""
			if m.Virtual {
				virtual = "virtual"
			}
			out = append(out, join(join(accessWords[m.Access], virtual), m.Type.Name))
		}
	}
	if len(out) == 0 {
		return ""
	}
	return " : " + strings.Join(out, ", ")
}

// label prints public:, protected: or private: where it is not what went before.
func (l *layouter) label(t *Type, a Access, base bool) {
	if a = a.effective(t); base || a == l.access {
		return
	}
	l.access = a
	l.tabs--
	l.indented("%s:\n\n", accessWords[a])
	l.tabs++
}

// statics prints the members that are not part of the bytes.
func (l *layouter) statics(t *Type) {
	l.tabs++
	for _, m := range t.Details().Members {
		if !m.Static || len(l.b) > l.limit {
			continue
		}
		l.label(t, m.Access, false)
		typ, name := l.declared(m.Type, m.Name, false)
		l.indented("%-*s %s;\n", l.typeWidth(), "static "+typ, name)
	}
	l.tabs--
}

// methods prints the member functions that the compiler did not make by itself.
func (l *layouter) methods(t *Type) {
	l.tabs++
	first := true
	for _, m := range t.Details().Methods {
		if m.Artificial || len(l.b) > l.limit {
			continue
		}
		if first {
			l.printf("\n")
			first = false
		}
		l.label(t, m.Access, false)
		l.indented("%s;\n", m.declaration(t))
	}
	l.tabs--
}

// declaration is a method as C++ declares it: virtual int f(int) const.
func (m *Method) declaration(t *Type) string {
	if m.Type == nil || m.Type.Kind != Func {
		return m.Name
	}
	word := ""
	switch {
	case m.Virtual:
		word = "virtual"
	case m.Static:
		word = "static"
	}
	text := Prototype(m.Type, m.Name)
	if m.noResult(t) {
		text = text[strings.Index(text, m.Name):]
	}
	if rest, ok := strings.CutSuffix(text, "(void)"); ok {
		text = rest + "()"
	}
	return join(join(word, text), m.this().String())
}

// noResult says whether it is a constructor, destructor or conversion, which are
// declared without the type of their result.
func (m *Method) noResult(t *Type) bool {
	class, _, _ := strings.Cut(t.Name, "<")
	class = class[strings.LastIndex(class, ":")+1:]
	name, _, _ := strings.Cut(m.Name, "<")
	result := m.Type.Elem()
	return result == nil && (strings.HasPrefix(m.Name, "~") || name == class) || m.Name == "operator "+Declare(result, "")
}

// this is how a method's object is qualified: f() const.
func (m *Method) this() (q qualifiers) {
	params := m.Type.Details().Params
	if len(params) == 0 || !params[0].Artificial {
		return q
	}
	object := params[0].Type
	for n := 0; object != nil && object.Kind >= Const && object.Kind <= Atomic && n < maxStrip; n++ {
		object = object.Elem()
	}
	if object == nil || object.Kind != Pointer {
		return q
	}
	for e, n := object.Elem(), 0; e != nil && (e.Kind == Const || e.Kind == Volatile) && n < maxStrip; n++ {
		q.add(e.Kind)
		e = e.Elem()
	}
	return q
}

// variants prints what the bytes are by the value of their tag (Rust's enums).
func (l *layouter) variants(t *Type, at int64) {
	v := t.Details().Variants
	if v == nil {
		return
	}
	show := func(m *Member) {
		s := place(m)
		l.member(&s, at, false)
	}
	if v.Discr != nil {
		l.indented("/* the tag: */\n")
		show(v.Discr)
	}
	for i := range v.Variants {
		if l.left--; l.left < 0 || len(l.b) > l.limit {
			return
		}
		l.indented("/* %s: */\n", v.Variants[i].when())
		show(&v.Variants[i].Member)
	}
}
