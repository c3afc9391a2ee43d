# Prints what gdb says of every expression in the file EXPRESSIONS names: as print
# does, as it does inside of others, and as in backtraces; a line of JSON each. Of
# LVALUE := VALUE, what the lvalue is after the assignment.
import gdb, json, os

for command in ("pagination off", "width 0", "confirm off"):
    gdb.execute("set " + command)


def said(make):
    try:
        return make()
    except (gdb.error, gdb.MemoryError, RuntimeError, ValueError) as e:
        return "ERROR " + str(e)


def printed(text):
    out = gdb.execute("print " + text, to_string=True).rstrip("\n")
    return out.split(" = ", 1)[1] if out.startswith("$") else out[out.find(" = ") + 3 :]


for line in open(os.environ["EXPRESSIONS"]):
    text = line.rstrip("\n")
    if text == "" or text.startswith("#"):
        continue
    record = {"text": text}
    if " := " in text:
        text, value = text.split(" := ")
        said(lambda: gdb.execute("set var %s = %s" % (text, value), to_string=True))
    record |= {
        "top": said(lambda: printed(text)),
        "inner": said(lambda: gdb.parse_and_eval(text).format_string(deref_refs=True)),
        "scalars": said(lambda: gdb.parse_and_eval(text).format_string(deref_refs=True, summary=True)),
    }
    print("@@" + json.dumps(record))
