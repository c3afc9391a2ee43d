package dwarf

import (
	"bytes"
	"runtime"
	"slices"
)

func processors() int { return runtime.GOMAXPROCS(0) }

// haystack is the units of one file and what is to be found in them.
type haystack struct {
	data    *Data
	needles []needle
	all     bool // there are too many needles
	plain   bool // the needles are no texts: any use counts
	indexed map[*Unit]bool
	counts  *histogram
	tried   []*Unit // which are not to be seen again
	// refersOut: entries may complete those of other units.
	refersOut bool
}

// uses walks the units that use the name's text.
func (f *finder) uses() {
	for _, d := range f.files() {
		h := f.haystack(d)
		f.walk(d.every(), h)
		if f.ctx.Err() != nil {
			return
		}
	}
}

// files are the data that is asked and its Alt.
func (f *finder) files() []*Data {
	if alt := f.data.Alt; alt != nil && alt != f.data {
		return []*Data{f.data, alt}
	}
	return []*Data{f.data}
}

// haystack finds what the uses of the name look like in a file.
func (f *finder) haystack(d *Data) *haystack {
	h := &haystack{data: d, counts: sample(d.Info), tried: f.tried, refersOut: refersOut(f.data.Abbrev)}
	for _, last := range f.lasts {
		h.needles = append(h.needles, h.counts.needle(last))
		for _, section := range h.strings() {
			offs, more := ends(section, string(last[:len(last)-1]), maxNeedles)
			h.all = h.all || more
			for _, off := range offs {
				h.needles = append(h.needles, h.counts.needle(little(off)))
			}
			h.findIndexed(offs)
		}
	}
	h.all = h.all || len(h.needles) > 2*maxNeedles
	return h
}

// strings are the sections that names of the file may be in.
func (h *haystack) strings() [][]byte {
	out := [][]byte{h.data.Str, h.data.LineStr}
	if h.data.Alt != nil {
		out = append(out, h.data.Alt.Str)
	}
	return out
}

// has says whether a unit may use the name.
func (h *haystack) has(u *Unit) bool {
	if slices.Contains(h.tried, u) {
		return false
	}
	if h.all || h.indexed[u] {
		return true
	}
	data := u.section()[u.start:u.end]
	for i := range h.needles {
		if h.needles[i].next(data, 0) >= 0 {
			return true
		}
	}
	return false
}

// findIndexed finds the units that have a string by index: those whose part of
// .debug_str_offsets has its offset.
func (h *haystack) findIndexed(offs []uint64) {
	section := h.data.StrOffsets
	var at []uint64
	counts := sample(section)
	for _, off := range offs {
		n := counts.needle(little(off))
		for i := n.next(section, 0); i >= 0; i = n.next(section, i+1) {
			at = append(at, uint64(i))
		}
	}
	if len(at) == 0 {
		return
	}
	slices.Sort(at)
	if h.indexed == nil {
		h.indexed = map[*Unit]bool{}
	}
	for _, u := range h.data.every() {
		begin, end := u.stringOffsets()
		if i, _ := slices.BinarySearch(at, begin); i < len(at) && at[i] < end {
			h.indexed[u] = true
		}
	}
}

// stringOffsets is the unit's part of .debug_str_offsets, [begin, end); its length
// is in the header before it (DWARF 5, 7.26), where there is one.
func (u *Unit) stringOffsets() (begin, end uint64) {
	section := u.Data.StrOffsets
	begin, end = u.readBases().strOffsets, uint64(len(section))
	if u.Version < 5 || u.Is64 || begin < 8 || begin > end {
		return begin, end
	}
	r := reader{data: section, at: int(begin - 8)}
	if n, _ := r.length(); !r.bad && n >= 4 && n-4 < end-begin {
		end = begin + n - 4
	}
	return begin, end
}

// completions looks for what completes the entries that were found without code or
// location, in units that have the name from them alone: link-time optimization
// and dwz make such.
func (f *finder) completions() {
	open := f.open
	f.open = nil
	if len(open) == 0 || f.kinds != AnyKind && f.kinds&Kinds(KindFunction, KindVariable) == 0 {
		return
	}
	for _, d := range f.files() {
		if !refersOut(d.Abbrev) {
			continue
		}
		counts := sample(d.Info)
		var needles []needle
		for _, o := range open[:min(len(open), maxNeedles+1)] {
			needles = append(needles, counts.needle(little(o.off)))
		}
		f.walk(d.every(), &haystack{data: d, all: len(open) > maxNeedles, needles: needles, plain: true})
	}
}

// refersOut says whether abbreviations may have a specification or abstract origin
// whose form leads to another unit: DW_FORM_ref_addr, ref_sup4, ref_sig8 or
// GNU_ref_alt. Bytes that only look like it cost time, nothing else.
func refersOut(abbrevs []byte) bool {
	for _, attr := range []byte{byte(AttrAbstractOrigin), byte(AttrSpecification)} {
		for _, form := range []string{"\x10", "\x1c", "\x20", "\xa0\x3e"} { // LEB128 of the forms
			if bytes.Contains(abbrevs, append([]byte{attr}, form...)) {
				return true
			}
		}
	}
	return false
}
