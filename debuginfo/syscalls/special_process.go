package syscalls

import (
	"fmt"
	"strconv"
	"strings"
)

// showComm prints a name that prctl(2) gives a thread: 15 bytes at most.
func showComm(s *scope, v uint64, _ *kind) string {
	const limit = 15 // TASK_COMM_LEN without the NUL
	return s.text(v, limit)
}

// showVMAName prints a name for anonymous memory (PR_SET_VMA(2const)).
func showVMAName(s *scope, v uint64, _ *kind) string {
	const limit = 80
	return s.text(v, limit-1)
}

// showPtracer prints who may trace (PR_SET_PTRACER(2const)).
func showPtracer(s *scope, v uint64, _ *kind) string {
	if v == ^uint64(0) {
		return "PR_SET_PTRACER_ANY"
	}
	return strconv.Itoa(int(int32(v)))
}

func showBitset(_ *scope, v uint64, _ *kind) string {
	if v == 0xffffffff {
		return "FUTEX_BITSET_MATCH_ANY"
	}
	return hex(v)
}

// showCloneFlags prints clone(2)'s flags; the low byte is a signal.
func showCloneFlags(s *scope, v uint64, _ *kind) string {
	const signalMask = 0xff
	sig, flags := v&signalMask, v&^signalMask
	text := s.table.sets["clone"].flags(flags)
	switch {
	case sig == 0:
		return text
	case flags == 0:
		return signalText(int64(sig))
	}
	return text + "|" + signalText(int64(sig))
}

// showIfClone prints a member of struct clone_args that matters only with a flag.
func showIfClone(s *scope, v uint64, k *kind) string {
	const intoCgroup = "CLONE_INTO_CGROUP"
	for _, flag := range strings.Split(k.param, "+") {
		if s.values["flags"]&s.table.sets["clone3"].byName[flag] == 0 {
			continue
		}
		if flag != intoCgroup {
			return address(v)
		}
	}
	if k.param == intoCgroup && (v != 0 || s.values["flags"]&s.table.sets["clone3"].byName[intoCgroup] != 0) {
		return strconv.FormatUint(v, 10)
	}
	return ""
}

// showSetTID prints the process ids that clone3(2) is to choose.
func showSetTID(s *scope, v uint64, k *kind) string {
	n := s.values[k.param]
	if v == 0 && n == 0 {
		return ""
	}
	if n == 0 || n > textLimit {
		return address(v)
	}
	return s.array(v, n, &kind{size: 4, show: showInt})
}

// showNonzero prints a number that matters, or whose companion does.
func showNonzero(s *scope, v uint64, k *kind) string {
	if v == 0 && s.values[k.param] == 0 {
		return ""
	}
	return strconv.FormatUint(v, 10)
}

// showReserved prints a member that should be zero only if it is not.
func showReserved(_ *scope, v uint64, _ *kind) string {
	if v == 0 {
		return ""
	}
	return hex(v)
}

// showHowMode prints the mode of struct open_how (openat2(2)).
func showHowMode(s *scope, v uint64, k *kind) string {
	if v == 0 && showCreationMode(s, v, &kind{size: 8, param: "flags"}) == "" {
		return ""
	}
	return showMode(s, v, k)
}

// showResuming prints restart_syscall's argument: which call it was nobody says.
func showResuming(*scope, uint64, *kind) string { return "<... resuming interrupted system call ...>" }

// showSchedAttr prints a struct sched_attr (linux/sched/types.h).
func showSchedAttr(s *scope, v uint64, _ *kind) string {
	if v == 0 {
		return "NULL"
	}
	const first, utilized = 48, 56
	size, ok := s.uint(v, 4)
	if !ok {
		return address(v)
	}
	if size < first {
		return fmt.Sprintf("{size=%d}", size)
	}
	b, ok := s.bytes(v, int(min(size, utilized)))
	if !ok {
		return address(v)
	}
	text := fmt.Sprintf("{size=%d, sched_policy=%s, sched_flags=%s, sched_nice=%d, sched_priority=%d, sched_runtime=%d, sched_deadline=%d, sched_period=%d",
		size, s.table.sets["schedpolicy"].one(little(b[4:8])), s.table.sets["schedflag"].flags(little(b[8:16])), int32(little(b[16:20])),
		little(b[20:24]), little(b[24:32]), little(b[32:40]), little(b[40:48]))
	if len(b) >= utilized {
		text += fmt.Sprintf(", sched_util_min=%d, sched_util_max=%d", little(b[48:52]), little(b[52:56]))
	}
	return text + "}"
}

// showRingOption prints the ring that a new one shares workers with (io_uring_setup(2)).
func showRingOption(s *scope, v uint64, _ *kind) string {
	const attachWQ = 32
	if s.values["flags"]&attachWQ == 0 {
		return ""
	}
	return strconv.Itoa(int(int32(v)))
}

// showHidden prints nothing: a member that only says how long a structure is.
func showHidden(*scope, uint64, *kind) string { return "" }

// showRemarked prints a number and then its name.
func showRemarked(s *scope, v uint64, k *kind) string {
	name, ok := k.set.byValue[v]
	if !ok {
		name = k.set.unknown
	}
	return showInt(s, v, k) + " /* " + name + " */"
}

// showIfCPU prints membarrier(2)'s processor if the flags say that there is one.
func showIfCPU(s *scope, v uint64, k *kind) string {
	const flagCPU = 1
	if s.values[k.param]&flagCPU == 0 {
		return ""
	}
	return showInt(s, v, k)
}

// showKernelVersion prints KERNEL_VERSION's number (linux/version.h).
func showKernelVersion(_ *scope, v uint64, _ *kind) string {
	return fmt.Sprintf("KERNEL_VERSION(%d, %d, %d)", v>>16, v>>8&0xff, v&0xff)
}

// showIPv6 prints the group of a struct ipv6_mreq.
func showIPv6(s *scope, v uint64, k *kind) string {
	b, ok := s.bytes(v, k.size)
	if !ok {
		return address(v)
	}
	return `"` + inet6Text(b) + `"`
}

// showIfIndex prints the number of a network interface: its name is not known here.
func showIfIndex(_ *scope, v uint64, _ *kind) string {
	return strconv.Itoa(int(int32(v)))
}

// showPerfAttr prints the leading members of a struct perf_event_attr
// (linux/perf_event.h); "..." stands for the rest of it.
func showPerfAttr(s *scope, v uint64, _ *kind) string {
	if v == 0 {
		return "NULL"
	}
	const first = 64 // PERF_ATTR_SIZE_VER0
	b, ok := s.bytes(v, first)
	if !ok {
		return address(v)
	}
	sets := s.table.sets
	typ, size, config := little(b[:4]), little(b[4:8]), little(b[8:16])
	configText := hex(config)
	if set := map[uint64]string{0: "perfhw", 1: "perfsw"}[typ]; set != "" {
		configText = sets[set].one(config)
	}
	text := fmt.Sprintf("{type=%s, size=%s, config=%s", sets["perftype"].one(typ), perfSize(size), configText)
	const freq = 1 << 10
	bits := little(b[40:48])
	period := "sample_period"
	if bits&freq != 0 {
		period = "sample_freq"
	}
	return text + fmt.Sprintf(", %s=%d, sample_type=%s, read_format=%s%s, ...}", period, little(b[16:24]),
		sets["perfsample"].flags(little(b[24:32])), sets["perfformat"].flags(little(b[32:40])), perfBits(bits))
}

func perfSize(size uint64) string {
	if i := (size - 64) / 8; size >= 64 && size%8 == 0 {
		for version, known := range [...]uint64{64, 72, 80, 96, 104, 112, 120, 128} {
			if known == size && i < 16 {
				return "PERF_ATTR_SIZE_VER" + strconv.Itoa(version)
			}
		}
	}
	return hex(size)
}

// perfBits prints the switches that abbreviated output has.
func perfBits(bits uint64) string {
	names := [...]string{"disabled", "inherit", "pinned", "exclusive", "exclude_user", "exclude_kernel", "exclude_hv", "exclude_idle",
		"mmap", "comm", "freq", "inherit_stat", "enable_on_exec", "task", "watermark"}
	text := ""
	for i, name := range names {
		if bits>>i&1 != 0 {
			text += ", " + name + "=1"
		}
	}
	const preciseShift = 15
	skid := [...]string{"arbitrary skid", "constant skid", "requested to have 0 skid", "must have 0 skid"}
	text += fmt.Sprintf(", precise_ip=%d /* %s */", bits>>preciseShift&3, skid[bits>>preciseShift&3])
	return text
}

// showSegments prints kexec_load(2)'s segments: 16 at most (linux/kexec.h).
func showSegments(s *scope, v uint64, k *kind) string {
	const limit = 16
	n := s.values[k.param]
	switch {
	case v == 0:
		return "NULL"
	case n == 0:
		return "[]"
	case n > limit:
		return address(v)
	}
	st := s.table.structures["kexecsegment"]
	return s.array(v, n, &kind{size: st.size, aggregate: true, members: st, show: showStructure})
}

// showHexRemarked prints a hexadecimal number and then its name.
func showHexRemarked(_ *scope, v uint64, k *kind) string {
	name, ok := k.set.byValue[v]
	if !ok {
		name = k.set.unknown
	}
	return hex(v) + " /* " + name + " */"
}

// showNUMANode prints BPF_MAP_CREATE's node if the flags say that there is one.
func showNUMANode(s *scope, v uint64, k *kind) string {
	const numaNode = 4
	if s.values["map_flags"]&numaNode == 0 {
		return ""
	}
	return showUint(s, v, k)
}

// showExitSignal prints the signal of struct clone_args, of 64 bits.
func showExitSignal(_ *scope, v uint64, _ *kind) string {
	if v > lastSignal {
		return strconv.FormatUint(v, 10)
	}
	return signalText(int64(v))
}
