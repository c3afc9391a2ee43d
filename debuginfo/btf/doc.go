// Package btf reads the BPF Type Format, the compact type information that Linux
// kernels and their modules carry in a section .BTF (Documentation/bpf/btf.rst).
//
// # Model
//
// A [File] is one section over the bytes it was given, which it neither copies nor
// changes. Types have ids, 1 and up; 0 is void. A module's section is split: its ids
// and strings go on where those of its base, the kernel's section, end.
//
// [Parse] notes where each type begins, 4 bytes a type, and no more. An index of
// names is made when the first name is asked for. A type becomes a *types.Type when
// something refers to it, the same one each time.
//
// # Locking
//
// A File may be used by any number of goroutines. Its mutex guards the types made so
// far and is not held while a type's details are made.
//
// # Errors
//
// A section that is not BTF or ends too early is ErrInvalid, one of the other byte
// order or of a kind that is not known ErrUnsupported; a name that is not there
// ErrNotFound. A reference to a type that is not there is a type of kind Unknown.
package btf
