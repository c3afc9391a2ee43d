package syscalls

import (
	"math/bits"
	"strconv"
	"strings"
)

// signalNames is the signals from 1 on (asm/signal.h of x86, the same on arm64).
var signalNames = [...]string{"",
	"SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1",
	"SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP",
	"SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS",
}

// signalAliases is the other names that signals have (signal(7)).
var signalAliases = map[string]int{"SIGIOT": 6, "SIGCLD": 17, "SIGPOLL": 29, "SIGUNUSED": 31}

const (
	firstRealTime = 32 // the kernel's SIGRTMIN (asm/signal.h)
	lastSignal    = 64
	libraryRTMin  = 34 // the C library keeps two for itself (signal(7)): its SIGRTMIN
)

// Signal is the name of signal n: SIGINT, and SIGRT_n for real-time signals,
// counted from the kernel's first, 32. Empty if there is none.
func Signal(n int) (name string) {
	switch {
	case n >= 1 && n < len(signalNames):
		return signalNames[n]
	case n >= firstRealTime && n <= lastSignal:
		return "SIGRT_" + strconv.Itoa(n-firstRealTime)
	}
	return ""
}

// SignalNumber understands a name with or without SIG, in either case, or a
// number from 1 to 64. SIGRT_n counts from the kernel's first real-time signal,
// 32, as strace does; SIGRTMIN, SIGRTMIN+n and SIGRTMAX-n from the C library's 34
// to 64, as kill(1) and programs do.
func SignalNumber(text string) (n int, ok bool) {
	if n, err := strconv.Atoi(text); err == nil {
		return n, n >= 1 && n <= lastSignal
	}
	name := strings.ToUpper(text)
	if !strings.HasPrefix(name, "SIG") {
		name = "SIG" + name
	}
	if n, ok = signalAliases[name]; ok {
		return n, true
	}
	for n := 1; n < len(signalNames); n++ {
		if signalNames[n] == name {
			return n, true
		}
	}
	return realTime(name)
}

func realTime(name string) (n int, ok bool) {
	base, sign, rest := 0, 1, ""
	switch {
	case name == "SIGRTMIN":
		return libraryRTMin, true
	case name == "SIGRTMAX":
		return lastSignal, true
	case strings.HasPrefix(name, "SIGRTMIN+"):
		base, rest = libraryRTMin, name[len("SIGRTMIN+"):]
	case strings.HasPrefix(name, "SIGRTMAX-"):
		base, sign, rest = lastSignal, -1, name[len("SIGRTMAX-"):]
	case strings.HasPrefix(name, "SIGRT_"):
		base, rest = firstRealTime, name[len("SIGRT_"):]
	}
	d, err := strconv.ParseUint(rest, 10, 8)
	n = base + sign*int(d)
	return n, err == nil && n >= firstRealTime && n <= lastSignal
}

// signalText is a signal in an argument: strace's name for the first real-time
// signal, the number if it is none.
func signalText(v int64) string {
	if v == firstRealTime {
		return "SIGRTMIN"
	}
	if name := Signal(int(v)); name != "" && v > 0 && v <= lastSignal {
		return name
	}
	return strconv.FormatInt(v, 10)
}

func showSignal(_ *scope, v uint64, k *kind) string { return signalText(k.signed(v)) }

// sigsetText prints a signal set, or what is not in it if that is shorter.
func sigsetText(mask uint64) string {
	prefix := ""
	if bits.OnesCount64(mask) >= 64*2/3 {
		prefix, mask = "~", ^mask
	}
	var names []string
	for n := 1; n <= lastSignal; n++ {
		if mask>>(n-1)&1 != 0 {
			names = append(names, strings.TrimPrefix(signalText(int64(n)), "SIG"))
		}
	}
	return prefix + "[" + strings.Join(names, " ") + "]"
}

// showSigset prints the set at v; another argument has its size in bytes.
func showSigset(s *scope, v uint64, k *kind) string {
	if v == 0 {
		return "NULL"
	}
	size := uint64(8)
	if k.param != "" {
		size = s.values[k.param]
	}
	mask, ok := s.uint(v, 8)
	if size != 8 || !ok {
		return address(v)
	}
	return sigsetText(mask)
}

// showSigsetArgument prints pselect6's sixth argument: a pointer to a set's
// address and size (select(2), "C library/kernel differences").
func showSigsetArgument(s *scope, v uint64, k *kind) string {
	if v == 0 {
		return "NULL"
	}
	b, ok := s.bytes(v, 16)
	if !ok {
		return address(v)
	}
	set, size := little(b[:8]), little(b[8:])
	in := &scope{run: s.run, values: map[string]uint64{"size": size}}
	return "{sigmask=" + showSigset(in, set, &kind{param: "size"}) + ", sigsetsize=" + strconv.FormatUint(size, 10) + "}"
}

// showSigframe prints the mask that rt_sigreturn puts back: at the stack pointer
// is a struct ucontext (asm/ucontext.h), the mask 296 bytes into it.
func showSigframe(s *scope, _ uint64, _ *kind) string {
	const maskOffset = 8 + 8 + 24 + 256
	mask, ok := s.uint(s.call.SP+maskOffset, 8)
	if !ok {
		return address(s.call.SP)
	}
	return "{mask=" + sigsetText(mask) + "}"
}

// showHandler prints a signal handler.
func showHandler(_ *scope, v uint64, _ *kind) string {
	names := [...]string{"SIG_DFL", "SIG_IGN"}
	if v < uint64(len(names)) {
		return names[v]
	}
	if v == ^uint64(0) {
		return "SIG_ERR"
	}
	return address(v)
}

// showSigaction prints the kernel's struct sigaction (asm/signal.h).
func showSigaction(s *scope, v uint64, k *kind) string {
	b, ok := s.bytes(v, k.size)
	if !ok {
		return address(v)
	}
	const restorer = 0x04000000
	handler, flags := little(b), little(b[8:16])
	text := "{sa_handler=" + showHandler(s, handler, k) + ", sa_mask=" + sigsetText(little(b[24:32])) +
		", sa_flags=" + s.table.sets["sa"].flags(flags)
	if flags&restorer != 0 {
		text += ", sa_restorer=" + address(little(b[16:24]))
	}
	return text + "}"
}

// showSigevent prints a struct sigevent (asm-generic/siginfo.h).
func showSigevent(s *scope, v uint64, k *kind) string {
	b, ok := s.bytes(v, k.size)
	if !ok {
		return address(v)
	}
	const threadCallback, threadID, signalNone = 2, 4, 1
	value, signo, notify := little(b), little(b[8:12]), little(b[12:16])
	text := "{sigev_signo="
	if value != 0 {
		text = "{sigev_value={sival_int=" + strconv.Itoa(int(int32(value))) + ", sival_ptr=" + address(value) + "}, sigev_signo="
	}
	if notify == signalNone {
		text += strconv.Itoa(int(int32(signo)))
	} else {
		text += signalText(int64(int32(signo)))
	}
	text += ", sigev_notify=" + s.table.sets["sigev"].one(notify)
	switch notify {
	case threadID:
		text += ", sigev_notify_thread_id=" + strconv.Itoa(int(int32(little(b[16:20]))))
	case threadCallback:
		text += ", sigev_notify_function=" + address(little(b[16:24])) + ", sigev_notify_attributes=" + address(little(b[24:32]))
	}
	return text + "}"
}
