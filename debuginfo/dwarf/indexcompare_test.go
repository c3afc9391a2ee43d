package dwarf

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// where is an entry in one of two files.
type where struct {
	alt, types bool
	off        uint64
}

// thing is what the truth says that a name stands for.
type thing struct {
	name         string
	kind         Kind
	decl, placed bool
}

// truth is all that has a name, made of what another reader tells.
type truth struct {
	things  map[where]thing
	origins map[where]origin // all functions and variables
	waiting []waiting
	stack   []surroundings
	alt     bool
}

// origin is what an entry says for those that complete it.
type origin struct {
	name    string
	scope   string
	visible bool
	next    where
	leads   bool
}

type waiting struct {
	at   where
	what thing
	own  string // scope
}

// surroundings is what is around an entry.
type surroundings struct {
	scope        string
	inC, hidden  bool
	record, root bool
}

func newTruth() *truth { return &truth{things: map[where]thing{}, origins: map[where]origin{}} }

var truthKinds = map[Tag]Kind{
	TagStructType: KindStruct, TagClassType: KindClass, TagUnionType: KindUnion, TagEnumerationType: KindEnum, TagEnumerator: KindEnumerator,
	TagSubprogram: KindFunction, TagVariable: KindVariable, TagMember: KindVariable, TagTypedef: KindTypedef, TagBaseType: KindBase,
	TagUnspecifiedType: KindBase, TagNamespace: KindNamespace, TagModule: KindNamespace, TagConstant: KindConstant,
}

func qualify(scope, name string) string {
	if scope == "" || name == "" {
		return name
	}
	return scope + "::" + name
}

// add takes one entry; they come in order.
func (x *truth) add(o told) {
	x.stack = x.stack[:o.depth]
	in := surroundings{root: true}
	if o.depth > 0 {
		in = x.stack[o.depth-1]
	}
	x.stack = append(x.stack, x.inside(o, in))
	kind := truthKinds[o.tag]
	at := where{x.alt, o.types, o.off}
	if kind == KindFunction || kind == KindVariable {
		next := where{x.alt || o.alt, o.types, o.origin}
		x.origins[at] = origin{o.name, in.scope, !in.hidden, next, o.origin != 0}
	}
	if in.root || in.hidden || kind == 0 || o.tag == TagMember && (!in.record || !o.decl && !o.external) {
		return
	}
	what := thing{kind: kind, decl: o.decl || o.tag == TagMember, placed: kind <= KindVariable && o.placed && !o.decl && o.tag != TagMember}
	if o.name != "" {
		what.name = qualify(in.scope, o.name)
		x.things[at] = what
	} else if o.origin != 0 {
		x.waiting = append(x.waiting, waiting{at, what, in.scope})
	}
}

// inside is the context of what is below an entry.
func (x *truth) inside(o told, in surroundings) surroundings {
	out := surroundings{scope: in.scope, inC: in.inC, hidden: in.hidden}
	switch o.tag {
	case TagCompileUnit, TagPartialUnit, TagTypeUnit, TagSkeletonUnit:
		out.inC = isC(o.language)
	case TagNamespace, TagModule:
		if out.scope = qualify(in.scope, o.name); o.name == "" {
			out.scope = qualify(in.scope, anonymous)
		}
	case TagStructType, TagClassType, TagUnionType, TagInterfaceType:
		out.record, out.hidden = true, in.hidden || in.inC
		if o.name != "" {
			out.scope = qualify(in.scope, o.name)
		}
	case TagEnumerationType:
		if o.scoped && o.name != "" {
			out.scope = qualify(in.scope, o.name)
		}
	default:
		out.hidden = true
	}
	return out
}

// finish names what waits for others' names.
func (x *truth) finish() {
	for _, w := range x.waiting {
		o := x.origins[w.at]
		scope := w.own
		for n := 0; n < 16 && o.name == "" && o.leads; n++ {
			o = x.origins[o.next]
			if o.visible {
				scope = o.scope
			}
		}
		if w.what.name = qualify(scope, o.name); o.name != "" {
			x.things[w.at] = w.what
		}
	}
}

// compareIndex compares an index with the truth, both ways.
func compareIndex(t *testing.T, ix *Index, x *truth) {
	t.Helper()
	x.finish()
	wrong := 0
	complain := func(format string, args ...any) {
		if wrong++; wrong < 20 {
			t.Errorf(format, args...)
		}
	}
	byName := map[thing][]where{}
	for at, what := range x.things {
		byName[thing{name: what.name, kind: what.kind}] = append(byName[thing{name: what.name, kind: what.kind}], at)
	}
	for key, ats := range byName {
		refs := ix.Lookup(key.name, Kinds(key.kind))
		defined := slices.ContainsFunc(ats, func(at where) bool { return !x.things[at].decl })
		if len(refs) == 0 || refs[0].Declaration == defined {
			complain("%s of kind %d: %d refs, defined %v", key.name, key.kind, len(refs), defined)
		}
		for _, at := range ats {
			is := func(r Ref) bool {
				return r.Offset == at.off && (r.Unit.Data != ix.data) == at.alt && r.Unit.InTypes == at.types && r.Placed
			}
			if x.things[at].placed && !slices.ContainsFunc(refs, is) {
				complain("%s at 0x%x is not found", key.name, at.off)
			}
		}
	}
	names, refs := 0, 0
	for name := range ix.Names(AnyKind) {
		names++
		for _, r := range ix.Lookup(name, AnyKind) {
			refs++
			what, ok := x.things[where{r.Unit.Data != ix.data, r.Unit.InTypes, r.Offset}]
			if r.Kind == KindType || r.Kind == KindTypedef && !ok {
				continue // named pointers of Go, template aliases: the truth does not have them
			}
			if !ok || what != (thing{name, r.Kind, r.Declaration, r.Placed}) {
				complain("%s: kind %d at 0x%x, declaration %v, placed %v; want %+v", name, r.Kind, r.Offset, r.Declaration, r.Placed, what)
			}
		}
	}
	t.Logf("%d entries with names, %d different names of a kind; the index has %d names, %d refs, %d bytes; %d differ",
		len(x.things), len(byName), names, refs, ix.Size(), wrong)
	require.Zero(t, wrong)
}
