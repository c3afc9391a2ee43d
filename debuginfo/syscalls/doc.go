// Package syscalls knows the system calls of Linux: their numbers, names and
// arguments, and prints a call as strace does.
//
// # Model
//
// Everything is a table. A set names the constants of one kind (open flags,
// socket domains); a structure is a row of fields; a signature is a row of
// arguments, each with a kind: "fd:fd buf:data/count count:size". The tables are
// the same for every architecture but for the list of numbers and the few rows
// in which one differs; an architecture is one row of the table in arch.go.
//
// A kind is a word with parameters, NAME/PARAMETER:SIZE. "*K" is a pointer to a
// K, "[]K/count" a pointer to as many of them as the argument or member count
// says. SIZE is in bytes. An argument whose kind ends with "!" selects: the row
// "CALL VALUE", where there is one, says what the arguments after it are.
// NAME@N:KIND is argument N, or the member at offset N of a structure.
//
// A call is decoded as it is at entry, or while a thread is blocked in it: what
// the kernel is yet to write is shown as a pointer, what it reads is followed.
// Memory that cannot be read is never guessed: the pointer is shown instead.
//
// # Bounds
//
// Text is cut as strace cuts it (32 bytes of a string, 32 elements of an array),
// an argument is at most 10 KiB of text, and one call reads at most 256 KiB.
//
// # Locking
//
// The tables are made at first use and never changed; all functions may be
// called from any goroutine.
//
// # Errors
//
// There are none: what is unknown is printed as a number. When the context ends,
// memory is as good as unreadable.
package syscalls
