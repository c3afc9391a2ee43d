# What gdb says of every thread and frame of a process, and of all global variables
# that debug info has, as JSON on one line.
import gdb
import json
import os
import re
import signal


def pairs(text):
    """The lines `name = value` of info args and info locals, None if there are no symbols."""
    if text.startswith("No symbol table info"):
        return None
    out = []
    for line in text.splitlines():
        name, found, value = line.partition(" = ")
        if found:
            out.append([name, value])
        elif not text.startswith("No "):
            out.append(["?", line])
    return out


def told(command):
    try:
        return gdb.execute(command, to_string=True).rstrip("\n")
    except gdb.error as e:
        return "ERROR " + str(e)


# The functions that are not on the stack any more, of which gdb reconstructs frames.
TAILCALLS = []


def frames():
    out, f = [], gdb.newest_frame()
    while f is not None:
        if f.type() == gdb.TAILCALL_FRAME:
            TAILCALLS.append(f.name())
            f = f.older()
            continue
        f.select()
        line = f.find_sal()
        out.append({
            "pc": "0x%016x" % f.pc(), "function": f.name(), "signal": f.type() == gdb.SIGTRAMP_FRAME, "inlined": f.type() == gdb.INLINE_FRAME,
            "file": line.symtab.filename if line.symtab else None, "line": line.line,
            "args": pairs(told("info args")), "locals": pairs(told("info locals")),
        })
        out[-1]["shown"] = shown(told("frame"), out[-1]["args"] or [])
        out[-1]["volatile"] = [n for n, _ in (out[-1]["args"] or []) + (out[-1]["locals"] or []) if volatile(n)]
        try:
            f = f.older()
        except gdb.error:
            break
    return out


def shown(text, args):
    """The arguments as a backtrace has them, as pairs."""
    line = text.split("\n")[0]
    line = re.sub(r"( at [^ ]+:\d+| from [^ ]+)$", "", line)
    out, at = [], line.find("(" + args[0][0] + "=") if args else -1
    for i, (name, _) in enumerate(args):
        at += len(name) + 2
        after = line.find(", %s=" % args[i + 1][0], at) if i + 1 < len(args) else line.rindex(")")
        out.append([name, line[at:after]])
        at = after + 1
    return out


def volatile(name):
    """Says whether a variable may be in a register that functions need not preserve."""
    text = told("info address " + name)
    return bool(re.search(r"\$([re]?[acd]x|[re]?[sd]i|[abcd]l|[sd]il|r8|r9|r1[01]|[xyz]mm\d+|st\d?)\b|complex DWARF|multi-location", text)) or VOLATILE


declared = re.compile(r"^(?:\d+:\t)?(.*);$")


def name_of(declaration):
    """The name that a declaration declares."""
    s = re.sub(r"(\[[^]]*\])+$", "", declaration.rstrip(";"))
    m = re.search(r"\(\*+(?:const |volatile )*(\w+)(\[[^]]*\])*(\([^()]*\))?\)", s)
    if m:
        return m.group(1)
    m = re.search(r"([\w:~$.()<>, ]*?)([\w$.:]+|\(anonymous namespace\)::[\w:]+)$", s)
    return m.group(2) if m else None


def variables():
    """[file, name, value] of every variable with debug info."""
    out, file, seen = [], None, set()
    for line in told("info variables -q -n").splitlines():
        if line.startswith("File "):
            file = line[5:-1]
            continue
        m = declared.match(line)
        name = name_of(m.group(1)) if m and file else None
        if name is None or (file, name) in seen:
            continue
        seen.add((file, name))
        static = bool(re.match(r"^(\d+:\t)?static ", line))
        if static and len(seen) % EVERY:
            continue
        out.append([file, name, static, told("print " + ("'%s'::%s" % (file, name) if static else "'%s'" % name if LANGUAGE == "go" else name))])
    return out


result = {"threads": {}, "tail_calls": TAILCALLS}
pid = gdb.selected_inferior().pid
for thread in gdb.selected_inferior().threads():
    thread.switch()
    result["threads"][str(thread.ptid[1])] = frames()
for thread in gdb.selected_inferior().threads():
    if thread.ptid[1] == pid:
        thread.switch()
frame = gdb.newest_frame()
while frame.older() is not None and frame.name() not in ("main", "main.main"):
    frame = frame.older()
frame.select()
gdb.execute("set language " + LANGUAGE)
result["variables"] = variables()
os.kill(pid, signal.SIGSTOP)  # so that it is still stopped when gdb lets go
print("TRUTH " + json.dumps(result))
