package types

import "sync"

// Kind says what sort of type it is.
type Kind uint8

// The kinds. Those after Func are types of other languages' making.
const (
	Unknown Kind = iota // of a form that is not understood, or refers to nothing
	Void
	Int
	Char // an integer that prints as a character: char, char16_t, char32_t, wchar_t, rune types
	Bool
	Float
	Complex // of two floats
	Pointer
	Reference       // C++ &
	RvalueReference // C++ &&
	MemberPointer   // C++ T C::*
	Array
	Struct
	Class
	Union
	Enum
	Typedef
	Const
	Volatile
	Restrict
	Atomic
	Func
)

// Lang is a language, as far as types are written differently in it.
type Lang uint8

// The languages (DW_AT_language of the unit). C is all that are not named here.
const (
	C Lang = iota
	CPlus
	Rust
	Go
)

// A Type is one type. Its fields do not change.
type Type struct {
	Kind Kind
	// Name is the tag, typedef or base type's name without struct, union, enum or class;
	// qualified in C++ and Rust (ns::outer<int>); empty if it has none.
	Name        string
	Size        int64 // bytes; -1: not known (void, functions, declarations, arrays without end)
	Align       int64 // bytes, where debug info says it; else 0
	Signed      bool  // Int, Char, Enum
	BigEndian   bool  // scalars stored the other way round
	Declaration bool  // only announced: the definition is elsewhere
	Vector      bool  // an Array that is a SIMD vector
	Flags       bool  // an Enum whose values are combined with |; see [FlagEnum]
	// Unaligned: alignments that the program forced are not recorded (BTF), so a layout
	// guesses them from the offsets, as pahole does.
	Unaligned bool
	Lang      Lang // what it is written in: decides how it is printed
	File      string
	Line      int // where it is declared, 0 if not known

	once    sync.Once
	make    func() Details
	details Details
}

// Details are the parts of a type that refer to other types.
type Details struct {
	// Elem is what a pointer points to, an array consists of, a typedef or qualifier
	// stands for, a function returns, an enum is stored as. nil is void, or not known.
	Elem *Type
	// Count is an Array's number of elements; -1: not known. Dynamic is then what the
	// maker of the type knows about it (a variable-length array).
	Count       int64
	Dynamic     any
	Members     []Member // Struct, Class, Union; in the order of declaration, bases first
	Enumerators []Enumerator
	EnumScope   string  // what stands before the enumerators' names where values are printed: "shop::Size::"
	Params      []Param // Func
	Variadic    bool    // Func: ... after the last parameter; in C without any, int f(), which says nothing of them
	Class       *Type   // MemberPointer: of which class
	Methods     []Method
	Template    []TemplateArg
	// Variants is a Rust enum or another tagged union; nil for all other types.
	Variants *Variants
}

// A Member is a field, a base class or a static member.
type Member struct {
	Name       string // empty: anonymous struct or union, whose members count as this type's
	Type       *Type
	BitOffset  int64 // from the beginning of the type, bits; the lowest bit of a bitfield on little-endian machines
	BitSize    int64 // bitfields only, else 0
	Base       bool  // inherited; Name is empty
	Virtual    bool  // a virtual base, whose place Location tells
	Static     bool  // not part of the type's bytes
	Artificial bool  // made by the compiler (_vptr.X)
	Align      int64 // bytes, where the program forced one (DW_AT_alignment); else 0
	Access     Access
	Location   any // what the maker of the type knows of the place of a virtual base or a static member
}

// Access is who may use a member in C++.
type Access uint8

// The accesses. Default is what the language gives: public in a struct, private in a class.
const (
	Default Access = iota
	Public
	Protected
	Private
)

// An Enumerator is a name for a value of an Enum; unsigned types keep their bits in Value.
type Enumerator struct {
	Name  string
	Value int64
}

// A Param is a parameter of a function.
type Param struct {
	Name       string // empty: not named
	Type       *Type
	Artificial bool // this
}

// A Method is a member function as ptype shows it.
type Method struct {
	Name       string
	Type       *Type // Func, this among the parameters
	Virtual    bool
	Static     bool
	Artificial bool
	Access     Access
	Slot       int64  // number in the vtable of a virtual one, -1: not known
	Whole      string // its name with class and parameters, as gdb prints it; empty if not known
}

// A TemplateArg is an argument of a template: a type, or a value of one.
type TemplateArg struct {
	Name  string
	Type  *Type
	Value any // nil: the argument is Type itself; else int64, or what the maker knows
}

// Variants is a tagged union (DW_TAG_variant_part).
type Variants struct {
	Discr    *Member // where the tag is; nil: there is one variant only
	Variants []Variant
}

// A Variant holds where the tag is in one of the Ranges; none: whenever no other does.
type Variant struct {
	Ranges [][2]int64 // inclusive
	Member Member
}

// New makes a type whose details are made when first asked for, by one goroutine
// at a time; nil: it has none. The function may make and refer to other types but
// not ask for the details of this one.
func New(t *Type, details func() Details) *Type {
	t.make = details
	return t
}

// Details gives what the type consists of.
func (t *Type) Details() *Details {
	t.once.Do(func() {
		if t.make != nil {
			t.details = t.make()
			t.make = nil
		}
	})
	return &t.details
}

// Elem is Details().Elem, for the many that need nothing else.
func (t *Type) Elem() *Type { return t.Details().Elem }

// Strip takes typedefs and qualifiers off; nil stays nil.
func (t *Type) Strip() *Type {
	for n := 0; t != nil && n < maxStrip; n++ {
		switch t.Kind {
		case Typedef, Const, Volatile, Restrict, Atomic:
			t = t.Elem()
		default:
			return t
		}
	}
	return t
}

// maxStrip bounds a chain of typedefs, which bad debug info may close to a ring.
const maxStrip = 100

// IsRecord says whether the type has members: struct, class or union.
func (t *Type) IsRecord() bool { return t.Kind == Struct || t.Kind == Class || t.Kind == Union }

// A Source finds types by name.
type Source interface {
	// Type finds `struct page`, `union u`, `enum e`, `class c` by tag, a bare name as
	// typedef or base type first, then as a tag; definitions before declarations.
	// ErrNotFound if there is none.
	Type(name string) (*Type, error)
}
