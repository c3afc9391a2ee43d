package values

import (
	"context"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// PieceKind says where a part of a value is.
type PieceKind uint8

// The kinds of pieces (DWARF 5, 2.6.1).
const (
	Optimized  PieceKind = iota // nowhere: optimized out
	InMemory                    // at Addr
	InRegister                  // in register Register of the frame
	Implicit                    // it is Data; nothing holds it
	Synthetic                   // a pointer that is nowhere, to something that Target gives (DW_OP_implicit_pointer)
)

// A Piece is a part of a value.
type Piece struct {
	Kind     PieceKind
	Bits     int64 // its length; 0: up to the value's end
	Skip     int64 // bits to leave out at the beginning of the memory, register or data
	Addr     uint64
	Register int // index into the architecture's registers
	Data     []byte
	// Target gives what a Synthetic pointer points at; the piece of memory that it
	// would point to begins Offset bytes into it.
	Target func(ctx context.Context) (Value, error)
	Offset int64
}

// A Place is where a value is: pieces in the order of the value's bytes. The empty
// Place is that of a computed value, which can be read and not written.
type Place []Piece

// At is the place of a value in memory.
func At(addr uint64) Place { return Place{{Kind: InMemory, Addr: addr}} }

// Addr is where the value begins in memory; ok is false if it is not all there.
func (p Place) Addr() (addr uint64, ok bool) {
	if len(p) != 1 || p[0].Kind != InMemory || p[0].Skip != 0 {
		return 0, false
	}
	return p[0].Addr, true
}

// An Env is what an expression may refer to. Fields that are nil are not there.
type Env struct {
	Scope     Scope
	Types     types.Source
	Memory    core.Memory
	Registers core.Registers // of the frame
	// WriteMemory and WriteRegister change the target; nil: it cannot be changed here.
	WriteMemory   func(ctx context.Context, p []byte, addr uint64) error
	WriteRegister func(ctx context.Context, register int, data []byte) error
	// Symbolize names an address as gdb does in <>: "main+4"; empty if no symbol has it.
	// For data it is asked only with addresses that pointers hold.
	Symbolize func(addr uint64) string
	// Member gives where a virtual base or a static member is (types.Member.Location).
	Member func(ctx context.Context, object Value, m *types.Member) (Value, error)
	// PerCPU is per_cpu(x, n): x as it is for CPU n.
	PerCPU func(ctx context.Context, x Value, n int) (Value, error)
	// Language is whose way of writing types and booleans is used.
	Language Language
	// PointerSize is that of the target in bytes, 0: 8. A long is as wide.
	PointerSize int
	// Limit is the most elements of arrays and bytes of strings that are printed,
	// 0: 200, as in gdb.
	Limit int
}

// Language is a programming language as far as values look different in it.
type Language = types.Lang

// The languages.
const (
	C         = types.C
	CPlusPlus = types.CPlus // comparisons are bool
	Go        = types.Go    // strings are text
	Rust      = types.Rust  // as C++
)

// A Scope finds variables, functions and enumerators by name.
type Scope interface {
	// Variable finds what a name means: locals first, then those around them, then
	// globals; OBJECT::NAME and FILE::NAME are qualified. A name that begins with $ and
	// is not a register is asked too ($task). ErrNotFound with the nearest names;
	// ErrNoData if it is known but has no place.
	Variable(ctx context.Context, name string) (Value, error)
}
