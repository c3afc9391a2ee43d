package debuginfo

import (
	"github.com/stackfs/stackfs/debuginfo/dwarf"
)

// A Block is a scope in a function: the function itself, a block in it, or a copy of
// another function that was inlined there. Addresses are run-time.
type Block struct {
	Function string // the name of a function or of what was inlined; empty for a block
	Inlined  bool
	File     string // of the declaration, where Inlined of the call; empty for a block
	Line     int
	Ranges   []dwarf.Range
	Params   []Parameter
	Locals   []Parameter
	Blocks   []Block
	// More: there is more in it than was looked at.
	More bool
}

// maxBlocks bounds how many blocks of one function are looked at.
const maxBlocks = 100_000

// Scope is the function with all blocks in it.
func (f *Function) Scope() Block {
	s := scopeWalk{function: f, left: maxBlocks}
	return s.block(f.entry, 0)
}

// scopeWalk goes through the blocks of a function.
type scopeWalk struct {
	function *Function
	left     int
}

func (s *scopeWalk) block(e dwarf.Entry, depth int) Block {
	d, o := s.function.info, s.function.Object
	b := Block{Ranges: runtimeRanges(o, e), Inlined: e.Tag == dwarf.TagInlinedSubroutine}
	switch {
	case b.Inlined:
		b.Function = d.functionName(e)
		b.File, b.Line = d.callSite(e)
	case e.Tag == dwarf.TagSubprogram:
		b.Function = d.functionName(e)
		b.File, b.Line = d.declared(e)
	}
	for _, v := range instances(e, dwarf.TagFormalParameter) {
		b.Params = append(b.Params, d.parameter(o, s.function.entry, v))
	}
	for _, v := range instances(e, dwarf.TagVariable) {
		if v.Name() != "" {
			b.Locals = append(b.Locals, d.parameter(o, s.function.entry, v))
		}
	}
	for c := range e.Children() {
		if c.Tag != dwarf.TagLexicalBlock && c.Tag != dwarf.TagInlinedSubroutine {
			continue
		}
		if s.left--; s.left < 0 || depth > maxTypeDepth {
			b.More = true
			break
		}
		b.Blocks = append(b.Blocks, s.block(c, depth+1))
	}
	return b
}

// runtimeRanges is the code of an entry where the object is.
func runtimeRanges(o *Object, e dwarf.Entry) []dwarf.Range {
	ranges, _ := e.Ranges() // a list that breaks off has told some of it
	for i := range ranges {
		ranges[i].Low += o.Base
		ranges[i].High += o.Base
	}
	return ranges
}
