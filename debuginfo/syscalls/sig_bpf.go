package syscalls

// bpfSignatures is bpf(2) by command; the size says how much of the structure
// there is (union bpf_attr of linux/bpf.h).
var bpfSignatures = map[string]string{
	"bpf":                         "cmd:enum/bpf! attr:addr size:uint",
	"bpf BPF_MAP_CREATE":          "attr:sized/bpfmapcreate.size size:uint",
	"bpf BPF_MAP_LOOKUP_ELEM":     "attr:sized/bpflookup.size size:uint",
	"bpf BPF_MAP_UPDATE_ELEM":     "attr:sized/bpfupdate.size size:uint",
	"bpf BPF_MAP_DELETE_ELEM":     "attr:sized/bpfdelete.size size:uint",
	"bpf BPF_MAP_GET_NEXT_KEY":    "attr:sized/bpfnextkey.size size:uint",
	"bpf BPF_PROG_LOAD":           "attr:sized/bpfprogload.size size:uint",
	"bpf BPF_OBJ_PIN":             "attr:sized/bpfobj.size size:uint",
	"bpf BPF_OBJ_GET":             "attr:sized/bpfobj.size size:uint",
	"bpf BPF_PROG_ATTACH":         "attr:sized/bpfattach.size size:uint",
	"bpf BPF_PROG_DETACH":         "attr:sized/bpfdetach.size size:uint",
	"bpf BPF_RAW_TRACEPOINT_OPEN": "attr:sized/bpfrawtp.size size:uint",
	"bpf BPF_MAP_FREEZE":          "attr:sized/bpffreeze.size size:uint",
	"bpf BPF_PROG_GET_FD_BY_ID":   "attr:sized/bpfprogid.size size:uint",
	"bpf BPF_MAP_GET_FD_BY_ID":    "attr:sized/bpfmapid.size size:uint",
	"bpf BPF_PROG_GET_NEXT_ID":    "attr:sized/bpfnextid.size size:uint",
	"bpf BPF_MAP_GET_NEXT_ID":     "attr:sized/bpfnextid.size size:uint",
	"bpf BPF_BTF_GET_NEXT_ID":     "attr:sized/bpfnextid.size size:uint",
}

// keyctlSignatures is keys (keyctl(2), add_key(2), request_key(2)).
var keyctlSignatures = map[string]string{
	"add_key":                            "type:str description:str payload:data/plen plen:size keyring:keyid",
	"request_key":                        "type:str description:str callout_info:str dest_keyring:keyid",
	"keyctl":                             "operation:enum/keyctl! arg2:hex arg3:hex arg4:hex arg5:hex",
	"keyctl KEYCTL_GET_KEYRING_ID":       "key:keyid create:int",
	"keyctl KEYCTL_JOIN_SESSION_KEYRING": "name:str",
	"keyctl KEYCTL_UPDATE":               "key:keyid payload:data/plen plen:size",
	"keyctl KEYCTL_REVOKE":               "key:keyid",
	"keyctl KEYCTL_CHOWN":                "key:keyid uid:uid gid:uid",
	"keyctl KEYCTL_SETPERM":              "key:keyid perm:flags/keyperm",
	"keyctl KEYCTL_DESCRIBE":             "key:keyid buffer:out buflen:size",
	"keyctl KEYCTL_CLEAR":                "keyring:keyid",
	"keyctl KEYCTL_LINK":                 "key:keyid keyring:keyid",
	"keyctl KEYCTL_UNLINK":               "key:keyid keyring:keyid",
	"keyctl KEYCTL_SEARCH":               "keyring:keyid type:str description:str dest:keyid",
	"keyctl KEYCTL_READ":                 "key:keyid buffer:out buflen:size",
	"keyctl KEYCTL_INSTANTIATE":          "key:keyid payload:data/plen plen:size keyring:keyid",
	"keyctl KEYCTL_NEGATE":               "key:keyid timeout:uint keyring:keyid",
	"keyctl KEYCTL_SET_REQKEY_KEYRING":   "reqkey:enum/reqkey",
	"keyctl KEYCTL_SET_TIMEOUT":          "key:keyid timeout:uint",
	"keyctl KEYCTL_ASSUME_AUTHORITY":     "key:keyid",
	"keyctl KEYCTL_GET_SECURITY":         "key:keyid buffer:out buflen:size",
	"keyctl KEYCTL_SESSION_TO_PARENT":    "",
	"keyctl KEYCTL_PKEY_QUERY":           "key:keyid flags:hex info:str result:out",
	"keyctl KEYCTL_MOVE":                 "key:keyid from:keyid to:keyid flags:flags/keymove",
	"keyctl KEYCTL_INVALIDATE":           "key:keyid",
	"keyctl KEYCTL_GET_PERSISTENT":       "uid:uid keyring:keyid",
}
