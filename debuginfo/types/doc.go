// Package types is the types of C, C++, Rust and Go programs as a debugger knows
// them: size, kind, members and where they lie, whatever said so, DWARF or BTF.
//
// # Model
//
// A [Type] is a node of a graph that may have cycles (a list's node points to its
// like) and may be large: the types that can be reached from a kernel's task_struct
// are thousands. So what a type consists of, its [Details], is made when first
// asked for. Sizes and offsets are those of the target's memory.
//
// # Text
//
// A type's name, [Type.String], [Declare] and [Prototype], is gdb's (whatis, ptype);
// its layout, [AppendLayout], is pahole's, version 1.24, byte for byte but where pahole
// writes another type than the program has: const pointers, pointers to arrays, arrays of
// pointers to functions. What only C++ has is laid out as pahole's members with gdb's
// labels and methods. [Parse] reads names back. [Describe] is the same as facts for
// JSON, [Diff] what is different between two builds.
//
// Packing, and for BTF ([Type.Unaligned]) forced alignment, are guesses from offsets, as
// pahole's are: no compiler records them. The text of a layout has bounds, as bad debug
// info may say that a record consists of itself.
//
// # Locking
//
// A Type does not change once made; its Details are made once, by whoever asks
// first. Any number of goroutines may use the same Type.
//
// # Errors
//
// What the debug info does not say is -1, empty or of kind Unknown. Only [Parse] fails:
// ErrInvalid for a name that is none, ErrNotFound for one that nothing has.
package types
