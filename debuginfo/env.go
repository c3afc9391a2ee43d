package debuginfo

import (
	"context"
	"debug/elf"
	"slices"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/dwarf"
	"github.com/stackfs/stackfs/debuginfo/types"
	"github.com/stackfs/stackfs/debuginfo/values"
)

// Env is what an expression may refer to in a call, or if that is nil in the program
// as a whole. m is the memory that values are read from; thread gives the registers
// of the thread whose thread-local variables are meant, and is asked only for those;
// nil: that of the call. The writers, and what only a kernel has, are for the caller
// to fill in.
func (p *Program) Env(m core.Memory, c *Call, thread func(context.Context) (core.Registers, error)) *values.Env {
	s := &scope{program: p, memory: m, call: c, thread: thread}
	env := &values.Env{Scope: s, Types: s, Memory: m, Symbolize: p.symbolName, Member: s.member}
	if c != nil {
		env.Registers = c.Registers()
	}
	if c != nil && c.HasInfo() {
		env.Language = printedAs(c.scopes[0].Unit)
	} else {
		env.Language = p.language()
	}
	return env
}

// language is what the program's main function is written in, C if it is not known:
// what gdb starts with.
func (p *Program) language() values.Language {
	if o := p.executableObject(); o != nil && o.module != nil {
		if info, err := o.module.info(); err == nil {
			return info.mainLanguage()
		}
	}
	return values.C
}

func (d *debugData) mainLanguage() values.Language {
	d.mainOnce.Do(func() {
		for _, name := range []string{"main.main", "main"} {
			for _, e := range d.named(context.Background(), name, kindFunction) {
				d.language = printedAs(e.Unit)
				return
			}
		}
	})
	return d.language
}

// printedAs is the language whose rules the values of a unit are printed by.
func printedAs(u *dwarf.Unit) values.Language {
	switch language(u) {
	case types.CPlus:
		return values.CPlusPlus
	case types.Rust:
		return values.Rust
	case types.Go:
		return values.Go
	}
	return values.C
}

// scope finds names in a call, its unit, its object, and the program.
type scope struct {
	program *Program
	memory  core.Memory
	call    *Call
	thread  func(context.Context) (core.Registers, error)
}

// tls finds thread-local variables of the scope's thread.
func (s *scope) tls(ctx context.Context) func(o *Object, offset uint64) (uint64, error) {
	return func(o *Object, offset uint64) (uint64, error) {
		var regs core.Registers
		switch {
		case s.call != nil:
			regs = s.call.Registers()
		case s.thread != nil:
			var err error
			if regs, err = s.thread(ctx); err != nil {
				return 0, err
			}
		}
		return s.program.threadLocal(ctx, s.memory, regs)(o, offset)
	}
}

// Variable implements values.Scope.
func (s *scope) Variable(ctx context.Context, name string) (values.Value, error) {
	if s.call != nil && s.call.HasInfo() {
		if v, ok := s.local(ctx, name); ok {
			return v, v.Err
		}
	}
	objects, rest, file := s.qualified(name)
	for turn := turnShared; turn <= turnDeclared; turn++ {
		for _, o := range objects {
			if v, ok := s.global(ctx, o, rest, file, turn); ok {
				return v, v.Err
			}
		}
	}
	if file == "" {
		if v, ok := s.symbol(ctx, name); ok {
			return v, nil
		}
	}
	if strings.HasPrefix(name, "$") {
		return values.Value{}, core.Errorf(core.ErrNotFound, "there is no register %s here", name)
	}
	return values.Value{}, s.program.unknownName(name)
}

// unknownName says which names are near one that does not exist.
func (p *Program) unknownName(name string) error {
	if near := p.Nearest(name, 3); len(near) > 0 {
		return core.Errorf(core.ErrNotFound, "there is no %q; the nearest are %s", name, strings.Join(near, ", "))
	}
	return core.Errorf(core.ErrNotFound, "there is no %q", name)
}

// local finds a variable of the call: of the innermost block first, then of those
// around it, then the parameters.
func (s *scope) local(ctx context.Context, name string) (values.Value, bool) {
	c := s.call
	for i := len(c.scopes) - 1; i >= 0; i-- {
		if i > 0 && isGroup(c.scopes[i]) {
			continue
		}
		for _, tag := range []dwarf.Tag{dwarf.TagVariable, dwarf.TagFormalParameter} {
			var found *values.Value
			for _, e := range instances(c.scopes[i], tag) {
				if e.Name() != name {
					continue
				}
				if v, ok := c.variable(ctx, s.memory, e); ok {
					found = &v.Value // the last of a name is in scope, if any is
				}
			}
			if found != nil {
				return *found, true
			}
		}
	}
	return values.Value{}, false
}

// qualified splits OBJECT::NAME and FILE::NAME. objects is where to look, the one of
// the call first.
func (s *scope) qualified(name string) (objects []*Object, rest, file string) {
	if o, rest, ok := s.program.qualified(name); ok {
		return []*Object{o}, rest, ""
	}
	objects = s.program.Objects()
	if s.call != nil && s.call.object != nil {
		i := slices.IndexFunc(objects, func(o *Object) bool { return o == s.call.object })
		if i > 0 {
			objects = slices.Insert(slices.Delete(objects, i, i+1), 0, s.call.object)
		}
	}
	for _, sep := range []string{"::", "!"} {
		if before, after, ok := strings.Cut(name, sep); ok && strings.Contains(before, ".") {
			return objects, after, before
		}
	}
	return objects, name, ""
}

// global finds a variable, function or enumerator of an object by debug info, or what
// that only declares.
func (s *scope) global(ctx context.Context, o *Object, name, file string, turn int) (values.Value, bool) {
	if o.module == nil {
		return values.Value{}, false
	}
	info, err := o.module.info()
	if err != nil {
		return values.Value{}, false
	}
	var found []dwarf.Entry
	for _, e := range info.named(ctx, name, kindVariable|kindFunction|kindEnumerator|dwarf.Kinds(dwarf.KindConstant)) {
		if s.turn(e) == turn && info.isOf(e, file) {
			found = append(found, e)
		}
	}
	if len(found) == 0 {
		return values.Value{}, false
	}
	best := found[0]
	for _, e := range found[1:] {
		if s.rank(e) > s.rank(best) {
			best = e
		}
	}
	if isDeclared(best) {
		return s.declared(o, info, best)
	}
	return s.program.valueOf(ctx, o, info, best, s.memory, s.tls(ctx)), true
}

// The turns in which a name is looked for, in all objects each: what is of the call's
// unit or known outside its own, then what is static in other units, then what is only
// declared.
const (
	turnShared = iota
	turnStatic
	turnDeclared
)

func (s *scope) turn(e dwarf.Entry) int {
	switch {
	case isDeclared(e):
		return turnDeclared
	case s.rank(e) > 0:
		return turnShared
	}
	return turnStatic
}

// isDeclared says whether an entry only says that there is such a thing somewhere. A
// variable that others may see and that has no place is one that was left to them.
func isDeclared(e dwarf.Entry) bool {
	if e.Has(dwarf.AttrLocation) || e.Has(dwarf.AttrConstValue) {
		return false
	}
	return e.Flag(dwarf.AttrDeclaration) || e.Tag == dwarf.TagVariable && isExternal(e)
}

// declared is what a declaration gives a type and the symbol tables an address.
func (s *scope) declared(o *Object, info *debugData, e dwarf.Entry) (values.Value, bool) {
	name := e.LinkageName()
	if name == "" {
		name = e.Name()
	}
	places := s.program.Lookup(name)
	if len(places) == 0 {
		return values.Value{}, false
	}
	t := info.typeAt(e, dwarf.AttrType)
	if e.Tag == dwarf.TagSubprogram {
		t = info.typeOf(e)
	}
	return values.Value{Type: t, Place: values.At(places[0].Addr())}, true
}

// rank prefers what is of the call's unit, then what is known outside its own.
func (s *scope) rank(e dwarf.Entry) int {
	switch {
	case s.call != nil && s.call.HasInfo() && s.call.scopes[0].Unit == e.Unit:
		return 2
	case e.Tag == dwarf.TagEnumerator || isExternal(e):
		return 1
	}
	return 0
}

func isExternal(e dwarf.Entry) bool {
	o, ok := e.Origin(dwarf.AttrExternal)
	return ok && o.Flag(dwarf.AttrExternal)
}

// valueOf is what a global name stands for.
func (p *Program) valueOf(ctx context.Context, o *Object, info *debugData, e dwarf.Entry, m core.Memory, tls func(*Object, uint64) (uint64, error)) values.Value {
	switch e.Tag {
	case dwarf.TagEnumerator:
		return info.enumeratorValue(e)
	case dwarf.TagSubprogram:
		v := values.Value{Type: info.typeOf(e)}
		if addr, ok := entryPoint(e); ok {
			v.Place = values.At(addr + o.Base)
		} else {
			v.Err = core.Errorf(core.ErrNoData, "%s has no code of its own: it is only inlined", e.Name())
		}
		return v
	}
	l := &locator{ctx: ctx, memory: m, info: info, object: o, program: p, unit: e.Unit, tls: tls}
	v := l.value(e)
	if addr, ok := v.Place.Addr(); ok && isExternal(e) {
		if own, moved := p.copied(o, e); moved && own != addr {
			v.Place = values.At(own)
		}
	}
	return v
}

// entryPoint is the link-time address where a function begins.
func entryPoint(e dwarf.Entry) (uint64, bool) {
	for _, a := range []dwarf.Attr{dwarf.AttrEntryPC, dwarf.AttrLowPC} {
		if v, ok := e.Value(a); ok {
			if addr, ok := v.Addr(); ok {
				return addr, true
			}
		}
	}
	ranges, _ := e.Ranges()
	if len(ranges) == 0 {
		return 0, false
	}
	return ranges[0].Low, true
}

// copied finds a library's variable that lives in the executable, into which the
// dynamic linker has copied it (R_X86_64_COPY).
func (p *Program) copied(o *Object, e dwarf.Entry) (uint64, bool) {
	exe := p.executableObject()
	if exe == nil || exe == o || exe.module == nil {
		return 0, false
	}
	name := e.LinkageName()
	if name == "" {
		name = e.Name()
	}
	for _, place := range exe.lookup(name) {
		if strings.IndexByte("BDRV", place.Symbol.Kind) >= 0 && exe.Image().exports(name) {
			return place.Addr(), true
		}
	}
	return 0, false
}

// exports says whether a file defines a name for others (.dynsym).
func (img *Image) exports(name string) bool {
	symbols, err := img.elf.DynamicSymbols()
	return err == nil && slices.ContainsFunc(symbols, func(s elf.Symbol) bool { return s.Name == name && s.Section != elf.SHN_UNDEF })
}

// executableObject is the program itself, among what is loaded; nil if it is not known.
func (p *Program) executableObject() *Object {
	for _, o := range p.objects {
		if img := o.Image(); img != nil && img.isExecutable() {
			return o
		}
	}
	return nil
}

// isExecutable says whether the file is a program, not a library (which may have an
// interpreter too, as libc has).
func (img *Image) isExecutable() bool {
	return img.Type == elf.ET_EXEC || img.SONAME == "" && slices.ContainsFunc(img.elf.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP })
}

// enumeratorValue is an enumerator as a value of its enumeration.
func (d *debugData) enumeratorValue(e dwarf.Entry) values.Value {
	v, _ := e.Value(dwarf.AttrConstValue)
	path := e.Unit.Path(e.Offset)
	if len(path) < 2 {
		return values.Value{Err: core.Errorf(core.ErrNoData, "the enumeration of %s is not known", e.Name())}
	}
	t := d.typeOf(path[len(path)-2])
	var b [8]byte
	putLE64(b[:], v.Uint())
	return values.Value{Type: t, Data: b[:min(max(t.Size, 0), 8)]}
}

// noDebugInfo is the types that gdb gives symbols without debug info.
var noDebugInfo = map[bool]*types.Type{
	true:  {Kind: types.Unknown, Size: -1, Name: "<text variable, no debug info>"},
	false: {Kind: types.Unknown, Size: -1, Name: "<data variable, no debug info>"},
}

// symbol finds what only the symbol table knows: an address without a type.
func (s *scope) symbol(ctx context.Context, name string) (values.Value, bool) {
	places := s.program.Lookup(name)
	if len(places) == 0 {
		return values.Value{}, false
	}
	for _, place := range places {
		if v, ok := s.alias(ctx, place); ok {
			return v, true
		}
	}
	return values.Value{Type: noDebugInfo[places[0].rank() > 0], Place: values.At(places[0].Addr())}, true
}

// member finds a virtual base or a static member.
func (s *scope) member(ctx context.Context, object values.Value, m *types.Member) (values.Value, error) {
	e, ok := m.Location.(dwarf.Entry)
	if !ok {
		return values.Value{}, core.Errorf(core.ErrNoData, "the place of %s is not known", m.Name)
	}
	o, info := s.ownerOf(e)
	if o == nil {
		return values.Value{}, core.Errorf(core.ErrNoData, "the place of %s is not known", m.Name)
	}
	if m.Static {
		v := s.program.staticMember(ctx, o, info, e, s.memory)
		return v, v.Err
	}
	base, ok := object.Place.Addr()
	if !ok {
		return values.Value{}, core.Errorf(core.ErrNoData, "a virtual base is found in memory only")
	}
	l := &locator{ctx: ctx, memory: s.memory, info: info, object: o, program: s.program, unit: e.Unit}
	expr, err := l.expression(e, dwarf.AttrDataMemberLoc)
	if err != nil {
		return values.Value{}, err
	}
	at, err := evaluate(expr, l.context(), base)
	return values.Value{Type: m.Type, Place: values.At(at)}, err
}

// ownerOf finds the object whose debug info an entry is of.
func (s *scope) ownerOf(e dwarf.Entry) (*Object, *debugData) {
	for _, o := range s.program.objects {
		if o.module == nil {
			continue
		}
		if info, err := o.module.info(); err == nil && (info.data == e.Unit.Data || info.data.Alt == e.Unit.Data) {
			return o, info
		}
	}
	return nil, nil
}

// staticMember is the variable that a static member declares.
func (p *Program) staticMember(ctx context.Context, o *Object, info *debugData, e dwarf.Entry, m core.Memory) values.Value {
	if e.Has(dwarf.AttrConstValue) || e.Has(dwarf.AttrLocation) {
		return p.valueOf(ctx, o, info, e, m, nil)
	}
	for _, d := range info.named(ctx, info.qualifiedName(e), kindVariable) {
		return p.valueOf(ctx, o, info, d, m, nil)
	}
	t := info.typeAt(e, dwarf.AttrType)
	if name := e.LinkageName(); name != "" {
		if places := o.lookup(name); len(places) > 0 {
			return values.Value{Type: t, Place: values.At(places[0].Addr())}
		}
	}
	return values.Value{Type: t, Err: errOptimizedOut}
}

// errOptimizedOut is why a variable has no value where the compiler left it out.
var errOptimizedOut = core.Errorf(core.ErrNoData, "it is optimized out")
