# Run by gdb: for each address of $ADDRESSES the lines of the file it is in, each with
# the addresses that a breakpoint on it may go to.
import os
import gdb


def places(table):
    for line in sorted(table.source_lines()):
        entries = table.line(line)
        if entries:
            yield "%d:%s" % (line, ",".join("%x" % pc for pc in sorted({e.pc for e in entries})))


with open(os.environ["ADDRESSES"]) as addresses, open(os.environ["PLACES"], "w") as out:
    for address in addresses:
        symtab = gdb.find_pc_line(int(address, 16)).symtab
        out.write("%s %s\n" % (symtab.filename, " ".join(places(symtab.linetable()))))
