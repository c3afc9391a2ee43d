package dwarf

const headerSize = 256
