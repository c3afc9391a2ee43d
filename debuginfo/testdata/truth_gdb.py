# Tells what gdb makes of what it is asked in the file $QUESTIONS: lines
# "KIND\tNAME\tADDRESS", answered by one line each into $ANSWERS. Types are named as
# whatis names them.
import os

import gdb

TAGS = {gdb.TYPE_CODE_STRUCT: "struct", gdb.TYPE_CODE_UNION: "union", gdb.TYPE_CODE_ENUM: "enum"}


def named(t):
    return " ".join(str(t).split())


def nameless(t):
    return t.code in TAGS and t.tag is None and t.name is None


def field(f):
    name = f.name or ""
    if f.is_base_class:
        name = "base"
    if not hasattr(f, "bitpos"):
        return name + "@static:" + named(f.type)
    text = name + "@" + ("virtual" if f.bitpos is None else str(f.bitpos))
    if f.bitsize:
        text += "/" + str(f.bitsize)
    return text + ":" + (body(f.type) if nameless(f.type) else named(f.type))


def body(t):
    if t.code == gdb.TYPE_CODE_ENUM:
        return "{" + ",".join("%s=%d" % (f.name.split("::")[-1], f.enumval) for f in t.fields()) + "}"
    return "%d{%s}" % (t.sizeof, ";".join(field(f) for f in t.fields()))


def function(name, addr):
    block = gdb.block_for_pc(addr)
    found = None
    while block is not None and not block.is_global and not block.is_static:
        if block.function is not None:
            found = block
        block = block.superblock
    if found is None:
        return "? no function"
    sym = found.function
    params = [s.name + ":" + named(s.type) for s in found if s.is_argument and s.name]
    if not sym.name.startswith(name + "("):
        name = sym.name
    return "%s %s line %d (%s)" % (name, named(sym.type), sym.line, ",".join(params))


def variable(name):
    sym = gdb.lookup_global_symbol(name) or gdb.lookup_static_symbol(name)
    if sym is None:
        return "? no variable"
    addr = "-"
    try:
        value = sym.value()
        if value.type.code in (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF):
            addr = "reference"
        elif value.address is not None and not value.is_optimized_out:
            addr = "%x" % int(value.address)
    except gdb.error:
        pass
    return "%s %s line %d" % (addr, named(sym.type), sym.line)


def definition(name):
    t = gdb.lookup_type(name)
    if t.code == gdb.TYPE_CODE_TYPEDEF:
        t = t.target()
        return "typedef " + (body(t) if nameless(t) else named(t))
    if t.code in TAGS:
        return body(t)
    return "base %d" % t.sizeof


def tell(kind, name, addr):
    if kind == "function":
        return function(name, int(addr, 16))
    if kind == "variable":
        return variable(name)
    if kind == "line":
        at = gdb.find_pc_line(int(addr, 16))
        return "%s:%d" % (at.symtab.filename if at.symtab else "", at.line)
    return definition(name)


with open(os.environ["QUESTIONS"]) as questions, open(os.environ["ANSWERS"], "w") as answers:
    for line in questions:
        try:
            print(tell(*line.rstrip("\n").split("\t")), file=answers)
        except gdb.error as e:
            print("?", str(e).replace("\n", " "), file=answers)
