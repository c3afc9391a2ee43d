package syscalls

// newSignatures is the calls from number 451 on (include/linux/syscalls.h of Linux 6.18).
var newSignatures = map[string]string{
	"cachestat":         "fd:fd cstat_range:addr cstat:out flags:hex32",
	"fchmodat2":         "dirfd:dirfd pathname:path mode:mode flags:flags/at",
	"map_shadow_stack":  "addr:addr size:size flags:hex32",
	"futex_wake":        "uaddr:addr mask:hex nr:int flags:flags/futex2",
	"futex_wait":        "uaddr:addr val:ulong mask:hex flags:flags/futex2 timeout:*timespec clockid:clock",
	"futex_requeue":     "waiters:[]futexwaitv/2 flags:hex32 nr_wake:int nr_requeue:int",
	"statmount":         "req:addr buf:out bufsize:size flags:hex32",
	"listmount":         "req:addr mnt_ids:out nr_mnt_ids:size flags:hex32",
	"lsm_get_self_attr": "attr:uint ctx:out size:addr flags:hex32",
	"lsm_set_self_attr": "attr:uint ctx:addr size:uint flags:hex32",
	"lsm_list_modules":  "ids:out size:addr flags:hex32",
	"mseal":             "addr:addr len:size flags:hex",
	"setxattrat":        "dirfd:dirfd pathname:path at_flags:flags/at name:str uargs:addr usize:size",
	"getxattrat":        "dirfd:dirfd pathname:path at_flags:flags/at name:str uargs:addr usize:size",
	"listxattrat":       "dirfd:dirfd pathname:path at_flags:flags/at list:out size:size",
	"removexattrat":     "dirfd:dirfd pathname:path at_flags:flags/at name:str",
	"open_tree_attr":    "dirfd:dirfd filename:path flags:flags/opentree attr:sized/mountattr.size size:size",
	"file_getattr":      "dirfd:dirfd pathname:path attr:out size:size at_flags:flags/at",
	"file_setattr":      "dirfd:dirfd pathname:path attr:addr size:size at_flags:flags/at",
}
