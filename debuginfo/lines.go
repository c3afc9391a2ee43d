package debuginfo

import (
	"cmp"
	"slices"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/dwarf"
)

// LineAt is the source line that a run-time address comes from, as gdb shows it; ok
// is false if no debug info says it.
func (p *Program) LineAt(addr uint64) (file string, line int, ok bool) {
	o, info, ok := p.infoAt(addr)
	if !ok {
		return "", 0, false
	}
	u := info.data.UnitFor(addr - o.Base)
	if u == nil {
		return "", 0, false
	}
	file, line = info.lineAt(u, addr-o.Base)
	return file, line, file != ""
}

// infoAt is the debug info for a run-time address.
func (p *Program) infoAt(addr uint64) (*Object, *debugData, bool) {
	o, ok := p.ObjectAt(addr)
	if !ok || o.module == nil {
		return nil, nil, false
	}
	info, err := o.module.info()
	return o, info, err == nil
}

// CallsAt is the chain of functions that an address is in, as Calls has them: the
// innermost first, those that were inlined before the one that has the code. Line is
// that of the address, then of each call. Empty without debug info.
func (p *Program) CallsAt(addr uint64) []Call {
	calls := p.callsOf(Frame{PC: addr, Lookup: addr})
	if !calls[0].HasInfo() {
		return nil
	}
	return calls
}

// SourcePath is the whole path of the file that an address comes from, as it was
// when the program was built; empty if it is not known.
func (p *Program) SourcePath(addr uint64) string {
	o, info, ok := p.infoAt(addr)
	if !ok {
		return ""
	}
	u := info.data.UnitFor(addr - o.Base)
	if u == nil {
		return ""
	}
	t := info.lineTable(u)
	if t == nil {
		return ""
	}
	row, ok := t.Statement(addr - o.Base)
	if !ok {
		return ""
	}
	return t.File(row.File)
}

// unitLines is a unit and its numbers for the files that a name means.
type unitLines struct {
	object *Object
	info   *debugData
	unit   *dwarf.Unit
	files  []int
}

// unitsOf finds the units whose line tables name a file.
func (p *Program) unitsOf(file string) []unitLines {
	var out []unitLines
	for _, o := range p.objects {
		if o.module == nil {
			continue
		}
		info, err := o.module.info()
		if err != nil {
			continue
		}
		for _, u := range info.data.Units {
			if f := info.lineFiles(u); f != nil {
				if numbers := f.Match(file); len(numbers) > 0 {
					out = append(out, unitLines{o, info, u, numbers})
				}
			}
		}
	}
	return out
}

// lineRanges finds the addresses of FILE:LINE, or of the next line that has code, as a
// breakpoint there would. ErrNotFound if no debug info names the file, ErrNoData if
// there is no line with code from there on.
func (p *Program) lineRanges(file string, line int) ([]Range, error) {
	units := p.unitsOf(file)
	if len(units) == 0 {
		return nil, p.unknownFile(file)
	}
	best := 0
	for _, u := range units {
		if t := u.info.lineTable(u.unit); t != nil {
			if n, ok := t.Nearest(u.files, line); ok && (best == 0 || n < best) {
				best = n
			}
		}
	}
	if best == 0 {
		return nil, core.Errorf(core.ErrNoData, "resolving %s:%d: no code comes from there or from a later line of the file", file, line)
	}
	var out []Range
	for _, u := range units {
		t := u.info.lineTable(u.unit)
		if t == nil {
			continue
		}
		for _, a := range t.Addresses(u.files, best) {
			place, _ := p.Symbolize(a + u.object.Base)
			out = append(out, Range{a + u.object.Base, a + u.object.Base, place})
		}
	}
	slices.SortFunc(out, func(a, b Range) int { return cmp.Compare(a.Start, b.Start) })
	return slices.CompactFunc(out, func(a, b Range) bool { return a.Start == b.Start }), nil
}

func (p *Program) unknownFile(file string) error {
	for _, o := range p.objects {
		if o.module != nil {
			if _, err := o.module.info(); err == nil {
				return core.Errorf(core.ErrNotFound, "resolving a line of %s: no debug info names that file", file)
			}
		}
	}
	return core.Errorf(core.ErrNoData, "resolving a line of %s: there is no debug info; see objects/*/search", file)
}
