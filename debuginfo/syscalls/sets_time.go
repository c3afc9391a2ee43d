package syscalls

// timeSets names the constants of clocks, timers and futexes: linux/time.h, linux/timex.h, linux/futex.h.
var timeSets = map[string]set{
	"clockid": {unknown: "CLOCK_???", items: `CLOCK_REALTIME=0 CLOCK_MONOTONIC=1 CLOCK_PROCESS_CPUTIME_ID=2 CLOCK_THREAD_CPUTIME_ID=3 CLOCK_MONOTONIC_RAW=4
		CLOCK_REALTIME_COARSE=5 CLOCK_MONOTONIC_COARSE=6 CLOCK_BOOTTIME=7 CLOCK_REALTIME_ALARM=8 CLOCK_BOOTTIME_ALARM=9 CLOCK_SGI_CYCLE=0xa
		CLOCK_TAI=0xb`},
	"cpuclock":  {unknown: "CPUCLOCK_???", items: `CPUCLOCK_PROF=0 CPUCLOCK_VIRT=1 CPUCLOCK_SCHED=2`},
	"timerabs":  {unknown: "TIMER_???", items: `TIMER_ABSTIME=1`},
	"itimer":    {unknown: "ITIMER_???", items: `ITIMER_REAL=0 ITIMER_VIRTUAL=1 ITIMER_PROF=2`},
	"tfdcreate": {unknown: "TFD_???", items: `TFD_TIMER_CANCEL_ON_SET=2 TFD_CLOEXEC=0x80000 TFD_NONBLOCK=0x800`},
	"tfd":       {unknown: "TFD_???", items: `TFD_TIMER_ABSTIME=1 TFD_TIMER_CANCEL_ON_SET=2`},
	"sigev":     {unknown: "SIGEV_???", items: `SIGEV_SIGNAL=0 SIGEV_NONE=1 SIGEV_THREAD=2 SIGEV_THREAD_ID=4`},
	"adjtimex": {unknown: "ADJ_???", items: `ADJ_OFFSET_SS_READ=0xa001 ADJ_OFFSET_SINGLESHOT=0x8001 ADJ_OFFSET=1 ADJ_FREQUENCY=2 ADJ_MAXERROR=4 ADJ_ESTERROR=8 ADJ_STATUS=0x10
		ADJ_TIMECONST=0x20 ADJ_TAI=0x80 ADJ_SETOFFSET=0x100 ADJ_MICRO=0x1000 ADJ_NANO=0x2000 ADJ_TICK=0x4000`},
	"futex": {unknown: "FUTEX_???", items: `FUTEX_WAIT=0 FUTEX_WAKE=1 FUTEX_FD=2 FUTEX_REQUEUE=3 FUTEX_CMP_REQUEUE=4 FUTEX_WAKE_OP=5 FUTEX_LOCK_PI=6 FUTEX_UNLOCK_PI=7
		FUTEX_TRYLOCK_PI=8 FUTEX_WAIT_BITSET=9 FUTEX_WAKE_BITSET=0xa FUTEX_WAIT_REQUEUE_PI=0xb FUTEX_CMP_REQUEUE_PI=0xc FUTEX_LOCK_PI2=0xd`},
	"futexbitset":  {unknown: "FUTEX_BITSET_???", items: `FUTEX_BITSET_MATCH_ANY=0xffffffff`},
	"futexwakeop":  {unknown: "FUTEX_OP_???", items: `FUTEX_OP_SET=0 FUTEX_OP_ADD=1 FUTEX_OP_OR=2 FUTEX_OP_ANDN=3 FUTEX_OP_XOR=4`},
	"futexwakecmp": {unknown: "FUTEX_OP_CMP_???", items: `FUTEX_OP_CMP_EQ=0 FUTEX_OP_CMP_NE=1 FUTEX_OP_CMP_LT=2 FUTEX_OP_CMP_LE=3 FUTEX_OP_CMP_GT=4 FUTEX_OP_CMP_GE=5`},
	"futex2size":   {unknown: "FUTEX2_???", items: `FUTEX2_SIZE_U8=0 FUTEX2_SIZE_U16=1 FUTEX2_SIZE_U32=2 FUTEX2_SIZE_U64=3`},
	"futex2":       {unknown: "FUTEX2_???", base: "futex2size", mask: 0x3, items: `FUTEX2_NUMA=4 FUTEX2_MPOL=8 FUTEX2_PRIVATE=0x80`},
	"futexwaitv":   {unknown: "FUTEX_???", items: `FUTEX_PRIVATE_FLAG=0x80 FUTEX_32=2`},
}
