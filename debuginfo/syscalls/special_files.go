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
	text := fmt.Sprintf("{handle_bytes=%d, handle_type=%s", n, hex(little(b[4:])))
	if data, ok := s.bytes(v+8, int(min(n, limit))); ok {
		text += fmt.Sprintf(", f_handle=0x%x", data)
	}
	return text + "}"
}

// showMemfdName prints a name of memfd_create(2): 249 bytes at most.
func showMemfdName(s *scope, v uint64, _ *kind) string {
	const limit = 250
	return s.text(v, limit-1)
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
	name, ok := s.table.sets["mfdhuge"].byValue[huge]
	if !ok {
		name = strconv.FormatUint(huge>>hugeShift, 10) + "<<MFD_HUGE_SHIFT"
	}
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
	text := s.table.sets["swapon"].flags(v &^ (prefer | mask))
	if v&prefer == 0 {
		if v&mask == 0 {
			return text
		}
		return s.table.sets["swapon"].flags(v)
	}
	priority := fmt.Sprintf("SWAP_FLAG_PREFER|%d<<SWAP_FLAG_PRIO_SHIFT", v&mask)
	if v&^(prefer|mask) == 0 {
		return priority
	}
	return text + "|" + priority
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
	return k.set.flags(v) + "|" + text
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
	if v == 0 {
		return "NULL"
	}
	if words == 0 {
		return "[]"
	}
	if words > limit {
		return address(v)
	}
	return s.array(v, words, &kind{size: 8, show: showNodeWord})
}

func showNodeWord(_ *scope, v uint64, _ *kind) string { return fmt.Sprintf("%#016x", v) }

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
