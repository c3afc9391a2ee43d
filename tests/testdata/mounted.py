# What a mounted target says of every thread and frame, and of the variables whose
# file names in it are lines of the standard input, as JSON.
import errno
import json
import os
import sys

target = sys.argv[1]


def read(*path):
    try:
        with open(os.path.join(target, *path), encoding="utf-8", errors="surrogateescape", newline="\n") as f:
            return f.read()
    except OSError as e:
        return "ERROR " + errno.errorcode[e.errno]


def pairs(text):
    if text.startswith("ERROR "):
        return None
    return [line.split(" = ", 1) for line in text.split("\n") if line]


def thread(tid):
    at = os.path.join("threads", tid)
    out = json.loads(read(at, "backtrace.json"))
    lines = read(at, "backtrace").split("\n")
    for f in out:
        if "pc" not in f:
            continue
        n = str(f["n"])
        f["line_shown"] = lines[f["n"]]
        f["args"] = pairs(read(at, "frames", n, "args"))
        f["locals"] = pairs(read(at, "frames", n, "locals"))
    return out


json.dump({
    "threads": {tid: thread(tid) for tid in os.listdir(os.path.join(target, "threads")) if tid.isdigit()},
    "variables": [read("variables", name.rstrip("\n")).removesuffix("\n") for name in sys.stdin],
}, sys.stdout)
