package types

import "strconv"

// enum prints an enum's definition up to the closing brace.
func (l *layouter) enum(t *Type) {
	stored := ""
	if t.Lang == CPlus && t.Elem() != nil {
		stored = ": " + t.Elem().String()
	}
	l.printf("%s ", join(join("enum", t.Name), stored))
	l.enumBody(t)
	l.indented("}")
	if stored == "" && t.Size > 0 && t.Size < 4 {
		l.printf(" __attribute__((__packed__))")
	}
}

// enumBody prints the enumerators between braces, without the closing one.
func (l *layouter) enumBody(t *Type) {
	l.printf("{\n")
	l.tabs++
	width := 0
	enumerators := t.Details().Enumerators
	for _, e := range enumerators {
		width = max(width, len(e.Name))
	}
	for _, e := range enumerators {
		if len(l.b) > l.limit {
			l.indented("...\n")
			break
		}
		l.indented("%-*s = %s,\n", min(width, maxEnumerator), e.Name, e.text(t))
	}
	l.tabs--
}

// maxEnumerator bounds the column of names: one of them may be very long.
const maxEnumerator = 1000

// text is an enumerator's value with the sign of its type.
func (e *Enumerator) text(t *Type) string {
	if t.Signed {
		return strconv.FormatInt(e.Value, 10)
	}
	return strconv.FormatUint(uint64(e.Value), 10)
}
