package dwarf

// maxOrigins bounds the chain from a concrete entry to what it is an instance of.
const maxOrigins = 16

// Origin finds the nearest entry with an attribute: the entry itself, or what it is
// an instance of (DW_AT_abstract_origin) or completes (DW_AT_specification).
func (e Entry) Origin(a Attr) (Entry, bool) {
	for range maxOrigins {
		if e.Has(a) {
			return e, true
		}
		next, ok := e.Ref(AttrAbstractOrigin)
		if !ok {
			next, ok = e.Ref(AttrSpecification)
		}
		if !ok {
			return Entry{}, false
		}
		e = next
	}
	return Entry{}, false
}

// Ref is the entry that an attribute refers to.
func (e Entry) Ref(a Attr) (Entry, bool) {
	v, ok := e.Value(a)
	if !ok {
		return Entry{}, false
	}
	return v.Entry()
}

// String is an attribute's text, empty if there is none.
func (e Entry) String(a Attr) string {
	v, ok := e.Value(a)
	if !ok {
		return ""
	}
	return v.String()
}

// Uint is an attribute's number; ok is false if there is none or it is no number.
func (e Entry) Uint(a Attr) (n uint64, ok bool) {
	v, ok := e.Value(a)
	if !ok || v.IsBlock() || v.Form == FormString {
		return 0, false
	}
	return v.num, true
}

// Flag says whether the entry has a flag that is set.
func (e Entry) Flag(a Attr) bool {
	n, _ := e.Uint(a)
	return n != 0
}

// Name is DW_AT_name of the entry or of what it is an instance of; empty if it has none.
func (e Entry) Name() string {
	o, ok := e.Origin(AttrName)
	if !ok {
		return ""
	}
	return o.String(AttrName)
}

// LinkageName is the name in the symbol table, empty if debug info does not say it.
func (e Entry) LinkageName() string {
	for _, a := range []Attr{AttrLinkageName, AttrMIPSLinkageName} {
		if o, ok := e.Origin(a); ok {
			return o.String(a)
		}
	}
	return ""
}

// Same says whether two entries are one.
func (e Entry) Same(o Entry) bool { return e.Unit == o.Unit && e.Offset == o.Offset }
