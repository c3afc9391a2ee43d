package values

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// Style is how much of a value Format prints.
type Style uint8

// The styles.
const (
	// Top is as gdb's `print`: pointers and references have their type before them.
	// What cannot be read is an error.
	Top Style = iota
	// Inner is as gdb prints locals and members: pointers are bare, what cannot be
	// read is `<error: ...>`.
	Inner
	// Scalars is as gdb prints the arguments of frames: as Inner, records and arrays
	// are `...`.
	Scalars
)

// The limits of gdb's defaults (print elements, repeats, max-depth).
const (
	elementLimit = 200
	repeatLimit  = 10
	depthLimit   = 20
)

// Format prints a value as gdb 13 does. With Top the error is why the value cannot
// be read; the other styles say that in the text, and err is the end of ctx only.
func Format(ctx context.Context, env *Env, v Value, style Style) (string, error) {
	s, err := present(ctx, env, v, style)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	s.text(&b)
	return b.String(), nil
}

// present makes the printed form of a value, from which text and JSON are made.
func present(ctx context.Context, env *Env, v Value, style Style) (*shown, error) {
	p := &printer{ctx: ctx, env: env, left: maxNodes, bytes: maxBytes, seen: map[seenStatic]bool{}}
	s, err := p.top(v, style)
	if stop := core.ContextError(ctx, "printing a value"); stop != nil {
		return nil, stop
	}
	if err != nil && style != Top {
		return leaf("<error: " + reason(err) + ">"), nil
	}
	return s, err
}

// reason says in gdb's words why a value cannot be read.
func reason(err error) string {
	if addr, ok := core.IsFault(err); ok {
		return fmt.Sprintf("Cannot access memory at address 0x%x", addr)
	}
	return err.Error()
}

// A printer prints one value.
type printer struct {
	ctx   context.Context
	env   *Env
	left  int   // how many more parts are printed
	bytes int64 // how many more bytes are read
	// seen are the static members around the one that is printed, virtual the bases
	// that have been printed of the object at hand.
	seen    map[seenStatic]bool
	virtual map[string]bool
}

type seenStatic struct {
	t    *types.Type
	addr uint64
}

// maxNodes bounds the parts of one printed value: bad debug info may make a record
// of itself, many times over.
const maxNodes = 50000

// maxBytes bounds what is read for one printed value: its parts may claim to be
// larger than it.
const maxBytes = 8 * maxValue

func (p *printer) prefetch(v Value) (Value, error) {
	if v.read == nil && len(v.Place) > 0 {
		if p.bytes -= max(min(v.width(), maxValue), 0); p.bytes < 0 {
			return v, core.Errorf(core.ErrInvalid, "printing it reads more than %d bytes; name a part of it", maxBytes)
		}
	}
	return prefetch(p.ctx, p.env, v)
}

func (p *printer) limit() int {
	if p.env.Limit > 0 {
		return p.env.Limit
	}
	return elementLimit
}

// top prints with what gdb puts before a value: the type of a pointer, what a
// reference refers to.
func (p *printer) top(v Value, style Style) (*shown, error) {
	if v.Type == nil && v.Err == nil {
		return leaf("void"), nil
	}
	if style == Scalars && v.Type != nil && !isScalarShown(v.Type) {
		return leaf("..."), nil
	}
	if optimized(v.Err) || p.nowhere(v) {
		return leaf("<optimized out>"), nil
	}
	if v.Err != nil {
		return nil, v.Err
	}
	if isUntyped(v.Type) && !isCode(v.Type) && v.Type.Strip().Name != nullType {
		return nil, errUntyped
	}
	if isReference(v.Type) {
		return p.reference(v, style)
	}
	s, err := p.value(v, 0)
	if err != nil {
		return nil, err
	}
	if style == Top && isPointer(v.Type) && !isPlainText(v.Type) {
		s.prefix = "(" + pointerName(v.Type, maxTypeDepth) + ") " + s.prefix
	}
	return s, nil
}

// pointerName is the name of a pointer's type; Go's are declared as in C by gdb.
func pointerName(t *types.Type, depth int) string {
	if t == nil || t.Kind != types.Pointer || t.Lang != types.Go || depth == 0 {
		return types.Declare(t, "")
	}
	elem := pointerName(t.Elem(), depth-1)
	if strings.HasSuffix(elem, "*") {
		return elem + "*"
	}
	return elem + " *"
}

// isPlainText says whether a pointer is one to char that no typedef hides: gdb leaves
// its type out (c_value_print).
func isPlainText(t *types.Type) bool {
	for range maxTypeDepth {
		if t == nil {
			return false
		}
		switch t.Kind {
		case types.Const, types.Volatile, types.Restrict, types.Atomic:
			t = t.Elem()
			continue
		}
		break
	}
	if t == nil || t.Kind != types.Pointer {
		return false
	}
	elem := t.Elem()
	for n := 0; elem != nil && n < maxTypeDepth && (elem.Kind == types.Const || elem.Kind == types.Volatile || elem.Kind == types.Atomic); n++ {
		elem = elem.Elem()
	}
	if elem == nil {
		return false
	}
	switch elem.Name {
	case "char", "wchar_t", "char16_t", "char32_t":
		return true
	}
	return false
}

// isScalarShown says what backtraces print (val_print_scalar_type_p).
func isScalarShown(t *types.Type) bool {
	for n := 0; isReference(t) && n < maxTypeDepth; n++ {
		t = t.Strip().Elem()
	}
	return kind(t) != types.Array && !isRecord(t)
}

// optimized says whether an error is that the compiler kept nothing.
func optimized(err error) bool { return errors.Is(err, core.ErrNoData) }

// nowhere says whether no part of a value is anywhere.
func (p *printer) nowhere(v Value) bool {
	for _, q := range v.Place {
		known := true
		if q.Kind == InRegister {
			_, known = p.env.Registers.Bytes(q.Register)
		}
		if q.Kind != Optimized && known {
			return false
		}
	}
	return len(v.Place) > 0
}

// reference prints `@0x7ffc: 5`, at the top with its type (generic_val_print_ref).
func (p *printer) reference(v Value, style Style) (*shown, error) {
	s, err := p.bareReference(v)
	if err != nil {
		return nil, err
	}
	target := Value{Type: v.Type.Strip().Elem()}
	if addr, err := p.pointer(v); err == nil {
		target.Place = At(addr)
	} else if errors.Is(err, errSynthetic) && len(v.Place) == 1 && v.Place[0].Target != nil {
		if target, err = v.Place[0].Target(p.ctx); err != nil {
			return nil, err
		}
	}
	head := s.words + ": "
	inner, err := p.value(target, 0)
	if err != nil && style == Top {
		return nil, err
	} else if err != nil {
		inner = leaf("<error: " + reason(err) + ">")
	}
	inner.prefix = head + inner.prefix
	if style == Top {
		inner.prefix = "(" + types.Declare(v.Type, "") + ") " + inner.prefix
	}
	return inner, nil
}

func (p *printer) bareReference(v Value) (*shown, error) {
	addr, err := p.pointer(v)
	if errors.Is(err, errSynthetic) {
		return leaf("@<synthetic pointer>"), nil
	}
	return leaf(fmt.Sprintf("@0x%x", addr)), err
}

// pointer is the address that a pointer or reference holds.
func (p *printer) pointer(v Value) (uint64, error) {
	b, err := load(p.ctx, p.env, v)
	if err != nil {
		return 0, err
	}
	return extended(ordered(v.Type.Strip(), b[:min(len(b), 8)]), false), nil
}

// value prints a value of any type, depth levels inside others.
func (p *printer) value(v Value, depth int) (*shown, error) {
	if p.left--; p.left < 0 {
		return leaf("..."), nil
	}
	if err := core.ContextError(p.ctx, "printing a value"); err != nil {
		return nil, err
	}
	s, err := p.unchecked(v, depth)
	switch {
	case errors.Is(err, errSynthetic):
		return leaf("<synthetic pointer>"), nil
	case optimized(err):
		return leaf("<optimized out>"), nil
	}
	return s, err
}

func (p *printer) unchecked(v Value, depth int) (*shown, error) {
	switch k := kind(v.Type); {
	case v.Err != nil:
		return nil, v.Err
	case v.Type.Strip() != nil && v.Type.Strip().Name == nullType:
		return leaf("0"), nil
	case k == types.Void:
		return leaf("void"), nil
	case k == types.Func || isCode(v.Type):
		return p.function(v)
	case k == types.Array || isRecord(v.Type):
		return p.aggregate(v, depth)
	}
	return p.scalar(v)
}

// nullType is what gcc and clang call the type of nullptr.
const nullType = "decltype(nullptr)"

// aggregate prints what consists of others, read at once.
func (p *printer) aggregate(v Value, depth int) (*shown, error) {
	t := v.Type.Strip()
	if t.Declaration && t.IsRecord() && len(t.Details().Members) == 0 {
		return leaf("<incomplete type>"), nil
	}
	if depth >= depthLimit {
		return leaf("{...}"), nil
	}
	if t.Kind == types.Array && sizeOf(t) <= 0 {
		return p.unsized(v)
	}
	v, err := p.prefetch(v)
	if err != nil {
		return nil, err
	}
	switch {
	case t.Kind == types.Array:
		return p.array(v, depth)
	case p.env.Language == Go && isGoString(t):
		return p.goString(v)
	}
	return p.record(v, depth)
}
