package dwarf

import "sync"

// maxFunctionSpans bounds the tables of functions that are kept: 24 bytes each, and
// enough for those of a whole kernel.
const maxFunctionSpans = 1 << 18

// functionTables keeps the tables of the units that were asked for last.
type functionTables struct {
	mu    sync.Mutex
	known map[functionKey][]span // value: offset of the subprogram
	order []functionKey          // the one made first is let go first
	spans int
}

// functionKey is a unit, and whether the table is of the functions inside of
// functions and classes too.
type functionKey struct {
	unit *Unit
	deep bool
}

// table gives the sorted functions of a unit. Two who ask at the same time may both make it.
func (t *functionTables) table(k functionKey) []span {
	t.mu.Lock()
	spans, ok := t.known[k]
	t.mu.Unlock()
	if ok {
		return spans
	}
	spans = flatten(k.unit.functionSpans(k.deep))
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.known[k]; !ok {
		t.keep(k, spans)
	}
	return spans
}

func (t *functionTables) keep(k functionKey, spans []span) {
	if t.known == nil {
		t.known = map[functionKey][]span{}
	}
	for len(t.order) > 0 && t.spans+len(spans) > maxFunctionSpans {
		t.spans -= len(t.known[t.order[0]])
		delete(t.known, t.order[0])
		t.order = t.order[1:]
	}
	t.known[k] = spans
	t.order = append(t.order, k)
	t.spans += len(spans)
}

// function is the innermost subprogram that has an address. Most are at the top of
// a unit or in a namespace; the others are looked for only when these do not have it.
func (u *Unit) function(addr uint64) (Entry, bool) {
	for _, deep := range []bool{false, true} {
		if off, ok := lookup(u.Data.functions.table(functionKey{u, deep}), addr); ok {
			return u.Data.Entry(off)
		}
	}
	return Entry{}, false
}

// functionSpans reads the ranges of a unit's subprograms and of those in the units
// that it imports. Lists that several share are read no more often than the
// sections are long.
func (u *Unit) functionSpans(deep bool) (out []span) {
	steps := int(u.Size()) + len(u.Data.Ranges) + len(u.Data.RngLists)
	seen := map[*Unit]bool{u: true}
	for queue := []*Unit{u}; len(queue) > 0 && steps > 0; queue = queue[1:] {
		queue[0].scan(deep, func(e Entry) {
			if e.Tag == TagImportedUnit {
				if to, ok := e.Ref(AttrImport); ok && to.Unit.Data == u.Data && !to.Unit.InTypes && !seen[to.Unit] {
					seen[to.Unit] = true
					queue = append(queue, to.Unit)
				}
				return
			}
			// A list that breaks off has told some of it.
			_ = e.eachRange(func(r Range) bool {
				if steps--; r.Low < r.High {
					out = append(out, span{r, e.Offset})
				}
				return steps > 0
			})
		})
	}
	return out
}

// scan visits subprograms and imports. It goes into namespaces, and when deep into
// all that a subprogram may be in.
func (u *Unit) scan(deep bool, visit func(Entry)) {
	e, ok := u.Root()
	for depth := 0; ok && e.Offset < u.end; {
		switch e.Tag {
		case TagSubprogram, TagImportedUnit:
			visit(e)
		}
		var next uint64
		if e.abbrev.children && (depth == 0 || isScope(e.Tag) || deep && isBody(e.Tag)) {
			next, ok = e.end()
			depth++
		} else {
			next, ok = e.after()
		}
		if !ok {
			return
		}
		if e, depth = u.pastEnds(next, depth); depth <= 0 {
			return
		}
		ok = e.abbrev != nil
	}
}

// pastEnds reads the entry at an offset, or the next one up the tree when those
// nested beside it have ended. Depth 0 is the end of the root.
func (u *Unit) pastEnds(off uint64, depth int) (Entry, int) {
	for depth > 0 && off < u.end && u.section()[off] == 0 {
		depth--
		off++
	}
	e, _ := u.Entry(off)
	return e, depth
}

func isScope(t Tag) bool {
	return t == TagNamespace || t == TagModule
}

func isBody(t Tag) bool {
	switch t {
	case TagSubprogram, TagLexicalBlock, TagInlinedSubroutine, TagStructType, TagClassType, TagUnionType, TagInterfaceType,
		TagEnumerationType, TagTryBlock, TagCatchBlock, TagWithStmt, TagVariant, TagVariantPart:
		return true
	}
	return false
}
