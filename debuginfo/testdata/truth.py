# Tells what drgn makes of names: reads "KIND\tNAME\tFILE" lines (KIND struct, union,
# class, enum, typedef, base, function or variable), prints one line for each, in the
# terms of truth_term_test.go, or "? reason".
import sys

import drgn

K, Q = drgn.TypeKind, drgn.Qualifiers
QUALIFIERS = [(Q.CONST, "const"), (Q.VOLATILE, "volatile"), (Q.RESTRICT, "restrict"), (Q.ATOMIC, "atomic")]
TAGS = {K.STRUCT: "struct", K.UNION: "union", K.CLASS: "class", K.ENUM: "enum"}
BASES = {K.INT: "int", K.BOOL: "bool", K.FLOAT: "float"}


def term(t):
    words = [word for q, word in QUALIFIERS if t.qualifiers & q]
    return " ".join(words + [plain(t)])


def plain(t):
    k = t.kind
    if k == K.VOID:
        return "void"
    if k in BASES:
        return t.name
    if k == K.TYPEDEF:
        return t.name
    if k in TAGS:
        return TAGS[k] + " " + t.tag if t.tag is not None else body(t)
    if k == K.POINTER:
        return "*(" + term(t.type) + ")"
    if k == K.ARRAY:
        return "[" + ("?" if t.length is None else str(t.length)) + "](" + term(t.type) + ")"
    if k == K.FUNCTION:
        return function(t, False)
    return "?" + str(k)


def function(t, names):
    out = []
    for p in t.parameters:
        text = term(p.type)
        out.append((p.name or "") + ":" + text if names else text)
    if t.is_variadic:
        out.append("...")
    return term(t.type) + "(" + ",".join(out) + ")"


def member(m):
    text = (m.name or "") + "@" + str(m.bit_offset)
    if m.bit_field_size is not None:
        text += "/" + str(m.bit_field_size)
    return text + ":" + term(m.type)


def body(t):
    head = TAGS[t.kind]
    if not t.is_complete():
        return head + " declared"
    if t.kind == K.ENUM:
        return head + "{" + ",".join(e.name + "=" + str(e.value) for e in t.enumerators) + "}"
    return head + " " + str(t.size) + "{" + ";".join(member(m) for m in t.members) + "}"


def definition(t):
    if t.kind in TAGS:
        return body(t)
    if t.kind == K.TYPEDEF:
        return "typedef " + term(t.type)
    if t.kind in BASES:
        return "%s %d %s" % (BASES[t.kind], t.size, "signed" if t.kind == K.INT and t.is_signed else "-")
    return plain(t)


def find(lookup, name, file):
    """Not all files that define what others declare are known to it."""
    try:
        return lookup(name, file)
    except LookupError:
        return lookup(name)


def tell(prog, kind, name, file):
    if kind == "function":
        o = find(prog.function, name, file)
        return at(o) + function(o.type_, True)
    if kind == "variable":
        o = find(prog.variable, name, file)
        return at(o) + term(o.type_)
    if kind in ("typedef", "base"):
        return definition(prog.type(name, file))
    return definition(prog.type(kind + " " + name, file))


def at(o):
    return "- " if o.absent_ or o.address_ is None else "%x " % o.address_


def main():
    prog = drgn.Program()
    prog.load_debug_info([sys.argv[1]])
    for line in sys.stdin:
        kind, name, file = line.rstrip("\n").split("\t")
        try:
            print(tell(prog, kind, name, file or None))
        except Exception as e:
            print("?", str(e).replace("\n", " "))


main()
