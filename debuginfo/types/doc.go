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
// # Locking
//
// A Type does not change once made; its Details are made once, by whoever asks
// first. Any number of goroutines may use the same Type.
//
// # Errors
//
// None: what the debug info does not say is -1, empty or of kind Unknown.
package types
