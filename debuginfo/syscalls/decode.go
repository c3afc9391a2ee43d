package syscalls

import (
	"context"
	"fmt"
	"strings"

	"github.com/stackfs/stackfs/core"
)

// An Arg is one argument of a call: its name as in the manual page's prototype,
// and its value as strace prints it.
type Arg struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A Call is a system call, decoded.
type Call struct {
	Name     string `json:"name"`
	Args     []Arg  `json:"args"`
	labelled bool   // String prints the arguments' names
}

// String is the call as gdb prints one: openat (AT_FDCWD, "/etc/passwd", O_RDONLY).
func (c Call) String() string {
	parts := make([]string, len(c.Args))
	for i, a := range c.Args {
		parts[i] = a.Value
		if c.labelled {
			parts[i] = a.Name + "=" + a.Value
		}
	}
	return c.Name + " (" + strings.Join(parts, ", ") + ")"
}

const (
	maxArgument = 10 << 10  // bytes of text of one argument: six and the name stay below 64 KiB
	maxReads    = 256 << 10 // bytes read for one call
)

// Decode prints the arguments of a call as they are at its entry, or while a
// thread is blocked in it. Memory is only read; what cannot be read, or lies
// beyond the bounds of the package comment, is shown as its address. A call that
// is not known is called syscall_0xNUMBER and has six hexadecimal arguments.
func Decode(ctx context.Context, a *core.Arch, m core.Memory, c core.Syscall) Call {
	t := tableOf(a)
	name, known := Name(a, c.Number)
	if !known {
		return unknownCall(c)
	}
	call, _ := t.decode(ctx, name, m, c)
	return call
}

func unknownCall(c core.Syscall) Call {
	call := Call{Name: fmt.Sprintf("syscall_%#x", uint32(c.Number))}
	for i, v := range c.Args {
		call.Args = append(call.Args, Arg{fmt.Sprintf("arg%d", i), "0x" + fmt.Sprintf("%x", v)})
	}
	return call
}

// decode also returns the kinds of the arguments.
func (t *table) decode(ctx context.Context, name string, m core.Memory, c core.Syscall) (Call, []*kind) {
	r := t.rows[name]
	call := Call{Name: name, labelled: r.labelled}
	s := &scope{run: &run{ctx: ctx, table: t, memory: m, left: maxReads, call: c, name: name}, values: map[string]uint64{}}
	s.note(r.fields)
	var used []*kind
	fields := r.fields
	for i := 0; i < len(fields); i++ {
		f := fields[i]
		text := f.kind.show(s, f.kind.cut(c.Args[f.at]), f.kind)
		if text == "" {
			continue
		}
		call.Args, used = append(call.Args, Arg{f.name, clip(text)}), append(used, f.kind)
		if !f.choose {
			continue
		}
		if next, ok := t.rows[name+" "+selector(text)]; ok {
			fields, i = next.after(f.at+1), -1
			s.note(fields)
		}
	}
	return call, used
}

// selector is the word that a value selects a row by: its first constant.
func selector(text string) string {
	word, _, _ := strings.Cut(strings.TrimPrefix(text, "IPC_64|"), "|")
	if rest, ok := strings.CutPrefix(word, "QCMD("); ok { // quotactl(2)
		word, _, _ = strings.Cut(rest, ",")
	}
	if _, rest, ok := strings.Cut(word, "/* SYSLOG_ACTION_"); ok { // syslog(2)
		word = strings.TrimSuffix(rest, " */")
	}
	return strings.TrimSuffix(word, "_PRIVATE")
}

// after numbers the arguments of a selected row from first on, but for those
// that say where they are.
func (r row) after(first int) []field {
	out := make([]field, len(r.fields))
	for i, f := range r.fields {
		if f.at == i {
			f.at = first + i
		}
		f.at = min(f.at, len(core.Syscall{}.Args)-1)
		out[i] = f
	}
	return out
}

// cut drops the bits of a register that an argument of the kind does not have.
func (k *kind) cut(v uint64) uint64 {
	if k.size >= 8 || k.size == 0 {
		return v
	}
	return v & (1<<(8*k.size) - 1)
}

func clip(text string) string {
	if len(text) <= maxArgument {
		return text
	}
	return text[:maxArgument-3] + "..."
}

// A run is the decoding of one call.
type run struct {
	ctx    context.Context
	table  *table
	memory core.Memory
	left   int // bytes that may still be read
	call   core.Syscall
	name   string
}

// A scope is the arguments of the call or the members of a structure, raw, that
// a kind may refer to by name.
type scope struct {
	*run
	values map[string]uint64
}

func (s *scope) note(fields []field) {
	for _, f := range fields {
		s.values[f.name] = f.kind.cut(s.call.Args[f.at])
	}
}

// bytes reads n bytes; ok is false if any of them cannot be read.
func (r *run) bytes(addr uint64, n int) (b []byte, ok bool) {
	if n < 0 || n > r.left || addr+uint64(n) < addr || r.memory == nil || r.ctx.Err() != nil {
		return nil, false
	}
	r.left -= n
	b = make([]byte, n)
	got, err := r.memory.ReadMemory(r.ctx, b, addr)
	return b, err == nil && got == n
}

// uint reads a little-endian number of size bytes.
func (r *run) uint(addr uint64, size int) (v uint64, ok bool) {
	b, ok := r.bytes(addr, size)
	for i := len(b) - 1; i >= 0 && i < 8; i-- {
		v = v<<8 | uint64(b[i])
	}
	return v, ok
}
