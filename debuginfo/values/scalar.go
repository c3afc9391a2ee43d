package values

import (
	"errors"
	"fmt"
	"math/bits"
	"strings"

	"github.com/stackfs/stackfs/debuginfo/types"
)

func (p *printer) scalar(v Value) (*shown, error) {
	t := v.Type.Strip()
	if v.width() < 0 {
		return leaf("<incomplete type>"), nil
	}
	if t.Kind == types.Pointer {
		return p.pointerValue(v)
	}
	if isReference(t) {
		return p.bareReference(v)
	}
	b, err := load(p.ctx, p.env, v)
	if err != nil {
		return nil, err
	}
	switch t.Kind {
	case types.Int, types.Char, types.Bool, types.Enum:
		return leaf(integerText(v, b)), nil
	case types.Float:
		return leaf(floatText(ordered(t, b), isQuad(t))), nil
	case types.Complex:
		return leaf(complexText(t, b)), nil
	case types.MemberPointer:
		return leaf(p.memberPointer(t, b)), nil
	}
	return leaf("<unknown type>"), nil
}

// integerText prints an integer, character, boolean or enumerator.
func integerText(v Value, b []byte) string {
	t := v.Type.Strip()
	if v.BitSize == 0 && len(b) > 8 {
		return decimal(t, b)
	}
	n, err := decodeNumber(v, b)
	if err != nil {
		return "<" + err.Error() + ">"
	}
	switch t.Kind {
	case types.Enum:
		return enumText(t, n.i)
	case types.Bool:
		if n.i <= 1 {
			return map[uint64]string{0: "false", 1: "true"}[n.i]
		}
	}
	text := fmt.Sprint(n.i)
	if signed(t) {
		text = fmt.Sprint(int64(n.i))
	}
	prefix, ok := textual(v.Type)
	if !ok || t.Kind == types.Bool {
		return text
	}
	unit := appendUnit(nil, n.i, 8)[:max(min(sizeOf(t), 8), 1)]
	return text + " " + charText(prefix, unit)
}

// enumText prints the first enumerator of the value; of a flag enum those that it is
// made of (generic_val_print_enum_1).
func enumText(t *types.Type, v uint64) string {
	list := t.Details().Enumerators
	for _, e := range list {
		if uint64(e.Value) == v {
			return t.Details().EnumScope + e.Name
		}
	}
	if !t.Flags {
		if t.Signed {
			return fmt.Sprint(int64(v))
		}
		return fmt.Sprint(v)
	}
	var parts []string
	for _, e := range list {
		if bit := uint64(e.Value); bit&v != 0 && bits.OnesCount64(bit&v) == bits.OnesCount64(bit) {
			parts = append(parts, t.Details().EnumScope+e.Name)
			v &^= bit
		}
	}
	if v != 0 {
		parts = append(parts, fmt.Sprintf("unknown: 0x%x", v))
	}
	if len(parts) == 0 {
		return "0"
	}
	return "(" + strings.Join(parts, " | ") + ")"
}

func complexText(t *types.Type, b []byte) string {
	half := len(b) / 2
	part := func(b []byte) string { return floatText(b, isQuad(t)) }
	if elem := t.Elem().Strip(); elem != nil && elem.Kind != types.Float {
		part = func(b []byte) string { return decimal(elem, b) }
	}
	return part(ordered(t, b[:half])) + " + " + part(ordered(t, b[half:])) + "i"
}

// pointerValue prints an address with its symbol, and the text at a char pointer
// (print_unpacked_pointer).
func (p *printer) pointerValue(v Value) (*shown, error) {
	addr, err := p.pointer(v)
	if errors.Is(err, errSynthetic) {
		return leaf("<synthetic pointer>"), nil
	}
	if err != nil {
		return nil, err
	}
	return leaf(p.pointed(addr, v.Type.Strip().Elem())), nil
}

func (p *printer) pointed(addr uint64, elem *types.Type) string {
	text := p.symbolic(addr)
	prefix, ok := textual(elem)
	if !ok || addr == 0 {
		return text
	}
	return text + " " + p.memoryText(addr, prefix, elem)
}

// symbolic is an address and the symbol that has it.
func (p *printer) symbolic(addr uint64) string {
	text := fmt.Sprintf("0x%x", addr)
	if p.env.Symbolize != nil && addr != 0 {
		if name := p.env.Symbolize(addr); name != "" {
			text += " <" + name + ">"
		}
	}
	return text
}

// function prints `{int (int)} 0x401136 <main>`.
func (p *printer) function(v Value) (*shown, error) {
	addr, ok := v.addr()
	if !ok {
		return leaf("{" + types.Declare(v.Type, "") + "}"), nil
	}
	return leaf("{" + types.Declare(v.Type, "") + "} " + p.symbolic(addr)), nil
}

// unsized prints an array without elements, or of which nobody knows how many, as
// the address of the first.
func (p *printer) unsized(v Value) (*shown, error) {
	addr, ok := v.addr()
	if !ok {
		return leaf("{}"), nil
	}
	return leaf(p.pointed(addr, v.Type.Strip().Elem())), nil
}

// memberPointer prints C++ pointers to members (Itanium C++ ABI, 2.3): the offset of
// data, -1 for null; of a function its address, or 1 + the offset into the vtable,
// and what is added to this.
func (p *printer) memberPointer(t *types.Type, b []byte) string {
	d := t.Details()
	class := types.Declare(d.Class, "")
	if kind(d.Elem) != types.Func {
		return dataMember(d.Class, class, int64(extended(b, true)))
	}
	if len(b) < 16 {
		return "<unknown type>"
	}
	fn, adjust := extended(b[:8], false), int64(extended(b[8:16], true))
	suffix := ""
	if adjust != 0 {
		suffix = fmt.Sprintf(", this adjustment %d", adjust)
	}
	switch {
	case fn == 0:
		return "NULL"
	case fn&1 != 0:
		return virtualMethod(d.Class, fn-1) + suffix
	}
	return "(" + types.Declare(t, "") + ") " + p.symbolic(fn) + suffix
}

// virtualMethod names the function at an offset in a class's vtable
// (gnuv3_print_method_ptr).
func virtualMethod(class *types.Type, offset uint64) string {
	const slotSize = 8
	if class = class.Strip(); class != nil {
		for _, m := range class.Details().Methods {
			if m.Virtual && m.Slot >= 0 && uint64(m.Slot) == offset/slotSize && m.Whole != "" {
				return "&virtual " + m.Whole
			}
		}
	}
	return fmt.Sprintf("&virtual table offset %d", offset)
}

// dataMember names the member at an offset, where one is.
func dataMember(class *types.Type, name string, offset int64) string {
	if offset == -1 {
		return "NULL"
	}
	if class = class.Strip(); class != nil {
		for _, m := range class.Details().Members {
			if !m.Static && !m.Base && m.BitOffset == offset*8 && m.BitSize == 0 {
				return "&" + name + "::" + m.Name
			}
		}
	}
	return fmt.Sprint(offset)
}
