package debuginfo

import (
	"strings"

	"github.com/stackfs/stackfs/debuginfo/dwarf"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// A Call is an activation of a function as the source has it: a Frame, or one of
// several that the compiler made of one by inlining.
type Call struct {
	Frame           // what it was made of: registers, CFA, PC
	N        int    // number among the calls of the stack, 0 the innermost
	Function string // as the source calls it, qualified; by the symbol where no debug info has it
	File     string // as gdb shows it; empty if not known
	Line     int    // 0: not known
	Inlined  bool   // into the function of a call further out

	// scopes are the entries around the place of execution: the function (or what of it
	// was inlined) first, then the blocks in it. Empty without debug info.
	scopes  []dwarf.Entry
	outer   []dwarf.Entry // what they are in, from the function that has the code
	info    *debugData
	object  *Object
	program *Program
	callers []Frame // those that called Frame, as far as they are known
}

// Calls gives the stack that Unwind found as the source has it: with inlined calls,
// files and lines.
func (p *Program) Calls(frames []Frame) []Call {
	out := make([]Call, 0, len(frames))
	for i, f := range frames {
		var callers []Frame
		if !f.Signal {
			callers = frames[i+1:]
		}
		for _, c := range p.callsOf(f) {
			c.N, c.callers = len(out), callers
			out = append(out, c)
		}
	}
	return out
}

// callsOf gives the calls of one frame, the innermost first; one at least.
func (p *Program) callsOf(f Frame) []Call {
	plain := Call{Frame: f, Function: f.Function, program: p}
	o, ok := p.ObjectAt(f.Lookup)
	if !ok || o.module == nil || f.Signal {
		return []Call{plain}
	}
	info, err := o.module.info()
	if err != nil {
		return []Call{plain}
	}
	plain.info, plain.object = info, o
	addr := f.Lookup - o.Base
	unit := info.data.UnitFor(addr)
	if unit == nil {
		return []Call{plain}
	}
	plain.File, plain.Line = info.lineAt(unit, addr)
	chain := unit.FunctionAt(addr)
	if len(chain) == 0 {
		return []Call{plain}
	}
	return info.split(plain, chain)
}

// split cuts the chain of entries around an address into calls.
func (d *debugData) split(plain Call, chain []dwarf.Entry) []Call {
	var out []Call
	end := len(chain)
	file, line := plain.File, plain.Line
	for i := end - 1; i >= 0; i-- {
		e := chain[i]
		if i > 0 && e.Tag != dwarf.TagInlinedSubroutine && e.Tag != dwarf.TagSubprogram {
			continue
		}
		c := plain
		c.scopes, c.outer = chain[i:end], chain[:end]
		c.File, c.Line, c.Inlined = file, line, e.Tag == dwarf.TagInlinedSubroutine
		if name := d.functionName(e); name != "" {
			c.Function = name
		}
		out = append(out, c)
		if !c.Inlined {
			break
		}
		file, line = d.callSite(e)
		end = i
	}
	return out
}

// callSite is where an inlined function was called.
func (d *debugData) callSite(e dwarf.Entry) (file string, line int) {
	if n, ok := e.Uint(dwarf.AttrCallFile); ok {
		file = d.fileName(e.Unit, n)
	}
	n, _ := e.Uint(dwarf.AttrCallLine)
	return file, int(n)
}

// functionName is a function's name as gdb prints it in a stack: qualified, without
// parameters; in C by the name that the linker knows it by.
func (d *debugData) functionName(e dwarf.Entry) string {
	linkage := e.LinkageName()
	if linkage != "" && language(e.Unit) == types.C && !isMangled(linkage) {
		return linkage
	}
	name := d.qualifiedName(e)
	if name != "" && (linkage == "" || !strings.Contains(d.scopedName(e), unnamedScope)) {
		last := e.Name()
		return types.CanonicalName(strings.TrimSuffix(name, last)) + types.CanonicalName(last)
	}
	return withoutParameters(Demangle(linkage))
}

// wholeName is a function's name with the types of its parameters where the language
// has them in names.
func (d *debugData) wholeName(e dwarf.Entry) string {
	name := d.functionName(e)
	if language(e.Unit) != types.CPlus {
		return name
	}
	if linkage := e.LinkageName(); isMangled(linkage) {
		return Demangle(linkage)
	}
	var params []string
	for _, p := range d.typeOf(e).Details().Params {
		params = append(params, strings.ReplaceAll(types.Declare(p.Type, ""), " *", "*"))
	}
	return name + "(" + strings.Join(params, ", ") + ")"
}

// lineAt is the line that an address comes from, as gdb has it.
func (d *debugData) lineAt(u *dwarf.Unit, addr uint64) (file string, line int) {
	t := d.lineTable(u)
	if t == nil {
		return "", 0
	}
	row, ok := t.Statement(addr)
	if !ok {
		return "", 0
	}
	return t.Name(row.File), row.Line
}
