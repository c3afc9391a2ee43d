# Run by gdb: for each address of $ADDRESSES the file and line that gdb has for it.
import os
import gdb

with open(os.environ["ADDRESSES"]) as addresses, open(os.environ["PLACES"], "w") as places:
    for address in addresses:
        sal = gdb.find_pc_line(int(address, 16))
        if sal.symtab is None:
            places.write("??:0\n")
        else:
            places.write("%s:%d\n" % (sal.symtab.filename, sal.line))
