package values

import (
	"github.com/stackfs/stackfs/debuginfo/types"
)

// Op is what a Typed node does.
type Op uint8

// The operations, with what they take. All operands of arithmetic have been
// converted to the type that it is done in.
const (
	OpValue    Op = iota // Value: a variable, register or constant
	OpDeref              // what the pointer or reference Args[0] points at
	OpAddress            // where Args[0] is; of an array: of its first element, of a function: its entry
	OpMember             // Member of the record Args[0]
	OpElement            // element Args[1] of the array Args[0]
	OpConvert            // Args[0] as Type, by C's conversion
	OpView               // the bytes of Args[0] taken for a Type
	OpOffset             // the pointer Args[0] and Args[1] times Scale bytes
	OpDistance           // pointers Args[0] - Args[1], by Scale bytes
	OpUnary              // Operator - or ~ of Args[0]
	OpBinary             // Operator of two operands of one type (<< >>: of the type of the first)
	OpCompare            // Operator of two numbers or pointers; Type is int or bool
	OpText               // Operator == or != on the texts of two char pointers or arrays
	OpNot                // !
	OpAnd                // &&
	OpOr                 // ||
	OpCond               // Args[0] ? Args[1] : Args[2]
	OpRepeat             // Args[0]@Args[1]; Type is an array, of Count -1 where Args[1] is not constant
	OpPerCPU             // Args[0] of CPU Args[1]
	OpList               // pointers to the records of Type's element whose member at Scale bytes is in the list Args[0]
	OpPointed            // the member of Args[0] that the member pointer Args[1] names
	OpInit               // an array or record made of Args, in order
)

// A Typed node is an operation on values of known types. Node says where it was
// written.
type Typed struct {
	Op       Op
	Type     *types.Type
	Args     []*Typed
	Operator string
	Value    Value
	Member   *types.Member
	Scale    int64
	Node     *Node
}

// constant makes a node of a computed value.
func constant(n *Node, v Value) *Typed { return &Typed{Op: OpValue, Type: v.Type, Value: v, Node: n} }

// numberNode makes a constant of type t.
func numberNode(n *Node, t *types.Type, x number) (*Typed, error) {
	b, err := encodeNumber(t, x)
	return constant(n, Value{Type: t, Data: b}), err
}

// over makes a node that stands where t does.
func (t *Typed) over(op Op, typ *types.Type, args ...*Typed) *Typed {
	return &Typed{Op: op, Type: typ, Args: args, Node: t.Node}
}
