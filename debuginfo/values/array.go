package values

import (
	"bytes"
	"fmt"

	"github.com/stackfs/stackfs/debuginfo/types"
)

// array prints {1, 2, 3}, or characters as text (c_value_print_array).
func (p *printer) array(v Value, depth int) (*shown, error) {
	t := v.Type.Strip()
	elem := t.Elem()
	if prefix, ok := textual(elem); ok && !t.Vector {
		return p.charArray(v, prefix, max(sizeOf(elem), 1))
	}
	return p.elements(v, elem, depth)
}

// elements prints the first elements, equal ones in a row as one.
func (p *printer) elements(v Value, elem *types.Type, depth int) (*shown, error) {
	size, n := sizeOf(elem), count(v.Type)
	if v.Type.Strip().Vector && sizeOf(elem) == 1 {
		elem = registerByte // numbers, not characters
	}
	out := &shown{list: true}
	readable := n
	if size > 0 {
		readable = min(n, maxValue/size)
	}
	things := 0
	i := int64(0)
	for i < readable && things < p.limit() && p.left > 0 {
		same := repeats(v, i, readable, size)
		item, err := p.value(v.part(i*size*8, 0, elem), depth+1)
		if err != nil {
			return nil, err
		}
		if same > repeatLimit {
			things += repeatLimit
		} else {
			same = 1
			things++
		}
		out.parts = append(out.parts, part{repeat: same, value: item})
		i += same
	}
	out.cut = i < n
	return out, nil
}

// repeats counts the elements from i on that have the same bytes; 1 where the bytes
// have not been read.
func repeats(v Value, i, n, size int64) int64 {
	all := v.read
	if len(v.Place) == 0 {
		all = v.Data
	}
	first := cut(all, i*size, size)
	if size <= 0 || first == nil {
		return 1
	}
	same := int64(1)
	for i+same < n && bytes.Equal(first, cut(all, (i+same)*size, size)) {
		same++
	}
	return same
}

// charArray prints an array of characters: of zeros at its end one is left out.
func (p *printer) charArray(v Value, prefix string, size int64) (*shown, error) {
	n := min(sizeOf(v.Type), maxValue)
	b := cut(v.read, 0, n)
	if b == nil {
		var err error
		if b, err = load(p.ctx, p.env, v); err != nil {
			return nil, err
		}
	}
	b = b[:int64(len(b))/size*size]
	if last := int64(len(b)) - size; last >= 0 && textEnd(b[last:], size) == 0 {
		b = b[:last]
	}
	return leaf(quoted(prefix, b, size, p.limit(), sizeOf(v.Type) > maxValue)), nil
}

// memoryText prints the text that a char pointer points at, up to the limit
// (val_print_string): after what could be read comes the error.
func (p *printer) memoryText(addr uint64, prefix string, elem *types.Type) string {
	size := max(sizeOf(elem), 1)
	text, ended, err := readText(p.ctx, p.env, addr, size, int64(p.limit()))
	more := false
	if !ended && err == nil {
		next, peek := p.env.readMemory(p.ctx, addr+uint64(len(text)), size)
		more = peek == nil && textEnd(next, size) != 0
	}
	out := ""
	if err == nil || len(text) > 0 {
		out = quoted(prefix, text, size, p.limit(), more)
	}
	if err != nil {
		out += "<error: " + reason(err) + ">"
	}
	return out
}

// goString prints a Go string as gdb does: its address and its text.
func (p *printer) goString(v Value) (*shown, error) {
	addr, n, err := goParts(p.ctx, p.env, v)
	if err != nil {
		return nil, err
	}
	head := fmt.Sprintf("0x%x ", addr)
	if n < 0 {
		return leaf(head + "<invalid length>"), nil
	}
	read := min(n, int64(p.limit()))
	b, err := p.env.readMemory(p.ctx, addr, read)
	if err != nil && n > 0 {
		return leaf(head + "<error: " + reason(err) + ">"), nil
	}
	return leaf(head + quoted("", b, 1, p.limit(), read < n)), nil
}
