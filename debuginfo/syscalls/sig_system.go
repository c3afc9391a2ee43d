package syscalls

// systemSignatures is the system as a whole, and calls that are no more.
var systemSignatures = map[string]string{
	"uname":                            "buf:out",
	"sysinfo":                          "info:out",
	"syslog":                           "type:enum/syslog buf:addr len:int",
	"sethostname":                      "name:data/len len:size",
	"setdomainname":                    "name:data/len len:size",
	"reboot":                           "magic:enum/rebootmagic1 magic2:enum/rebootmagic2 op:enum/reboot! arg:addr",
	"reboot LINUX_REBOOT_CMD_RESTART2": "arg:str",
	"vhangup":                          "",
	"init_module":                      "module_image:addr len:size param_values:str",
	"finit_module":                     "fd:fd param_values:str flags:flags/modulefd",
	"delete_module":                    "name:str flags:flags/delmodule",
	"create_module":                    "name:str size:size",
	"query_module":                     "name:str which:int buf:addr bufsize:size ret:addr",
	"get_kernel_syms":                  "table:addr",
	"kexec_load":                       "entry:addr nr_segments:ulong segments:[]kexecsegment/nr_segments flags:flags/kexec:8",
	"kexec_file_load":                  "kernel_fd:fd initrd_fd:fd cmdline_len:ulong cmdline:data/cmdline_len flags:flags/kexecfile:8",
	"_sysctl":                          "args:addr",
	"nfsservctl":                       "cmd:int argp:addr resp:addr",
	"getpmsg":                          "arg0:xlong arg1:xlong arg2:xlong arg3:xlong arg4:xlong arg5:xlong",
	"putpmsg":                          "arg0:xlong arg1:xlong arg2:xlong arg3:xlong arg4:xlong arg5:xlong",
	"afs_syscall":                      "arg0:xlong arg1:xlong arg2:xlong arg3:xlong arg4:xlong arg5:xlong",
	"tuxcall":                          "arg0:xlong arg1:xlong arg2:xlong arg3:xlong arg4:xlong arg5:xlong",
	"security":                         "arg0:xlong arg1:xlong arg2:xlong arg3:xlong arg4:xlong arg5:xlong",
	"vserver":                          "arg0:xlong arg1:xlong arg2:xlong arg3:xlong arg4:xlong arg5:xlong",
	"getrandom":                        "buf:out buflen:size flags:flags/getrandom",
	"uretprobe":                        "",
	"uprobe":                           "",
}

// miscSignatures is asynchronous input and output and perf.
var miscSignatures = map[string]string{
	"io_setup":          "nr_events:uint ctx_idp:ctxid",
	"io_destroy":        "ctx_id:xlong",
	"io_getevents":      "ctx_id:xlong min_nr:long nr:long events:out timeout:*timespec",
	"io_pgetevents":     "ctx_id:xlong min_nr:long nr:long events:out timeout:*timespec sig:*aiosigset",
	"io_submit":         "ctx_id:xlong nr:long iocbpp:iocbs/nr",
	"io_cancel":         "ctx_id:xlong iocb:*iocb result:out",
	"io_uring_setup":    "entries:uint p:*uringparams",
	"io_uring_enter":    "fd:fd to_submit:uint min_complete:uint flags:flags/uringenter sig:sigset/sz sz:size",
	"io_uring_register": "fd:fd opcode:enum/uringregister arg:addr nr_args:uint",
	"perf_event_open":   "attr:perfattr pid:pid cpu:int group_fd:fd flags:flags/perfflags:8",
}
