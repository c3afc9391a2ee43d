package debuginfo

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Place is an address in words. Symbol.Addr is run-time.
type Place struct {
	Object *Object
	Symbol Symbol
	Offset uint64 // bytes from Symbol.Addr
}

// Addr is the run-time address.
func (p Place) Addr() uint64 { return p.Symbol.Addr + p.Offset }

// Function is the symbol's name as gdb shows it: demangled.
func (p Place) Function() string {
	if p.Object == nil || p.Object.module == nil {
		return Demangle(p.Symbol.Name)
	}
	return p.Object.module.demangle(p.Symbol.Name)
}

// String is NAME or NAME+OFFSET, the offset decimal as in gdb.
func (p Place) String() string {
	if p.Offset == 0 {
		return p.Function()
	}
	return fmt.Sprintf("%s+%d", p.Function(), p.Offset)
}

// Symbolize gives the symbol that a run-time address belongs to, chosen as gdb
// does; ok is false where no symbol covers it. ObjectAt may know the object even so.
func (p *Program) Symbolize(addr uint64) (place Place, ok bool) {
	o, ok := p.ObjectAt(addr)
	if !ok || o.module == nil {
		return Place{}, false
	}
	t, s, ok := o.module.find(addr - o.Base)
	if !ok {
		return Place{}, false
	}
	return Place{o, t.public(s, o.Base), addr - o.Base - s.addr}, true
}

// A ProgramSymbol is a symbol of one object, Addr run-time.
type ProgramSymbol struct {
	Symbol
	Object *Object
}

// Symbols returns all symbols of all objects that are addresses (thread-local
// and absolute ones are not), sorted by address.
func (p *Program) Symbols() []ProgramSymbol {
	n := 0
	for _, o := range p.objects {
		n += o.module.most()
	}
	out := make([]ProgramSymbol, 0, n)
	for _, o := range p.objects {
		if o.module != nil {
			o.module.each(func(t *symbolTable, s symbol) { out = append(out, ProgramSymbol{t.public(s, o.Base), o}) })
		}
	}
	byAddress := func(a, b ProgramSymbol) int { return cmp.Compare(a.Addr, b.Addr) }
	if !slices.IsSortedFunc(out, byAddress) {
		slices.SortStableFunc(out, byAddress)
	}
	return out
}

// Symbols returns the object's symbols, Addr run-time, sorted by address.
func (o *Object) Symbols() []Symbol {
	if o.module == nil {
		return nil
	}
	var out []Symbol
	o.module.each(func(t *symbolTable, s symbol) { out = append(out, t.public(s, o.Base)) })
	slices.SortStableFunc(out, func(a, b Symbol) int { return cmp.Compare(a.Addr, b.Addr) })
	return out
}

// Lookup returns the places that a name means, functions before data, each
// address once: a symbol's name as it is in the file, or a C++ or Rust name with
// or without its parameters; OBJECT::NAME (or OBJECT!NAME) in one object only,
// FILE::NAME one that is static in a source file. It is empty if there is none.
func (p *Program) Lookup(name string) []Place {
	objects := p.objects
	if o, rest, ok := p.qualified(name); ok {
		objects, name = []*Object{o}, rest
	}
	file := ""
	if f, rest, ok := splitFile(name); ok {
		file, name = f, rest
	}
	var out []Place
	for _, o := range objects {
		if o.module != nil {
			out = append(out, o.lookupIn(file, name)...)
		}
	}
	slices.SortStableFunc(out, func(a, b Place) int { return cmp.Compare(b.rank(), a.rank()) })
	return out
}

func (p Place) rank() int { return int(truth(strings.IndexByte("tTwWi", p.Symbol.Kind) >= 0)) }

// qualified splits OBJECT::NAME where OBJECT is one that is loaded.
func (p *Program) qualified(name string) (o *Object, rest string, ok bool) {
	for _, sep := range []string{"::", "!"} {
		object, rest, found := strings.Cut(name, sep)
		if !found {
			continue
		}
		if i := slices.IndexFunc(p.objects, func(o *Object) bool { return o.Name == object }); i >= 0 {
			return p.objects[i], rest, true
		}
	}
	return nil, "", false
}

func (o *Object) lookup(name string) []Place { return o.lookupIn("", name) }

// lookupIn is lookup among what is static in a source file; "": among all.
func (o *Object) lookupIn(file, name string) []Place {
	var out []Place
	o.module.named(name, func(t *symbolTable, s symbol) {
		if s.flags&symbolNoAddress == 0 && (file == "" || t.isOf(s, file)) && !slices.ContainsFunc(out, func(p Place) bool { return p.Symbol.Addr == s.addr+o.Base }) {
			out = append(out, Place{Object: o, Symbol: t.public(s, o.Base)})
		}
	})
	return out
}

// demangledNamed finds symbols by what they demangle to. Only those whose
// mangled form has the name's last identifier with its length before it are
// demangled; operators have none there, so for them all are.
func (t *symbolTable) demangledNamed(name string) []symbol {
	needle := mangledNeedle(name)
	var out []symbol
	t.nameOnce.Do(t.indexNames)
	for _, i := range t.mangled {
		s := t.syms[i]
		if raw := t.name(s); strings.Contains(raw, needle) {
			if d := Demangle(raw); d == name || withoutParameters(d) == name || withoutHash(d) == name {
				out = append(out, s)
			}
		}
	}
	return out
}

// mangledNeedle is what the mangled form of a name must contain: <length><identifier>
// (Itanium C++ ABI, "<source-name>").
func mangledNeedle(name string) string {
	if strings.Contains(name, "operator") || strings.Contains(name, "(anonymous") || strings.Contains(name, "{") {
		return "_"
	}
	name = strings.TrimSuffix(withoutParameters(name), "@plt")
	if i := strings.IndexByte(name, '<'); i > 0 {
		name = name[:i]
	}
	if i := strings.LastIndex(name, "::"); i >= 0 {
		name = name[i+2:]
	}
	name = name[strings.LastIndexByte(name, ' ')+1:]
	name = strings.TrimPrefix(name, "~")
	if name == "" {
		return "_"
	}
	return name
}

// withoutHash cuts ::h and 16 hexadecimal digits off a legacy Rust name.
func withoutHash(d string) string {
	if i := len(d) - 19; i > 0 && d[i:i+3] == "::h" {
		return d[:i]
	}
	return d
}

// withoutParameters cuts the parameter list off a demangled function name; the
// parentheses of "operator()" and "(anonymous namespace)" stay.
func withoutParameters(d string) string {
	end := strings.LastIndexByte(d, ')')
	if end < 0 {
		return d
	}
	depth := 0
	for i := end; i >= 0; i-- {
		switch d[i] {
		case ')':
			depth++
		case '(':
			depth--
		}
		if depth == 0 {
			if i == 0 || strings.HasPrefix(d[i:], "(anonymous") || strings.HasSuffix(d[:i], "operator") || i >= 2 && d[i-1] == ':' {
				return d
			}
			return d[:i]
		}
	}
	return d
}
