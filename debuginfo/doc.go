// Package debuginfo gives the bytes and registers of a target their meaning:
// which object and symbol an address belongs to, who called whom, what an
// instruction says. It reads images and memory; it never runs, stops or asks
// anything of a target beyond [core.Memory] and [core.Images].
//
// # Model
//
// An [Image] is one ELF file. A [Library] keeps images and the separate debug
// files that belong to them. A [Program] is what the Library makes of one target
// at one moment: [Object]s (an image at a load bias) over the target's regions.
// Everything asked of a Program is in run-time addresses, everything in an Image
// in link-time ones; an Object's Base is the difference.
//
// Files of over 1 MiB on this host are mapped, others read. Sections are taken when
// first needed, and parts of a mapped file ([Image.Section]) must not be kept longer
// than its Image, which keeps file and mapping until it is garbage: names that are
// handed out are copies. A mapped file that is truncated meanwhile is a SIGBUS where
// it is read; whoever asks for something that may read one does so under [Guard].
//
// # Debug info
//
// What DWARF says is read by package dwarf, which knows no process, and given meaning
// here: a [Call] is a frame as the source has it, one of several where functions were
// inlined; a [Variable] is a name with a values.Value, whose place a locator has found
// by running DWARF expressions in the frame; types become types.Type, of BTF too.
// Expressions are the business of package values: [Program.Env] gives it the names.
//
// Nothing is decoded before it is asked for. A name is found by an index, which is made
// at once for small files and for large ones in the background, kept on disk by build
// id, and not waited for: until it is there the name's text is looked for in the file.
//
// # Unwinding
//
// Call frame information (.eh_frame by its sorted table, .debug_frame; in kernels ORC
// for the frame's address), then what the kernel pushed for a signal, then what the
// code does to the stack, then frame pointers; frames found the last two ways are
// marked as guesses. A stack that cannot be followed ends with a reason in words.
//
// # Locking
//
// Images, Objects and Programs do not change once returned; what they decode
// later is behind sync.Once or a mutex that no call into a target is made under.
// All of them may be used by any number of goroutines.
//
// # Errors
//
// An image that is not ELF for x86-64 is ErrInvalid or ErrUnsupported, a symbol
// that is not there ErrNotFound, what debug info does not say (optimized out, no
// debug info) ErrNoData. Input is untrusted: parsers answer with an error, never a panic, and
// allocate no more than a small multiple of the bytes they are given.
package debuginfo
