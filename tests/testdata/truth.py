# What gdb says of every thread of a process, as JSON on one line: frames
# [pc, name, is-signal-frame, is-inlined] and raw registers as hexadecimal digits.
import gdb
import json


def frames():
    out, f = [], gdb.newest_frame()
    while f is not None:
        out.append(["0x%016x" % f.pc(), f.name(), f.type() == gdb.SIGTRAMP_FRAME, f.type() == gdb.INLINE_FRAME])
        try:
            f = f.older()
        except gdb.error:
            break
    return out


def registers():
    out = {}
    for line in gdb.execute("maint print raw-registers", to_string=True).splitlines():
        words = line.split()
        if len(words) > 5 and words[-1].startswith("0x") and int(words[4]) > 0:
            out[words[0]] = words[-1][2:]
    return out


truth = {}
for thread in gdb.selected_inferior().threads():
    thread.switch()
    truth[thread.ptid[1]] = {"frames": frames(), "registers": registers()}
print("TRUTH " + json.dumps(truth))
