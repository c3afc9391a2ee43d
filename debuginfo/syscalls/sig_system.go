package syscalls

// systemSignatures is the system as a whole, and calls that are no more.
var systemSignatures = map[string]string{
	"uname":        "buf:out",
	"sysinfo":      "info:out",
	"syslog":       "type:remarked/syslog! buf:out len:int",
	"syslog CLOSE": "", "syslog OPEN": "", "syslog CLEAR": "", "syslog CONSOLE_OFF": "", "syslog CONSOLE_ON": "",
	"syslog SIZE_UNREAD": "", "syslog SIZE_BUFFER": "",
	"syslog CONSOLE_LEVEL":             "buf:addr level:remarked/loglevel",
	"sethostname":                      "name:data/len len:size",
	"setdomainname":                    "name:data/len len:size",
	"reboot":                           "magic:enum/rebootmagic1 magic2:enum/rebootmagic2 op:enum/reboot!",
	"reboot LINUX_REBOOT_CMD_RESTART2": "arg:str",
	"vhangup":                          "",
	"init_module":                      "module_image:addr len:size param_values:str",
	"finit_module":                     "fd:fd param_values:str flags:flags/modulefd",
	"delete_module":                    "name:str flags:flags/delmodule",
	"create_module":                    "arg0:hex arg1:hex",
	"query_module":                     "arg0:hex arg1:hex arg2:hex arg3:hex arg4:hex",
	"get_kernel_syms":                  "arg0:hex",
	"kexec_load":                       "entry:addr nr_segments:ulong segments:segments/nr_segments flags:flags/kexec:8",
	"kexec_file_load":                  "kernel_fd:fd initrd_fd:fd cmdline_len:ulong cmdline:data/cmdline_len flags:flags/kexecfile:8",
	"_sysctl":                          "args:*sysctlargs",
	"nfsservctl":                       "arg0:hex arg1:hex arg2:hex",
	"getpmsg":                          "arg0:hex arg1:hex arg2:hex arg3:hex arg4:hex",
	"putpmsg":                          "arg0:hex arg1:hex arg2:hex arg3:hex arg4:hex",
	"afs_syscall":                      "arg0:hex arg1:hex arg2:hex arg3:hex arg4:hex",
	"tuxcall":                          "arg0:hex arg1:hex arg2:hex",
	"security":                         "arg0:hex arg1:hex arg2:hex",
	"vserver":                          "arg0:hex arg1:hex arg2:hex arg3:hex arg4:hex",
	"getrandom":                        "buf:out buflen:size flags:flags/getrandom",
	"uretprobe":                        "",
	"uprobe":                           "",
}

// miscSignatures is asynchronous input and output and perf.
var miscSignatures = map[string]string{
	"io_setup":          "nr_events:uint ctx_idp:out",
	"io_destroy":        "ctx_id:addr",
	"io_getevents":      "ctx_id:addr min_nr:long nr:long events:out timeout:*timespec",
	"io_pgetevents":     "ctx_id:addr min_nr:long nr:long events:out timeout:*timespec sig:*aiosigset",
	"io_submit":         "ctx_id:addr nr:long iocbpp:iocbs/nr",
	"io_cancel":         "ctx_id:addr iocb:*iocbhead result:out",
	"io_uring_setup":    "entries:uint p:*uringparams",
	"io_uring_enter":    "fd:fd to_submit:uint min_complete:uint flags:flags/uringenter sig:sigset/sz sz:size",
	"io_uring_register": "fd:fd opcode:enum/uringregister arg:addr nr_args:uint",
	"perf_event_open":   "attr:perfattr pid:pid cpu:int group_fd:fd flags:flags/perfflags:8",
}
