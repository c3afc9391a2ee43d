package syscalls

import (
	"fmt"
	"strings"

	"github.com/stackfs/stackfs/core"
)

const (
	textLimit  = 32   // bytes of a string, elements of an array
	pathLimit  = 4096 // PATH_MAX of linux/limits.h, with the NUL
	environMax = 4096 // entries of an environment that are counted
)

// quote prints bytes as C would write them.
func quote(b []byte) string {
	var out strings.Builder
	out.WriteByte('"')
	for i, c := range b {
		if e := strings.IndexByte("\n\t\r\f\v\"\\", c); e >= 0 {
			out.WriteByte('\\')
			out.WriteByte("ntrfv\"\\"[e])
			continue
		}
		if c >= ' ' && c <= '~' {
			out.WriteByte(c)
			continue
		}
		// As few octal digits as the next byte allows.
		if i+1 < len(b) && b[i+1] >= '0' && b[i+1] <= '7' {
			fmt.Fprintf(&out, "\\%03o", c)
		} else {
			fmt.Fprintf(&out, "\\%o", c)
		}
	}
	out.WriteByte('"')
	return out.String()
}

// cstring reads a string of less than limit bytes; cut says that it is longer.
func (r *run) cstring(addr uint64, limit int) (b []byte, cut, ok bool) {
	if r.memory == nil || r.left < limit+1 || r.ctx.Err() != nil {
		return nil, false, false
	}
	text, cut, err := core.ReadCString(r.ctx, r.memory, addr, limit+1)
	r.left -= len(text)
	if err != nil {
		return nil, false, false
	}
	return []byte(text[:min(len(text), limit)]), cut, true
}

func (r *run) text(addr uint64, limit int) string {
	if addr == 0 {
		return "NULL"
	}
	b, cut, ok := r.cstring(addr, limit)
	switch {
	case !ok:
		return address(addr)
	case cut:
		return quote(b) + "..."
	}
	return quote(b)
}

func showPath(s *scope, v uint64, _ *kind) string   { return s.text(v, pathLimit-1) }
func showString(s *scope, v uint64, _ *kind) string { return s.text(v, textLimit) }

// showData prints bytes whose number another argument says.
func showData(s *scope, v uint64, k *kind) string {
	if v == 0 {
		return "NULL"
	}
	return s.data(v, s.values[k.param])
}

func (r *run) data(addr, size uint64) string {
	b, ok := r.bytes(addr, int(min(size, textLimit)))
	switch {
	case !ok:
		return address(addr)
	case size > textLimit:
		return quote(b) + "..."
	}
	return quote(b)
}

// showInlineString prints an array of char with a NUL, or as long as it is.
func showInlineString(s *scope, v uint64, k *kind) string {
	b, ok := s.bytes(v, k.size)
	if !ok {
		return address(v)
	}
	text, _, _ := strings.Cut(string(b), "\x00")
	if len(text) > textLimit {
		return quote([]byte(text[:textLimit])) + "..."
	}
	return quote([]byte(text))
}

// showStrings prints a vector of strings that ends with a null pointer.
func showStrings(s *scope, v uint64, _ *kind) string {
	if v == 0 {
		return "NULL"
	}
	var parts []string
	for i := uint64(0); ; i++ {
		p, ok := s.uint(v+8*i, 8)
		switch {
		case !ok && i == 0:
			return address(v)
		case !ok:
			parts = append(parts, "... /* "+address(v+8*i)+" */")
		case p != 0 && i == textLimit:
			parts = append(parts, "...")
		case p != 0:
			parts = append(parts, s.text(p, textLimit))
			continue
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
}

// showEnvironment prints where an environment is and how long.
func showEnvironment(s *scope, v uint64, _ *kind) string {
	if v == 0 {
		return "NULL"
	}
	n, remark := 0, ""
	for ; n < environMax; n++ {
		p, ok := s.uint(v+8*uint64(n), 8)
		if !ok && n == 0 {
			return address(v)
		}
		if !ok {
			remark = ", unterminated"
		}
		if !ok || p == 0 {
			break
		}
	}
	plural := "s"
	if n == 1 {
		plural = ""
	}
	return fmt.Sprintf("%s /* %d var%s%s */", address(v), n, plural, remark)
}
