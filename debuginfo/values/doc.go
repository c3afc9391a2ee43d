// Package values is the values of a stopped program: reading them where debug info
// says they are, computing with them as C does, printing them as gdb does, and
// writing them back.
//
// # Model
//
// A [Value] is bytes of a type, and a [Place]: where they are. Nothing is read
// before it is needed: a member of a structure in memory costs the bytes of the
// member. An [Env] is what an expression may refer to: names, types, registers,
// memory.
//
// An expression goes through three stages, each of its own: [Parse] makes a tree
// of [Node]s that knows no names; [Expr.Check] gives every node a type and writes
// all conversions out, the [Typed] tree, which is also what a compiler of
// expressions starts from; [Typed.Evaluate] computes it. [Evaluate] does all three.
//
// [Format] prints a Value as gdb 13 does with its default settings. C and C++ are
// printed by gdb's rules, Go's strings too; all else of Go, and Rust, by those of C.
// Text is UTF-8, as gdb prints it in a UTF-8 locale. Two differences are meant: the
// character before an incomplete multibyte sequence at a string's end, which gdb
// loses, is printed, and at most maxValue bytes of a value are looked at.
//
// # Locking
//
// Values, Exprs and Typed trees do not change; an Env is used by one goroutine at
// a time.
//
// # Errors
//
// ErrInvalid: the expression does not parse or type-check. ErrNotFound: a name that
// nothing has. Both come as a [*SyntaxError] that says where in the text. ErrNoData:
// debug info names it but does not say where it is (optimized out). A
// *core.FaultError: memory that is not there. ErrReadOnly and the like are those of
// the Env's writers.
package values
