// Package values is the values of a stopped program: reading them where debug info
// says they are, computing with them as C does, printing them as gdb does, and
// writing them back.
//
// # Model
//
// A [Value] is bytes of a type, and a [Place]: where they are. An [Env] is what an
// expression may refer to: names, types, registers, memory. [Evaluate] parses,
// types and computes an expression in an Env; [Format] prints a Value.
//
// # Locking
//
// Values do not change; an Env is used by one goroutine at a time.
//
// # Errors
//
// ErrInvalid: the expression does not parse or type-check, with a [*SyntaxError]
// that says where. ErrNotFound: a name that nothing has. ErrNoData: debug info
// names it but does not say where it is (optimized out). A *core.FaultError: memory
// that is not there. ErrReadOnly and the like are those of the Env's writers.
package values
