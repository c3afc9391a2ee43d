package syscalls

import (
	"fmt"
	"strconv"
)

// signed extends v, which has k.size bytes.
func (k *kind) signed(v uint64) int64 {
	shift := 64 - 8*min(k.size, 8)
	return int64(v<<shift) >> shift
}

func showInt(_ *scope, v uint64, k *kind) string  { return strconv.FormatInt(k.signed(v), 10) }
func showUint(_ *scope, v uint64, _ *kind) string { return strconv.FormatUint(v, 10) }
func showHex(_ *scope, v uint64, _ *kind) string  { return hex(v) }

func showAddress(_ *scope, v uint64, _ *kind) string { return address(v) }

// showMode prints permission bits with three digits at least.
func showMode(_ *scope, v uint64, _ *kind) string {
	if v>>6 == 0 {
		return fmt.Sprintf("%03o", v)
	}
	return "0" + strconv.FormatUint(v, 8)
}

// showFileMode prints a mode with its file type: S_IFCHR|0666 (inode(7)).
func showFileMode(s *scope, v uint64, _ *kind) string {
	const typeMask, special = 0o170000, 0o7000
	if _, ok := s.table.sets["filetype"].byValue[v&typeMask]; !ok && v&typeMask != 0 {
		return "0" + strconv.FormatUint(v, 8)
	}
	text := fmt.Sprintf("0%o", v&0o777)
	if v&0o777>>6 == 0 {
		text = fmt.Sprintf("%03o", v&0o777)
	}
	for _, bit := range []constant{{"S_ISVTX", 0o1000}, {"S_ISGID", 0o2000}, {"S_ISUID", 0o4000}} {
		if v&bit.value != 0 {
			text = bit.name + "|" + text
		}
	}
	if v&typeMask == 0 {
		return text
	}
	return s.table.sets["filetype"].byValue[v&typeMask] + "|" + text
}

// showDirFD prints the descriptor of a directory (openat(2)).
func showDirFD(s *scope, v uint64, k *kind) string {
	if k.signed(v) == -100 { // AT_FDCWD of linux/fcntl.h
		return "AT_FDCWD"
	}
	return showInt(s, v, k)
}

// showUID prints a user or group; -1 means that it stays as it is.
func showUID(_ *scope, v uint64, k *kind) string {
	if k.signed(v) == -1 {
		return "-1"
	}
	return strconv.FormatUint(v, 10)
}

// showDevice prints a device number of 32 bits (linux/kdev_t.h, new_decode_dev).
func showDevice(_ *scope, v uint64, _ *kind) string {
	return fmt.Sprintf("makedev(%s, %s)", hex(v>>8&0xfff), hex(v&0xff|v>>12&0xfff00))
}

func showEnum(_ *scope, v uint64, k *kind) string  { return k.set.one(v) }
func showFlags(_ *scope, v uint64, k *kind) string { return k.set.flags(v) }

// showKeyID prints the serial number of a key, or a special keyring (keyctl(2)).
func showKeyID(s *scope, v uint64, k *kind) string {
	if name, ok := s.table.sets["keyring"].byValue[v]; ok {
		return name
	}
	return showInt(s, v, k)
}

// showIPCKey prints a System V key (ftok(3)).
func showIPCKey(_ *scope, v uint64, _ *kind) string {
	if v == 0 {
		return "IPC_PRIVATE"
	}
	return hex(v)
}

// showClock prints a clock, a process's or thread's CPU clock too: linux/posix-timers.h
// keeps the complement of the id above three bits.
func showClock(s *scope, v uint64, k *kind) string {
	id := int32(v)
	if id >= 0 {
		return s.table.sets["clockid"].one(v)
	}
	const clockFD, perThread = 3, 4
	if v&7 == clockFD {
		return fmt.Sprintf("FD_TO_CLOCKID(%d)", ^(id >> 3))
	}
	who := "PROCESS"
	if v&perThread != 0 {
		who = "THREAD"
	}
	return fmt.Sprintf("MAKE_%s_CPUCLOCK(%d, %s)", who, ^(id >> 3), s.table.sets["cpuclock"].one(v&3))
}

// showCreationMode prints the mode of open(2), which is there only when a file
// may be created.
func showCreationMode(s *scope, v uint64, k *kind) string {
	const creat, tmpfile = 0o100, 0o20000000
	if s.values[k.param]&(creat|tmpfile) == 0 {
		return ""
	}
	return showMode(s, v&0xffff, k)
}

// showIfGiven prints mremap's new address, which is there only with the flag.
func showIfGiven(s *scope, v uint64, k *kind) string {
	const mayMove, fixed = 1, 2
	if s.values[k.param]&(mayMove|fixed) != mayMove|fixed {
		return ""
	}
	return address(v)
}

// showPersonality prints the domain and the flags of personality(2).
func showPersonality(s *scope, v uint64, _ *kind) string {
	if v == 0xffffffff {
		return "0xffffffff"
	}
	text := s.table.sets["personality"].one(v & 0xff)
	if v&^0xff != 0 {
		text += "|" + s.table.sets["persflags"].flags(v&^0xff)
	}
	return text
}

// showQuotaCommand prints QCMD(command, type) of linux/quota.h.
func showQuotaCommand(s *scope, v uint64, _ *kind) string {
	return "QCMD(" + s.table.sets["quotacmd"].one(v>>8) + ", " + s.table.sets["quotatype"].one(v&0xff) + ")"
}

// showIOPriority prints IOPRIO_PRIO_VALUE(class, level) of linux/ioprio.h.
func showIOPriority(s *scope, v uint64, _ *kind) string {
	return fmt.Sprintf("IOPRIO_PRIO_VALUE(%s, %d)", s.table.sets["iopriocls"].one(v>>13), v&0x1fff)
}

// showQueueMode prints mq_open(2)'s mode, which is there only when a queue may be created.
func showQueueMode(s *scope, v uint64, k *kind) string {
	const creat = 0o100
	if s.values[k.param]&creat == 0 {
		return ""
	}
	return showMode(s, v, k)
}
