package syscalls

import (
	"strconv"

	"github.com/stackfs/stackfs/core"
)

// resultKinds is how the results are printed that are no plain numbers: hex an
// address or bits, octal a mode, uint an unsigned number, none there is none.
var resultKinds = map[string]string{
	"mmap": "hex", "mremap": "hex", "brk": "hex", "shmat": "hex", "map_shadow_stack": "hex", "personality": "hex",
	"umask": "octal", "exit": "none", "exit_group": "none", "lseek": "int", "readahead": "int",
}

const (
	maxErrno     = 4095 // include/linux/err.h, MAX_ERRNO
	firstRestart = 512  // ERESTARTSYS
	lastRestart  = 516  // ERESTART_RESTARTBLOCK
)

// Result prints what system call name of a returned in its result register:
// "3", "-1 ENOENT (No such file or directory)", "0x7f0012345000" for an address,
// "?" for a call that does not return. A call that the kernel is to restart is
// "? ERESTARTSYS (…)".
func Result(_ *core.Arch, name string, ret uint64) string {
	kind := resultKinds[name]
	if kind == "none" {
		return "?"
	}
	if v := int64(ret); v < 0 && v >= -maxErrno {
		return failure(int(-v))
	}
	switch kind {
	case "hex":
		return hex(ret)
	case "octal":
		return showMode(nil, ret, nil)
	}
	return strconv.FormatInt(int64(ret), 10)
}

func failure(n int) string {
	name, text, ok := Errno(n)
	switch {
	case !ok:
		return "-1 (errno " + strconv.Itoa(n) + ")"
	case n >= firstRestart && n <= lastRestart:
		return "? " + name + " (" + text + ")"
	}
	return "-1 " + name + " (" + text + ")"
}
