package debuginfo

import (
	"fmt"
	"iter"
	"slices"

	"github.com/stackfs/stackfs/debuginfo/dwarf"
)

// A Unit is one unit of an object's debug info, usually a source file with what it
// includes.
type Unit struct {
	dwarf.UnitInfo
	Object  *Object
	Offset  uint64 // in .debug_info, or in .debug_types
	Version int    // of DWARF
	// SplitErr says why its content, which is in another file, is not to be had.
	SplitErr error

	unit *dwarf.Unit
	info *debugData
}

// Units yields all units of all objects that have debug info, those that other units
// are made of (partial units, type units) among them.
func (p *Program) Units() iter.Seq[Unit] {
	return func(yield func(Unit) bool) {
		for _, o := range p.objects {
			info, err := o.debugData()
			if err != nil {
				continue
			}
			for _, u := range slices.Concat(info.data.Units, info.data.TypeUnits) {
				if !yield(info.unitOf(o, u)) {
					return
				}
			}
		}
	}
}

func (d *debugData) unitOf(o *Object, u *dwarf.Unit) Unit {
	out := Unit{Object: o, Offset: u.Offset, Version: int(u.Version), unit: u, info: d}
	full := u.Full()
	out.UnitInfo, out.SplitErr = full.Info(), u.SplitErr()
	return out
}

// Ranges is the unit's code, run-time.
func (u Unit) Ranges() []dwarf.Range {
	root, ok := u.unit.Root()
	if !ok {
		return nil
	}
	return runtimeRanges(u.Object, root)
}

// Files are the whole paths of the source files that the unit's line table names.
func (u Unit) Files() []string {
	files := u.info.lineFiles(u.unit)
	if files == nil {
		return nil
	}
	var out []string
	for first, end := files.Numbers(); first < end; first++ {
		if name := files.File(first); name != "" {
			out = append(out, name)
		}
	}
	return out
}

// LanguageName is the unit's language in words, empty if it does not say one.
func (u Unit) LanguageName() string {
	if name, ok := languageNames[u.Language]; ok || u.Language == 0 {
		return name
	}
	return fmt.Sprintf("language 0x%x", u.Language)
}

// languageNames is DW_LANG_* (DWARF 5, table 7.17, and the codes registered since at
// dwarfstd.org/languages.html).
var languageNames = map[uint64]string{
	0x01: "C89", 0x02: "C", 0x03: "Ada83", langCPlus: "C++", 0x05: "Cobol74", 0x06: "Cobol85", 0x07: "Fortran77", 0x08: "Fortran90", 0x09: "Pascal83",
	0x0a: "Modula2", 0x0b: "Java", 0x0c: "C99", 0x0d: "Ada95", 0x0e: "Fortran95", 0x0f: "PL/I", 0x10: "Objective C", 0x11: "Objective C++", 0x12: "UPC",
	0x13: "D", 0x14: "Python", 0x15: "OpenCL", langGo: "Go", 0x17: "Modula3", 0x18: "Haskell", langCPlus03: "C++03", langCPlus11: "C++11", 0x1b: "OCaml",
	langRust: "Rust", 0x1d: "C11", 0x1e: "Swift", 0x1f: "Julia", 0x20: "Dylan", langCPlus14: "C++14", 0x22: "Fortran03", 0x23: "Fortran08",
	0x24: "RenderScript", 0x25: "BLISS", 0x26: "Kotlin", 0x27: "Zig", 0x28: "Crystal", 0x2a: "C++17", 0x2b: "C++20", 0x2c: "C17", 0x2d: "Fortran18",
	0x2e: "Ada2005", 0x2f: "Ada2012", 0x30: "HIP", 0x31: "assembler", 0x8001: "assembler",
}
