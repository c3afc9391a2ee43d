package debuginfo

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/stackfs/stackfs/core"
)

// An Insn is one instruction.
type Insn struct {
	Addr  uint64
	Bytes []byte
	Text  string // AT&T syntax; "?" if OK is false
	Place Place  // its Object is nil if no symbol covers Addr
	OK    bool   // the instruction has a name here
}

// String is a line of a disassembly (docs/tree.md, 3):
// 0xADDR <SYM+OFF>  48 89 e5  mov %rsp,%rbp
func (i Insn) String() string {
	place := ""
	if i.Place.Object != nil {
		place = " <" + i.Place.String() + ">"
	}
	return fmt.Sprintf("0x%016x%s  %s  %s", i.Addr, place, spaced(i.Bytes), i.Text)
}

func spaced(b []byte) string {
	var s strings.Builder
	for i, c := range b {
		if i > 0 {
			s.WriteByte(' ')
		}
		s.WriteString(hex.EncodeToString([]byte{c}))
	}
	return s.String()
}

// disassembleChunk is how many bytes of code are read at a time.
const disassembleChunk = 4096

// Disassemble decodes instructions from start until end, at most max; with end at
// or below start there is no end but max. Instructions that have no name here are
// "?" with their true length, bytes that are no instruction "?" one at a time.
// Where memory ends so does the result; the error is that of the first byte.
func (p *Program) Disassemble(ctx context.Context, m core.Memory, start, end uint64, max int) ([]Insn, error) {
	if end <= start {
		end = ^uint64(0)
	}
	var out []Insn
	var code []byte
	at := start // of code[0]
	ended := false
	for len(out) < max && at < end {
		if len(code) < maxInsn && !ended {
			b := make([]byte, min(disassembleChunk, end-at-uint64(len(code))))
			n, err := m.ReadMemory(ctx, b, at+uint64(len(code)))
			code = append(code, b[:n]...)
			if len(code) == 0 && err != nil {
				if len(out) > 0 {
					return out, nil
				}
				return nil, fmt.Errorf("disassembling: %w", err)
			}
			ended = n < len(b) || at+uint64(len(code)) == end
		}
		if len(code) == 0 {
			break
		}
		i := p.insn(code, at)
		out = append(out, i)
		at += uint64(len(i.Bytes))
		code = code[len(i.Bytes):]
	}
	return out, nil
}

func (p *Program) insn(code []byte, addr uint64) Insn {
	i := Insn{Addr: addr, Text: "?"}
	i.Place, _ = p.Symbolize(addr)
	f, ok := insnLength(code)
	if !ok {
		i.Bytes = code[:1:1]
		return i
	}
	i.Bytes = code[:f.size:f.size]
	if text, ok := insnText(code, f, addr, p.angled); ok {
		i.Text, i.OK = text, true
	}
	return i
}

// angled gives <NAME+OFFSET>.
func (p *Program) angled(addr uint64) string {
	place, ok := p.Symbolize(addr)
	if !ok {
		return ""
	}
	return "<" + place.String() + ">"
}
