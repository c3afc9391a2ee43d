package syscalls

import (
	"encoding/binary"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stackfs/stackfs/core"
)

// A script is calls with made-up arguments for testdata/script.c: none of them
// is executed, so that reboot, kexec_load and exit may be among them.
type script struct {
	*rand.Rand
	t     *table
	calls []uint64
	blob  []byte
}

const scriptBase = 0x100000000000 // where testdata/script.c maps the blob

// put adds bytes to the blob and returns their address in the program.
func (s *script) put(b []byte) uint64 {
	for len(s.blob)%16 != 0 {
		s.blob = append(s.blob, 0)
	}
	addr := scriptBase + uint64(len(s.blob))
	s.blob = append(s.blob, b...)
	return addr
}

// pick is one of some numbers.
func (s *script) pick(v ...uint64) uint64 { return v[s.IntN(len(v))] }

func neg(v int64) uint64 { return uint64(v) }

// call adds a call of a signature with arguments by their kinds.
func (s *script) call(name string) {
	var raw [6]uint64
	r := s.t.rows[name]
	fields := r.fields
	values := map[string]uint64{}
	for i := 0; i < len(fields); i++ {
		f := fields[i]
		raw[f.at] = s.value(f, values, fields)
		values[f.name] = raw[f.at]
		if !f.choose {
			continue
		}
		if v, row, ok := s.variant(name, f); ok {
			raw[f.at], values[f.name] = v, v
			fields, i = row.after(f.at+1), -1
		}
	}
	for i := range raw { // what no field names should not matter
		if !slices.ContainsFunc(r.fields, func(f field) bool { return f.at == i }) && len(fields) > 0 && s.IntN(3) == 0 {
			if raw[i] == 0 && !slices.ContainsFunc(fields, func(f field) bool { return f.at == i }) {
				raw[i] = s.Uint64()
			}
		}
	}
	s.calls = append(append(s.calls, uint64(s.t.numbers[name])), raw[:]...)
}

// variant chooses one of the rows that a value selects.
func (s *script) variant(name string, f field) (v uint64, r row, ok bool) {
	var options []string
	for key := range s.t.rows {
		if rest, ok := strings.CutPrefix(key, name+" "); ok {
			if _, known := s.constant(f, rest); known {
				options = append(options, key)
			}
		}
	}
	slices.Sort(options)
	if len(options) == 0 || s.IntN(len(options)+2) == 0 {
		return 0, row{}, false
	}
	key := options[s.IntN(len(options))]
	v, _ = s.constant(f, strings.TrimPrefix(key, name+" "))
	return v, s.t.rows[key], true
}

func (s *script) constant(f field, name string) (uint64, bool) {
	set := f.kind.set
	switch f.kind.name {
	case "request":
		set = s.t.sets["ioctl"]
	case "futexop":
		set = s.t.sets["futex"]
	case "quota":
		if c, ok := s.t.sets["quotacmd"].byName[name]; ok {
			return c<<8 | s.pick(0, 1, 2), true
		}
	case "remarked":
		set, name = s.t.sets["syslog"], "SYSLOG_ACTION_"+name
	}
	if set == nil {
		return 0, false
	}
	v, ok := set.byName[name]
	if f.kind.name == "futexop" {
		v |= s.pick(0, 128, 128)
		if strings.Contains(name, "BITSET") && strings.Contains(name, "WAIT") {
			v |= s.pick(0, 256)
		}
	}
	return v, ok
}

// flags is a few of the constants of a set, now and then a bit that has no name.
func (s *script) flags(c *constants, size int) uint64 {
	v := uint64(0)
	for range s.IntN(4) {
		v |= c.items[s.IntN(len(c.items))].value
	}
	if s.IntN(8) == 0 {
		v |= 1 << s.IntN(min(8*size, 32))
	}
	if c.base != nil {
		v = v&^c.mask | c.base.items[s.IntN(len(c.base.items))].value&c.mask
	}
	return v
}

func (s *script) enum(c *constants) uint64 {
	if s.IntN(10) == 0 {
		return s.Uint64N(70)
	}
	return c.items[s.IntN(len(c.items))].value
}

func (s *script) text(limit int) []byte {
	alphabet := "abcdefghijklmnop/._-0123456789 \"\\\n\t\x01\x7f\xc3\xa9\x00"
	b := make([]byte, s.IntN(limit))
	for i := range b {
		b[i] = alphabet[s.IntN(len(alphabet)-1)]
	}
	return b
}

func (s *script) cstring(limit int) uint64 {
	return s.pick(s.put(append(s.text(limit), 0)), s.put([]byte("/etc/passwd\x00")), s.put([]byte("name\x00")), 0, 0xdead0000)
}

// value makes an argument or a member of a kind.
func (s *script) value(f field, values map[string]uint64, fields []field) uint64 {
	k := f.kind
	if strings.Contains(f.name, "size") || slices.ContainsFunc(fields, func(o field) bool { return o.kind.param == f.name }) {
		if k.name != "enum" && k.name != "flags" && k.name != "sockopt" {
			return s.length(f, fields)
		}
	}
	if s.IntN(40) == 0 && !k.aggregate {
		return s.Uint64() >> s.IntN(64) & (1<<(8*min(k.size, 8)-1)<<1 - 1)
	}
	switch k.name {
	case "*":
		if k.elem.aggregate {
			return s.pick(s.structure(k.elem), s.structure(k.elem), s.structure(k.elem), 0, 0xdead0000)
		}
		return s.pick(s.put(binary.LittleEndian.AppendUint64(nil, s.scalar(k.elem, values))), 0, 0xdead0000)
	case "[]":
		var b []byte
		for range 40 {
			b = append(b, s.bytes(k.elem)...)
		}
		return s.pick(s.put(b), s.put(b), s.put(b), 0, 0xdead0000)
	}
	return s.scalar(k, values)
}

func (s *script) length(f field, fields []field) uint64 {
	for _, o := range fields {
		if o.kind.param != f.name && !strings.HasSuffix(o.kind.param, "."+f.name) {
			continue
		}
		switch o.kind.name {
		case "sized":
			name, _, _ := strings.Cut(o.kind.param, ".")
			return uint64(s.t.structures[name].size)
		case "sigset":
			return s.pick(8, 8, 8, 8, 4, 16)
		case "sockaddr":
			return s.pick(2, 16, 28, 110, 12, 20, 5, 16, 28)
		case "optval":
			return s.pick(4, 4, 4, 8, 2, 16, 0)
		case "nodemask":
			return s.pick(0, 1, 2, 64, 65, 66, 128)
		case "cpuset":
			return s.pick(8, 16, 128)
		}
	}
	if f.name == "sigsetsize" {
		return 8
	}
	return s.pick(0, 1, 2, 3, 5, 31, 32, 33, 40)
}

// structure puts a structure into the blob.
func (s *script) structure(k *kind) uint64 { return s.put(s.bytes(k)) }

// bytes is a thing of a kind as it lies in memory.
func (s *script) bytes(k *kind) []byte {
	if k.members == nil {
		if !k.aggregate {
			return binary.LittleEndian.AppendUint64(nil, s.scalar(k, nil))[:k.size]
		}
		return s.special(k)
	}
	b := make([]byte, k.size)
	values := map[string]uint64{}
	for _, f := range k.members.fields {
		if f.kind.aggregate {
			copy(b[f.at:f.at+f.kind.size], s.bytes(f.kind))
			continue
		}
		v := s.value(f, values, k.members.fields)
		values[f.name] = v
		copy(b[f.at:f.at+f.kind.size], binary.LittleEndian.AppendUint64(nil, v))
	}
	return b
}

// special is a thing that has a decoder of its own.
func (s *script) special(k *kind) []byte {
	b := make([]byte, k.size)
	word := func(at, size int, v uint64) { copy(b[at:at+size], binary.LittleEndian.AppendUint64(nil, v)) }
	switch k.name {
	case "pollfd":
		word(0, 4, s.pick(0, 3, 5, neg(-1)))
		word(4, 2, s.flags(s.t.sets["poll"], 2))
	case "sigaction":
		word(0, 8, s.pick(0, 1, 0x401000))
		word(8, 8, s.flags(s.t.sets["sa"], 4)|s.pick(0x04000000, 0))
		word(16, 8, 0x402000)
		word(24, 8, s.mask())
	case "sigevent":
		word(0, 8, s.pick(0, 7, 0x7fff00001234))
		word(8, 4, s.pick(0, 10, 14, 34))
		word(12, 4, s.pick(0, 1, 2, 4))
		word(16, 4, 77)
	case "siginfo":
		word(0, 4, s.pick(10, 34, 9))
		word(8, 4, s.pick(neg(-1), neg(-6), 0))
		word(16, 4, 99)
		word(20, 4, 1000)
		word(24, 8, s.pick(0, 5, 0x7fff00001234))
	case "iocb":
		word(0, 8, s.pick(0, 0x1234))
		word(16, 2, s.pick(0, 1, 2, 3))
		word(20, 4, 5)
		word(24, 8, s.put(s.text(60)))
		word(32, 8, s.pick(0, 7, 40))
		word(40, 8, 4096)
	case "cstr":
		copy(b, s.text(k.size))
	case "ipv6":
		copy(b, []byte{0xff, 2, 15: byte(s.IntN(256))})
	}
	return b
}

func (s *script) mask() uint64 {
	return s.pick(0, ^uint64(0), 1<<9, 1<<16|1<<1, 1<<31|1<<32|1<<63, ^uint64(1<<8|1<<18), ^uint64(3<<31))
}

// scalar is a number or a pointer of a kind.
func (s *script) scalar(k *kind, values map[string]uint64) uint64 {
	switch k.name {
	case "fd", "uid", "pid":
		return s.pick(0, 1, 2, 3, 77, 1001, neg(-1))
	case "dirfd", "fandirfd":
		return s.pick(neg(-100), neg(-100), 0, 3, neg(-1))
	case "flags", "shiftf", "ipcflags":
		return s.flags(k.set, k.size) | map[bool]uint64{true: s.pick(0, 0o600, 0o7), false: 0}[k.name == "ipcflags"]
	case "enum":
		return s.enum(k.set)
	case "path", "str", "memfdname", "comm", "vmaname":
		return s.cstring(60)
	case "data", "optval":
		return s.pick(s.put(s.text(60)), s.put(s.text(60)), s.put(s.text(60)), 0, 0xdead0000)
	case "mode", "smode", "howmode", "creat":
		return s.pick(0, 0o644, 0o755, 0o7, 0o4711, 0o1777, 0o20600, 0o60640, 0o100644, 0o10666)
	case "sig", "exitsig":
		return s.pick(0, 2, 9, 17, 32, 33, 34, 64, 65, neg(-1))
	case "sigset":
		return s.pick(s.put(binary.LittleEndian.AppendUint64(nil, s.mask())), s.put(binary.LittleEndian.AppendUint64(nil, s.mask())), 0, 0xdead0000)
	case "sigbits":
		return s.mask()
	case "clock":
		return s.pick(0, 1, 2, 3, 7, 11, 12, 20, neg(-6), neg(-2), neg(-22), neg(-29), neg(-77))
	case "cloneflags":
		return s.flags(s.t.sets["clone"], 4)&^0xff | s.pick(0, 17, 17, 34)
	case "sockopt":
		level := s.t.sets[s.t.sets["level"].byValue[values["level"]]]
		if level == nil {
			return s.pick(1, 2, 99)
		}
		return s.enum(level)
	case "sockaddr":
		return s.pick(s.sockaddr(), s.sockaddr(), s.sockaddr(), s.sockaddr(), 0)
	case "strings", "environ":
		return s.stringVector()
	case "timespec2", "timeval2":
		return s.pick(s.put(s.words(1, s.pick(0, 5, 1<<30-1, 1<<30-2), 1700000000, s.pick(0, 999, 1<<30-1, 1<<30-2))), 0)
	case "fdset":
		return s.pick(s.put(s.words(s.Uint64()&s.Uint64()&s.Uint64(), 5, 0, 0)), 0)
	}
	return s.scalar2(k)
}

func (s *script) scalar2(k *kind) uint64 {
	switch k.name {
	case "cpuset":
		return s.pick(s.put(append(s.words(s.Uint64()&s.Uint64()&s.Uint64(), 5), make([]byte, 128)...)), 0)
	case "nodemask":
		return s.pick(s.put(s.words(3, 0, s.Uint64())), 0)
	case "ptrdiff":
		return s.pick(s.put(s.words(s.pick(0, 10, neg(-1)))), 0, 0xdead0000)
	case "control":
		rights := append(s.words(20, 1|1<<32), 5, 0, 0, 0, 0, 0, 0, 0)
		return s.pick(s.put(append(rights, make([]byte, 64)...)), 0)
	case "sigarg6":
		return s.pick(s.put(s.words(s.put(s.words(s.mask())), 8)), s.put(s.words(0, 8)), 0)
	case "message":
		return s.pick(s.put(append(s.words(3), s.text(60)...)), 0)
	case "iocbs":
		p := s.structure(&kind{name: "iocb", size: 64, aggregate: true})
		return s.pick(s.put(slices.Concat(s.words(p, p), make([]byte, 400))), 0)
	case "filter":
		return s.pick(s.put(s.words(0, 0x1000)), 0)
	case "capset":
		return s.pick(s.put(s.words(s.Uint64()&s.Uint64()&0x1ffffffffff, 0, 1)), 0)
	case "schedattr":
		return s.put(s.words(s.pick(48, 56)|s.pick(0, 1, 6)<<32, s.pick(0, 1, 3), 7, 10, 20, 30, 4|5<<32))
	case "sized":
		name, _, _ := strings.Cut(k.param, ".")
		return s.structure(s.t.parseKind(name))
	case "handlehead", "handle":
		return s.pick(s.put(s.words(8|1<<32, 0x0123456789abcdef)), 0)
	case "quota":
		return s.enum(s.t.sets["quotacmd"])<<8 | s.pick(0, 1, 2)
	case "perfattr":
		return s.put(append(s.words(s.pick(0, 1)|s.pick(64, 112, 128)<<32, s.pick(0, 3), 4000, s.pick(0, 7), s.pick(0, 4), s.pick(1, 1027), 0, 0), make([]byte, 80)...))
	case "addr", "out", "ioctlarg", "semun", "ctxid":
		return s.pick(0, 0x7fff12345000, scriptBase)
	case "wakeop":
		return s.pick(1<<28|1<<12|4<<24|2, 9<<28|5<<12)
	case "wholeprio":
		return s.pick(0, 2<<13|4, 3<<13)
	case "memfdflags":
		return s.pick(0, 1, 3, 4|21<<26, 30<<26)
	case "persona":
		return s.pick(0xffffffff, 0, 0x40000, 8, 0x40008)
	case "rlim":
		return s.pick(0, 1024, 2048, 8192*1024, ^uint64(0), 100)
	case "request":
		return s.pick(s.enum(s.t.sets["ioctl"]), 0x80041234, s.Uint64()&0xffffffff)
	case "futexop":
		return s.enum(s.t.sets["futex"])
	case "mountflags":
		return s.flags(s.t.sets["mount"], 4) | s.pick(0, 0xc0ed0000)
	}
	return s.pick(0, 1, 2, 3, 10, 100, 4096, 65536, neg(-1))
}

func (s *script) words(v ...uint64) []byte {
	var b []byte
	for _, w := range v {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return b
}

func (s *script) stringVector() uint64 {
	var v []uint64
	for range s.pick(0, 1, 3, 31, 32, 33, 40) {
		v = append(v, s.put(append(s.text(50), 0)))
	}
	return s.pick(s.put(s.words(append(v, 0)...)), s.put(s.words(append(v, 0)...)), 0, 0xdead0000)
}

func (s *script) sockaddr() uint64 {
	family := s.pick(0, afUnix, afUnix, afInet, afInet, afInet6, afInet6, afNetlink, afPacket, 3, 77)
	b := append([]byte{byte(family), 0}, make([]byte, 126)...)
	switch family {
	case afUnix:
		copy(b[2:], s.pickText("/run/x.sock", "\x00abstract", "rel"))
	case afPacket:
		copy(b[2:], []byte{0, 3, 2, 0, 0, 0, 1, 0, 0, 6, 1, 2, 3, 4, 5, 6})
	default:
		copy(b[2:], s.pickText("\x00\x50\x7f\x00\x00\x01", "\x1f\x90\x00\x00\x00\x00\x20\x01\x0d\xb8", "\x00\x35\x00\x00\x00\x00"))
		copy(b[20:], s.pickText("", "\x00\x00\x00\x01", "\x00\x00\xff\xff\x01\x02\x03\x04", "\x0a\x0b\x0c\x0d\x03"))
	}
	return s.put(b)
}

func (s *script) pickText(v ...string) string { return v[s.IntN(len(v))] }

// write stores the script as testdata/script.c reads it.
func (s *script) write(t *testing.T) string {
	t.Helper()
	const page = 4096
	head := s.words(append(append([]uint64{0}, s.calls...), ^uint64(0))...)
	split := (len(head) + page - 1) / page * page
	head = append(head, make([]byte, split-len(head))...)
	binary.LittleEndian.PutUint64(head, uint64(split))
	path := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(path, append(head, s.blob...), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestStraceEveryCall makes every call that strace 6.1 knows too, hundreds of
// times, with sensible arguments.
func TestStraceEveryCall(t *testing.T) {
	s := &script{Rand: rand.New(rand.NewPCG(1, 2)), t: tableOf(core.AMD64)}
	skip := map[string]bool{"exit": true, "exit_group": true, "rt_sigreturn": true}
	for name := range newSignatures {
		skip[name] = true // not known to this strace
	}
	skip["uretprobe"], skip["uprobe"] = true, true
	for _, name := range slices.Sorted(maps.Keys(s.t.numbers)) {
		variants := 0
		for key := range s.t.rows {
			if strings.HasPrefix(key, name+" ") {
				variants++
			}
		}
		for range 20 + 15*variants {
			if !skip[name] {
				s.call(name)
			}
		}
	}
	y := newTally()
	here, there := watch(t, compileC(t, "script", "-static"), s.write(t))
	for tid, lines := range there {
		y.compare(t, here[tid], lines)
	}
	y.report(t)
	if y.calls < len(s.calls)/7 {
		t.Errorf("only %d of %d calls were seen", y.calls, len(s.calls)/7)
	}
}
