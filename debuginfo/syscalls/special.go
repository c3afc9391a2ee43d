package syscalls

import (
	"fmt"
	"strconv"
	"strings"
)

// showFDSet prints the descriptors in a set of select(2); the parameter is how
// many there may be.
func showFDSet(s *scope, v uint64, k *kind) string {
	if v == 0 {
		return "NULL"
	}
	const limit = 1024 // FD_SETSIZE
	nfds := min(max(int(int32(s.values[k.param])), 0), limit)
	b, ok := s.bytes(v, (nfds+63)/64*8)
	if !ok || nfds == 0 {
		return address(v)
	}
	var fds []string
	for fd := range nfds {
		if b[fd/8]>>(fd%8)&1 != 0 {
			fds = append(fds, strconv.Itoa(fd))
		}
	}
	return "[" + strings.Join(fds, " ") + "]"
}

// showBitmap prints the processors in a set of sched_setaffinity(2).
func showBitmap(s *scope, v uint64, k *kind) string {
	const limit = 1024 // bytes
	n := s.values[k.param]
	if v == 0 {
		return "NULL"
	}
	b, ok := s.bytes(v, int(min(n, limit)))
	if !ok {
		return address(v)
	}
	var out []string
	for i := range len(b) * 8 {
		if b[i/8]>>(i%8)&1 != 0 {
			out = append(out, strconv.Itoa(i))
		}
	}
	return "[" + strings.Join(out, " ") + "]"
}

// showPollFD prints a struct pollfd; the events of a descriptor below zero do not matter.
func showPollFD(s *scope, v uint64, k *kind) string {
	b, ok := s.bytes(v, k.size)
	if !ok {
		return address(v)
	}
	fd := int32(little(b[:4]))
	if fd < 0 {
		return fmt.Sprintf("{fd=%d}", fd)
	}
	return fmt.Sprintf("{fd=%d, events=%s}", fd, s.table.sets["poll"].flags(little(b[4:6])))
}

// showLimit prints a resource limit; the parameter is the name of infinity.
func showLimit(_ *scope, v uint64, k *kind) string {
	switch {
	case v == ^uint64(0):
		return k.param
	case v > 1024 && v%1024 == 0:
		return strconv.FormatUint(v/1024, 10) + "*1024"
	}
	return strconv.FormatUint(v, 10)
}

// showTimespecPair prints the two times of utimensat(2).
func showTimespecPair(s *scope, v uint64, _ *kind) string {
	const now, omit = 1<<30 - 1, 1<<30 - 2
	return s.timePair(v, func(b []byte) string {
		switch nsec := little(b[8:]); nsec {
		case now:
			return "UTIME_NOW"
		case omit:
			return "UTIME_OMIT"
		default:
			return fmt.Sprintf("{tv_sec=%d, tv_nsec=%d}", int64(little(b)), nsec)
		}
	})
}

// showTimevalPair prints the two times of utimes(2).
func showTimevalPair(s *scope, v uint64, _ *kind) string {
	return s.timePair(v, func(b []byte) string {
		return fmt.Sprintf("{tv_sec=%d, tv_usec=%d}", int64(little(b)), int64(little(b[8:])))
	})
}

func (s *scope) timePair(v uint64, one func(b []byte) string) string {
	if v == 0 {
		return "NULL"
	}
	b, ok := s.bytes(v, 32)
	if !ok {
		return address(v)
	}
	return "[" + one(b[:16]) + ", " + one(b[16:]) + "]"
}

// showFutexOp prints the operation of futex(2): a command and two flags.
func showFutexOp(s *scope, v uint64, _ *kind) string {
	const private, realtime = 128, 256
	name, ok := s.table.sets["futex"].byValue[v&^(private|realtime)]
	if !ok {
		name = hex(v&^(private|realtime)) + " /* FUTEX_??? */"
		if v&private != 0 {
			name = "FUTEX_PRIVATE_FLAG|" + name
		}
	} else if v&private != 0 && name == "FUTEX_FD" {
		name += "|FUTEX_PRIVATE_FLAG"
	} else if v&private != 0 {
		name += "_PRIVATE"
	}
	if v&realtime != 0 {
		name += "|FUTEX_CLOCK_REALTIME"
	}
	return name
}

// showWakeOp prints FUTEX_WAKE_OP's operation (futex(2)): four bits each of
// operation and comparison, then twelve each of their operands.
func showWakeOp(s *scope, v uint64, _ *kind) string {
	op, cmp := v>>28, v>>24&15
	text := ""
	const shift = 8
	if op&shift != 0 {
		text = "FUTEX_OP_OPARG_SHIFT<<28|"
	}
	return fmt.Sprintf("%s%s<<28|%s<<12|%s<<24|%s", text, s.table.sets["futexwakeop"].one(op&^shift), hex(v>>12&0xfff),
		s.table.sets["futexwakecmp"].one(cmp), hex(v&0xfff))
}

// showFilter prints a struct sock_fprog (linux/filter.h) by its length and place.
func showFilter(s *scope, v uint64, _ *kind) string {
	if v == 0 {
		return "NULL"
	}
	b, ok := s.bytes(v, 16)
	if !ok {
		return address(v)
	}
	return fmt.Sprintf("{len=%d, filter=%s}", little(b[:2]), address(little(b[8:])))
}

// showCapabilities prints what capset(2) sets: one or two structures of three
// words, as the version in the header says.
func showCapabilities(s *scope, v uint64, _ *kind) string {
	const version1 = 0x19980330
	if v == 0 {
		return "NULL"
	}
	version, ok := s.uint(s.call.Args[0], 4)
	if !ok {
		return address(v)
	}
	n := 2
	if version == version1 {
		n = 1
	}
	b, ok := s.bytes(v, 12*n)
	if !ok {
		return address(v)
	}
	word := func(i int) uint64 {
		low := little(b[4*i : 4*i+4])
		if n == 2 {
			low |= little(b[12+4*i:16+4*i]) << 32
		}
		return low
	}
	return fmt.Sprintf("{effective=%s, permitted=%s, inheritable=%s}",
		capabilityText(s.table, word(0)), capabilityText(s.table, word(1)), capabilityText(s.table, word(2)))
}

// capabilityText prints a set of capabilities as 1<<CAP_NAME.
func capabilityText(t *table, mask uint64) string {
	var parts []string
	known := uint64(0)
	for _, c := range t.sets["cap"].items {
		if mask>>c.value&1 != 0 {
			parts, known = append(parts, "1<<"+c.name), known|1<<c.value
		}
	}
	switch rest := mask &^ known; {
	case rest != 0 && len(parts) == 0:
		return hex(rest) + " /* CAP_??? */"
	case rest != 0:
		parts = append(parts, hex(rest))
	case mask == 0:
		return "0"
	}
	return strings.Join(parts, "|")
}

// showClonePointer prints one of clone(2)'s pointers if the flag is given that
// makes the kernel look at it: the parameter is the flags' names joined by "+".
func showClonePointer(s *scope, v uint64, k *kind) string {
	for _, flag := range strings.Split(k.param, "+") {
		if s.values["flags"]&s.table.sets["clone"].byName[flag] != 0 {
			return address(v)
		}
	}
	return ""
}

// showIOCBs prints the requests of io_submit(2): pointers to struct iocb.
func showIOCBs(s *scope, v uint64, k *kind) string {
	n := s.values[k.param]
	if v == 0 {
		return "NULL"
	}
	if n == 0 {
		return "[]"
	}
	return s.array(v, n, &kind{size: 8, show: func(s *scope, p uint64, _ *kind) string {
		text, ok := s.show(&kind{size: 64, aggregate: true, show: showIOCB}, p)
		if !ok {
			return address(p)
		}
		return text
	}})
}

// showIOCBHead prints the members of a struct iocb that io_cancel(2) looks at.
func showIOCBHead(s *scope, v uint64, k *kind) string {
	b, ok := s.bytes(v, k.size)
	if !ok {
		return address(v)
	}
	return "{aio_data=" + hex(little(b[:8])) + ", aio_lio_opcode=" + s.table.sets["aiocmd"].one(little(b[16:18])) +
		", aio_fildes=" + strconv.Itoa(int(int32(little(b[20:24])))) + "}"
}

// showIOCB prints a struct iocb (linux/aio_abi.h).
func showIOCB(s *scope, v uint64, k *kind) string {
	b, ok := s.bytes(v, k.size)
	if !ok {
		return address(v)
	}
	op := little(b[16:18])
	text := "{aio_data=" + hex(little(b[:8])) + ", aio_lio_opcode=" + s.table.sets["aiocmd"].one(op)
	text += ", aio_fildes=" + strconv.Itoa(int(int32(little(b[20:24]))))
	buf, n := little(b[24:32]), little(b[32:40])
	const pread, pwrite = 0, 1
	switch op {
	case pread:
		text += fmt.Sprintf(", aio_buf=%s, aio_nbytes=%d, aio_offset=%d", address(buf), n, int64(little(b[40:48])))
	case pwrite:
		text += fmt.Sprintf(", aio_buf=%s, aio_nbytes=%d, aio_offset=%d", s.data(buf, n), n, int64(little(b[40:48])))
	}
	return text + "}"
}

// showSiginfo prints a siginfo_t that a process makes (rt_sigqueueinfo(2)).
func showSiginfo(s *scope, v uint64, k *kind) string {
	b, ok := s.bytes(v, k.size)
	if !ok {
		return address(v)
	}
	const tkill = -6
	code := int32(little(b[8:12]))
	names := map[int32]string{0: "SI_USER", -1: "SI_QUEUE", -2: "SI_TIMER", -3: "SI_MESGQ", -4: "SI_ASYNCIO", -5: "SI_SIGIO", -6: "SI_TKILL", 128: "SI_KERNEL"}
	name, known := names[code]
	if !known {
		name = hex(uint64(uint32(code)))
	}
	text := "{si_signo=" + signalText(int64(int32(little(b[:4])))) + ", si_code=" + name
	if errno := int(int32(little(b[4:8]))); errno != 0 {
		label, _, ok := Errno(errno)
		if !ok {
			label = strconv.Itoa(errno)
		}
		text += ", si_errno=" + label
	}
	text += fmt.Sprintf(", si_pid=%d, si_uid=%d", int32(little(b[16:20])), little(b[20:24]))
	value := little(b[24:32])
	if code < 0 && code != tkill && value != 0 {
		text += fmt.Sprintf(", si_int=%d, si_ptr=%s", int32(value), address(value))
	}
	return text + "}"
}
