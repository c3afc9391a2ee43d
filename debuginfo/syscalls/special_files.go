package syscalls

import (
	"fmt"
	"strconv"
	"strings"
)

// showHandleHead prints a struct file_handle that name_to_handle_at(2) fills.
func showHandleHead(s *scope, v uint64, _ *kind) string {
	if v == 0 {
		return "NULL"
	}
	n, ok := s.uint(v, 4)
	if !ok {
		return address(v)
	}
	return fmt.Sprintf("{handle_bytes=%d}", n)
}

// showHandle prints a struct file_handle for open_by_handle_at(2).
func showHandle(s *scope, v uint64, _ *kind) string {
	if v == 0 {
		return "NULL"
	}
	b, ok := s.bytes(v, 8)
	if !ok {
		return address(v)
	}
	const limit = 128 // MAX_HANDLE_SZ of fcntl.h
	n := little(b[:4])
	text := fmt.Sprintf("{handle_bytes=%d, handle_type=%d", n, int32(little(b[4:])))
	if data, ok := s.bytes(v+8, int(min(n, limit))); ok {
		text += fmt.Sprintf(", f_handle=%s", quoteHex(data))
	}
	return text + "}"
}

// showMemfdName prints a name of memfd_create(2): 249 bytes at most.
func showMemfdName(s *scope, v uint64, _ *kind) string {
	const limit = textLimit
	return s.text(v, limit)
}

// showMemfdFlags prints flags and, above bit 26, the logarithm of a page size.
func showMemfdFlags(s *scope, v uint64, _ *kind) string {
	const hugeShift = 26
	huge := v >> hugeShift << hugeShift
	v &^= huge
	text := s.table.sets["memfd"].flags(v)
	if huge == 0 {
		return text
	}
	name := strconv.FormatUint(huge>>hugeShift, 10) + "<<MFD_HUGE_SHIFT"
	if v == 0 {
		return name
	}
	return text + "|" + name
}

// showMountFlags prints flags with the magic number of old programs (mount(2)).
func showMountFlags(s *scope, v uint64, k *kind) string {
	const magic, mask = 0xc0ed0000, 0xffff0000
	if v&mask != magic {
		return s.table.sets["mount"].flags(v)
	}
	if rest := v &^ mask; rest != 0 {
		return "MS_MGC_VAL|" + s.table.sets["mount"].flags(rest)
	}
	return "MS_MGC_VAL"
}

// showSwapFlags prints flags and a priority (swapon(2)).
func showSwapFlags(s *scope, v uint64, _ *kind) string {
	const prefer, mask = 0x8000, 0x7fff
	text, rest := "", v&^(prefer|mask)
	if v&prefer != 0 {
		text = "SWAP_FLAG_PREFER|"
	}
	for _, c := range s.table.sets["swapon"].items {
		if rest&c.value != 0 {
			text, rest = text+c.name+"|", rest&^c.value
		}
	}
	if rest != 0 {
		text += hex(rest) + "|"
	}
	return text + strconv.FormatUint(v&mask, 10)
}

// showFanotifyDirectory prints a directory, or that there is none (fanotify_mark(2)).
func showFanotifyDirectory(s *scope, v uint64, k *kind) string {
	if k.signed(v) == -1 {
		return "FAN_NOFD"
	}
	return showDirFD(s, v, k)
}

// showIPCFlags prints flags and permissions: IPC_CREAT|0600.
func showIPCFlags(s *scope, v uint64, k *kind) string {
	mode := v & 0o777
	v &^= mode
	text := fmt.Sprintf("%#03o", mode)
	if v == 0 {
		return text
	}
	const hugeShift, hugeMask = 26, 0x3f // asm-generic/hugetlb_encode.h
	if huge := v >> hugeShift & hugeMask; huge != 0 && k.param == "shmget" {
		text = strconv.FormatUint(huge, 10) + "<<SHM_HUGE_SHIFT|" + text
		v &^= hugeMask << hugeShift
		if v == 0 {
			return text
		}
	}
	flags, _, _ := strings.Cut(k.set.flags(v), " /*")
	return flags + "|" + text
}

// showMessage prints a struct msgbuf: a type and as many bytes as msgsz says.
func showMessage(s *scope, v uint64, k *kind) string {
	if v == 0 {
		return "NULL"
	}
	kind, ok := s.uint(v, 8)
	if !ok {
		return address(v)
	}
	return fmt.Sprintf("{mtype=%d, mtext=%s}", int64(kind), s.data(v+8, s.values[k.param]))
}

// showNodemask prints a set of NUMA nodes as words; the parameter is how many
// bits it has, one too many (set_mempolicy(2), "BUGS").
func showNodemask(s *scope, v uint64, k *kind) string {
	const limit = 4096 // words
	bits := s.values[k.param]
	words := (bits + 62) / 64
	if bits == 0 && v != 0 {
		return "[]"
	}
	if v == 0 {
		return "NULL"
	}
	if words > limit || bits == 1 {
		return address(v)
	}
	return s.array(v, words, &kind{size: 8, show: showNodeWord})
}

func showNodeWord(_ *scope, v uint64, _ *kind) string { return fmt.Sprintf("0x%014x", v) }

// showOptionValue prints the value of a socket option: an int if it is of that size.
func showOptionValue(s *scope, v uint64, k *kind) string {
	const intSize = 4
	size := s.values[k.param]
	if v == 0 {
		return "NULL"
	}
	if size != intSize {
		return s.data(v, uint64(max(int64(int32(size)), 0)))
	}
	n, ok := s.uint(v, intSize)
	if !ok {
		return address(v)
	}
	return "[" + strconv.Itoa(int(int32(n))) + "]"
}

// showTypedByte prints the byte of TIOCSTI.
func showTypedByte(s *scope, v uint64, _ *kind) string {
	if v == 0 {
		return "NULL"
	}
	b, ok := s.bytes(v, 1)
	if !ok {
		return address(v)
	}
	return "[" + quote(b) + "]"
}

// showRequest prints a request of ioctl(2): its name, or the parts of its number
// (asm-generic/ioctl.h).
func showRequest(s *scope, v uint64, _ *kind) string {
	if name, ok := s.table.sets["ioctl"].byValue[v]; ok {
		return name
	}
	dir := [...]string{"_IOC_NONE", "_IOC_WRITE", "_IOC_READ", "_IOC_READ|_IOC_WRITE"}[v>>30&3]
	return fmt.Sprintf("_IOC(%s, %s, %s, %s)", dir, hexByte(v>>8&0xff), hexByte(v&0xff), hexByte(v>>16&0x3fff))
}

func hexByte(v uint64) string {
	if v == 0 {
		return "0"
	}
	return "0x" + strings.ToLower(strconv.FormatUint(v, 16))
}

// showXattrValue prints the value of an extended attribute; a NUL at its end is
// left out.
func showXattrValue(s *scope, v uint64, k *kind) string {
	if v == 0 {
		return "NULL"
	}
	size := s.values[k.param]
	b, ok := s.bytes(v, int(min(size, textLimit+1)))
	if !ok {
		return address(v)
	}
	if n := len(b); n > 0 && b[n-1] == 0 {
		return quote(b[:n-1])
	}
	if len(b) > textLimit {
		return quote(b[:textLimit]) + "..."
	}
	return quote(b)
}

// quoteHex prints bytes as \x escapes.
func quoteHex(b []byte) string {
	var out strings.Builder
	for _, c := range b {
		fmt.Fprintf(&out, "\\x%02x", c)
	}
	return `"` + out.String() + `"`
}

func showHexData(s *scope, v uint64, k *kind) string {
	if v == 0 {
		return "NULL"
	}
	size := s.values[k.param]
	if int32(size) < 0 {
		return address(v)
	}
	b, ok := s.bytes(v, int(min(size, textLimit)))
	switch {
	case !ok:
		return address(v)
	case size > textLimit:
		return quoteHex(b) + "..."
	}
	return quoteHex(b)
}

// mountFlagBits is mount(2)'s flags without the magic number of old programs.
func (s *scope) mountFlagBits() uint64 {
	const magic, mask = 0xc0ed0000, 0xffff0000
	if v := s.values["mountflags"]; v&mask == magic {
		return v &^ mask
	}
	return s.values["mountflags"]
}

const (
	mountMoving    = 1<<12 | 1<<13 | 1<<17 | 1<<18 | 1<<19 | 1<<20 // MS_BIND MS_MOVE MS_UNBINDABLE MS_PRIVATE MS_SLAVE MS_SHARED
	mountRemounted = 1 << 5                                        // MS_REMOUNT
)

// showMountType prints the type of a file system unless the kernel ignores it (mount(2)).
func showMountType(s *scope, v uint64, k *kind) string {
	if s.mountFlagBits()&(mountMoving|mountRemounted) != 0 {
		return address(v)
	}
	return showString(s, v, k)
}

// showMountData prints a file system's options unless the kernel ignores them (mount(2)).
func showMountData(s *scope, v uint64, k *kind) string {
	if s.mountFlagBits()&mountMoving != 0 {
		return address(v)
	}
	return showString(s, v, k)
}

// showCreationAttr prints the attributes of mq_open(2), which are there only
// when a queue may be created.
func showCreationAttr(s *scope, v uint64, k *kind) string {
	const creat = 0o100
	if s.values[k.param]&creat == 0 {
		return ""
	}
	return showPointer(s, v, &kind{elem: &kind{size: 32, aggregate: true, show: showStructure, members: s.table.structures["mqattr"]}})
}

// showIPCCommand prints a command with the version flag (linux/ipc.h).
func showIPCCommand(_ *scope, v uint64, k *kind) string {
	const ipc64 = 0x100
	if v&ipc64 != 0 {
		return "IPC_64|" + k.set.one(v&^ipc64)
	}
	return k.set.one(v)
}

// showMACAddress prints the eight bytes of a hardware address.
func showMACAddress(s *scope, v uint64, k *kind) string {
	b, ok := s.bytes(v, k.size)
	if !ok {
		return address(v)
	}
	return quote(b)
}

// showMapFlags prints mmap's flags; above bit 26 is the logarithm of a page size.
func showMapFlags(s *scope, v uint64, _ *kind) string {
	const hugeShift, hugeMask = 26, 0x3f
	set := s.table.sets["mmap"]
	huge := v >> hugeShift & hugeMask
	text := set.flags(v &^ (hugeMask << hugeShift))
	if huge != 0 {
		text += "|" + strconv.FormatUint(huge, 10) + "<<MAP_HUGE_SHIFT"
	}
	return text
}
