package types

// A shape is where the members of a record lie and what lies between them.
type shape struct {
	slots      []slot
	padding    int64 // bytes after the last member
	bitPadding int64 // bits after it, in a bitfield's unit
	packed     bool  // guessed from the offsets: no compiler records it
	natural    int64 // the alignment its members ask for, bytes
	align      int64 // one that was forced; 0: none
	end        int64 // the end of the last member, bytes
}

// A slot is a member's place. A bitfield's is the unit of its type that holds it.
type slot struct {
	*Member
	offset, size int64 // bytes, from the record's beginning
	bit          int64 // a bitfield's lowest bit in its unit
	hole         int64 // bytes before it that nothing uses
	bitHole      int64 // bits of the unit before it that nothing uses
	align        int64 // forced alignment, 0: none
	inner        int64 // padding at the end of the record that the member is
}

// A surveyor works out shapes, each once.
type surveyor struct {
	done map[*Type]*shape
	deep int
}

// maxNesting bounds records in records: C compilers have similar limits.
const maxNesting = 64

// shape is that of a record; one that contains itself, which only bad debug info says,
// has an empty one inside.
func (s *surveyor) shape(t *Type) *shape {
	if have := s.done[t]; have != nil {
		return have
	}
	if s.done == nil {
		s.done = map[*Type]*shape{}
	}
	out := &shape{natural: 1}
	if s.deep == maxNesting {
		return out
	}
	s.done[t] = out
	s.deep++
	made := s.survey(t)
	s.deep--
	*out = made
	return out
}

// survey works out a shape in the order: places, gaps, what they say of packing and
// forced alignment.
func (s *surveyor) survey(t *Type) shape {
	out := shape{natural: 1}
	members := t.Details().Members
	for i := range members {
		m := &members[i]
		if m.Static {
			continue
		}
		sl := place(m)
		if sl.size > 0 && sl.located() {
			sl.inner = s.innerPadding(m.Type)
		}
		out.slots = append(out.slots, sl)
		out.natural = max(out.natural, s.alignment(m.Type))
		out.end = max(out.end, sl.offset+sl.size)
	}
	if t.Kind != Union {
		out.measure(max(t.Size, 0))
	}
	out.packed = s.isPacked(t, &out)
	s.align(t, &out)
	return out
}

// place is where a member lies. Empty bases take no room (System V C++ ABI).
func place(m *Member) slot {
	sl := slot{Member: m, offset: m.BitOffset / 8}
	if m.Type != nil {
		sl.size = max(m.Type.Size, 0)
	}
	if m.BitSize > 0 && sl.size > 0 {
		sl.offset -= sl.offset % sl.size
		sl.bit = m.BitOffset - 8*sl.offset
	}
	if base := m.Type.Strip(); m.Base && base != nil && base.IsRecord() && isEmpty(base) {
		sl.size = 0
	}
	return sl
}

// isEmpty says whether a record has no data.
func isEmpty(t *Type) bool {
	for _, m := range t.Details().Members {
		if !m.Static {
			return false
		}
	}
	return t.Size <= 1
}

// end is the bit after a slot's last.
func (s *slot) end() int64 {
	if s.BitSize > 0 {
		return s.BitOffset + s.BitSize
	}
	return 8 * (s.offset + s.size)
}

// located says whether a member's place is known: that of a virtual base is not.
func (s *slot) located() bool { return !s.Virtual }

// measure finds the holes between the slots of a struct of a size in bytes.
func (s *shape) measure(size int64) {
	var g gauge
	all := true
	for i := range s.slots {
		if s.slots[i].located() {
			g.step(&s.slots[i])
		} else {
			all = false
		}
	}
	if g.inUnit {
		s.bitPadding = min(8*size, g.unitEnd) - g.seen
		g.seen += s.bitPadding
	}
	if all {
		s.padding = size - g.seen/8
	}
}

// A gauge goes along the bits of a record.
type gauge struct {
	seen     int64 // bits up to here belong to something
	inUnit   bool  // the last member was a bitfield,
	unitEnd  int64 // in a unit that ends here
	unitSize int64 // and is that long, bits
}

// step goes over one member, noting the holes before it.
func (g *gauge) step(s *slot) {
	start := s.BitOffset
	if g.inUnit {
		rest := min(start, g.unitEnd)
		s.bitHole = rest - g.seen
		g.seen = rest
	}
	unit := 8 * s.offset
	switch {
	case s.BitSize == 0:
		s.hole = start/8 - g.seen/8
	default:
		if g.seen < unit && unit <= start {
			s.hole = s.offset - g.seen/8
			g.seen = unit
		}
		s.bitHole += start - g.seen
	}
	g.seen = s.end()
	g.inUnit = s.BitSize > 0
	if size := 8 * s.size; g.inUnit && (g.seen > g.unitEnd || size > g.unitSize) {
		g.unitSize = size
		if g.unitEnd = unit + size; g.unitEnd < g.seen {
			g.unitEnd += size // packed: it goes on in the next unit
		}
	}
}

// innerPadding is the padding at the end of a member that is a struct.
func (s *surveyor) innerPadding(t *Type) int64 {
	t = t.Strip()
	if t == nil || t.Kind != Struct && t.Kind != Class {
		return 0
	}
	return s.shape(t).padding
}

// alignment is what a type's own kind asks for, bytes.
func (s *surveyor) alignment(t *Type) int64 {
	for n := 0; t != nil && n < maxStrip; n++ {
		switch t.Kind {
		case Array, Typedef, Const, Volatile, Restrict, Atomic:
			t = t.Elem()
		case Struct, Class, Union:
			return s.shape(t).natural
		case Complex:
			return max(t.Size/2, 1)
		case MemberPointer: // one or two words
			return min(max(t.Size, 1), 8)
		default:
			return max(t.Size, 1)
		}
	}
	return 1
}
