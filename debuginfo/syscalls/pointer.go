package syscalls

import (
	"fmt"
	"strings"
)

// showPointer prints what a pointer points at: a structure as it is, a number in brackets.
func showPointer(s *scope, v uint64, k *kind) string {
	if v == 0 {
		return "NULL"
	}
	text, ok := s.show(k.elem, v)
	switch {
	case !ok:
		return address(v)
	case k.elem.aggregate:
		return text
	}
	return "[" + text + "]"
}

// show prints the thing of a kind at an address; ok is false if it cannot be read.
func (s *scope) show(k *kind, addr uint64) (text string, ok bool) {
	if !k.aggregate {
		v, ok := s.uint(addr, k.size)
		if !ok {
			return "", false
		}
		return k.show(s, v, k), true
	}
	if _, ok := s.bytes(addr, k.size); !ok {
		return "", false
	}
	return k.show(s, addr, k), true
}

// showArray prints an array: its length is another argument, or a number.
func showArray(s *scope, v uint64, k *kind) string {
	n, named := s.values[k.param]
	if !named {
		n = parseUint(k.param)
	}
	if v == 0 {
		return "NULL"
	}
	if n == 0 {
		return "[]"
	}
	return s.array(v, n, k.elem)
}

func (s *scope) array(v, n uint64, elem *kind) string {
	var parts []string
	for i := range n {
		if i == textLimit {
			parts = append(parts, "...")
			break
		}
		at := v + i*uint64(elem.size)
		text, ok := s.show(elem, at)
		if !ok && i == 0 {
			return address(v)
		}
		if !ok {
			parts = append(parts, fmt.Sprintf("... /* %s */", address(at)))
			break
		}
		parts = append(parts, text)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// showStructure prints the members of a structure at v.
func showStructure(s *scope, v uint64, k *kind) string {
	return s.members(v, k.members.fields, k.members.size)
}

// members prints those of fields that lie within size bytes at v.
func (s *scope) members(v uint64, fields []field, size int) string {
	b, ok := s.bytes(v, size)
	if !ok {
		return address(v)
	}
	in := &scope{run: s.run, values: map[string]uint64{}}
	for _, f := range fields {
		if !f.kind.aggregate && f.at+f.kind.size <= size {
			in.values[f.name] = little(b[f.at : f.at+f.kind.size])
		}
	}
	var parts []string
	for _, f := range fields {
		if f.at+f.kind.size > size {
			continue
		}
		value := v + uint64(f.at)
		if !f.kind.aggregate {
			value = in.values[f.name]
		}
		if text := f.kind.show(in, value, f.kind); text != "" {
			parts = append(parts, f.name+"="+text)
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func little(b []byte) (v uint64) {
	for i := min(len(b), 8) - 1; i >= 0; i-- {
		v = v<<8 | uint64(b[i])
	}
	return v
}

// showSized prints a structure that is as long as the argument "size" says, at
// most the whole of it: the parameter is STRUCTURE.ARGUMENT.
func showSized(s *scope, v uint64, k *kind) string {
	name, length, _ := strings.Cut(k.param, ".")
	if v == 0 {
		return "NULL"
	}
	st := s.table.structures[name]
	text := s.members(v, st.fields, int(min(s.values[length], uint64(st.size))))
	if s.name == "bpf" && s.more(v+uint64(st.size), s.values[length]-uint64(st.size)) {
		text = strings.TrimSuffix(text, "}") + ", ...}"
	}
	return text
}

// more says whether any of n bytes is set, n being below zero or at most a page.
func (r *run) more(addr, n uint64) bool {
	const page = 4096
	if n > page {
		return false
	}
	b, _ := r.bytes(addr, int(n))
	return strings.Trim(string(b), "\x00") != ""
}

// showOffsetPointer prints a pointer to a file offset.
func showOffsetPointer(s *scope, v uint64, k *kind) string {
	if v == 0 {
		return "NULL"
	}
	off, ok := s.uint(v, 8)
	if !ok {
		return address(v)
	}
	if k.param == "signed" {
		return fmt.Sprintf("[%d]", int64(off))
	}
	return fmt.Sprintf("[%d]", off)
}
