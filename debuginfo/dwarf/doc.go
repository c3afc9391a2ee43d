// Package dwarf reads DWARF debug info, versions 2 to 5, as it lies in its
// sections: units, entries, attributes, ranges, location lists, line tables, and an
// index of names. It gives no meaning to any of it and knows of no process.
//
// # Model
//
// [Data] is the sections of one file. It is cut into [Unit]s by their headers
// alone; what a unit's entries are made of is read when one is asked for. An
// [Entry] is a value: its unit, its offset, its abbreviation; attributes are decoded
// out of the section each time, nothing is kept. A file of 600 MB costs what its
// unit headers cost.
//
// # Locking
//
// Data and Units do not change but for what is behind a sync.Once; any number of
// goroutines may read them.
//
// # Errors
//
// Input is untrusted. An entry or attribute that cannot be decoded is absent; a
// list or table that breaks off gives what came before and ErrInvalid. No input
// makes a panic, an endless loop, or more memory than a small multiple of itself.
// (Sections may be mapped files; what a file cut short under them does is the
// caller's to guard against.)
package dwarf
