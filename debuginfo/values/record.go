package values

import (
	"fmt"

	"github.com/stackfs/stackfs/debuginfo/types"
)

// record prints a structure, class or union (cp_print_value_fields).
func (p *printer) record(v Value, depth int) (*shown, error) {
	outer := p.virtual
	p.virtual = map[string]bool{} // each object has its own
	defer func() { p.virtual = outer }()
	return p.fields(v, depth)
}

func (p *printer) fields(v Value, depth int) (*shown, error) {
	out := &shown{record: true}
	t := v.Type.Strip()
	d := t.Details()
	data := false
	for i := range d.Members {
		m := &d.Members[i]
		if p.left--; p.left < 0 {
			out.cut = true
			return out, nil
		}
		var item *shown
		var err error
		label := m.Name
		switch {
		case m.Base:
			item, label, err = p.base(v, m, depth)
		case m.Name == "" && m.BitSize > 0:
			continue // padding
		case m.Static:
			data = true
			label = "static " + m.Name
			item = p.static(v, m, depth)
		default:
			data = true
			item, err = p.member(v, m, depth)
		}
		if err != nil {
			return nil, err
		}
		if item == nil {
			continue
		}
		if label != "" {
			label += " = "
		}
		out.parts = append(out.parts, part{label: label, name: m.Name, value: item})
	}
	if d.Variants != nil {
		active, err := p.variant(v, d.Variants, depth)
		if err != nil {
			return nil, err
		}
		out.parts, data = append(out.parts, active...), true
	}
	if !data {
		out.note = "<No data fields>"
	}
	return out, nil
}

// member prints one field; references are not followed inside of records.
func (p *printer) member(v Value, m *types.Member, depth int) (*shown, error) {
	f := v.part(m.BitOffset, m.BitSize, m.Type)
	if m.Name == "" && isRecord(m.Type) {
		return p.value(f, depth) // counts as the record's own (++max_depth)
	}
	return p.value(f, depth+1)
}

// base prints an inherited class, a virtual one where it is met first (cp_print_value).
func (p *printer) base(v Value, m *types.Member, depth int) (item *shown, label string, err error) {
	name := types.Declare(m.Type, "")
	label = "<" + name + ">"
	if m.Virtual {
		if p.virtual[name] {
			return nil, "", nil
		}
		p.virtual[name] = true
	}
	b, err := p.env.member(p.ctx, v, m)
	if err != nil {
		return leaf("<invalid address>"), label, nil
	}
	if !isRecord(b.Type) || depth >= maxTypeDepth {
		return leaf("<unknown type>"), label, nil
	}
	if p.left--; p.left < 0 {
		return leaf("..."), label, nil
	}
	b, err = p.prefetch(b)
	if err != nil {
		return nil, "", err
	}
	item, err = p.fields(b, depth+1)
	return item, label, err
}

// static prints a static member, once for each that is around it
// (cp_print_static_field).
func (p *printer) static(v Value, m *types.Member, depth int) *shown {
	f, err := p.env.member(p.ctx, v, m)
	if err == nil && (isRecord(f.Type) || kind(f.Type) == types.Array) {
		addr, _ := f.addr()
		key := seenStatic{f.Type.Strip(), addr}
		if p.seen[key] {
			return leaf("<same as static member of an already seen type>")
		}
		p.seen[key] = true
	}
	var s *shown
	if err == nil {
		s, err = p.value(f, depth+1)
	}
	switch {
	case optimized(err):
		return leaf("<optimized out>")
	case err != nil:
		return leaf(fmt.Sprintf("<error reading variable: %s>", reason(err)))
	}
	return s
}

// variant prints the one that the tag says.
func (p *printer) variant(v Value, all *types.Variants, depth int) ([]part, error) {
	tag, known := uint64(0), false
	if d := all.Discr; d != nil {
		f := v.part(d.BitOffset, d.BitSize, d.Type)
		b, err := load(p.ctx, p.env, f)
		if err != nil {
			return nil, err
		}
		n, err := decodeNumber(f, b)
		if err != nil {
			return nil, err
		}
		tag, known = n.i, true
	}
	m := active(all, int64(tag), known)
	if m == nil {
		return nil, nil
	}
	item, err := p.member(v, m, depth)
	return []part{{label: m.Name + " = ", name: m.Name, value: item}}, err
}

// active is the variant whose ranges have the tag, else the one that has no ranges.
func active(all *types.Variants, tag int64, known bool) *types.Member {
	var other *types.Member
	for i := range all.Variants {
		variant := &all.Variants[i]
		if len(variant.Ranges) == 0 {
			other = &variant.Member
		}
		for _, r := range variant.Ranges {
			if known && r[0] <= tag && tag <= r[1] {
				return &variant.Member
			}
		}
	}
	return other
}
