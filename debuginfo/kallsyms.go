package debuginfo

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"unsafe"

	"github.com/stackfs/stackfs/core"
)

// A KernelSymbol is a symbol of a running kernel or one of its modules. Size is 0:
// these lists do not say it.
type KernelSymbol struct {
	Symbol
	Module string // empty: the kernel itself
}

// KernelSymbols are the symbols of a kernel without its ELF file, as its own list
// has them. They do not change and may be used by any number of goroutines.
type KernelSymbols struct {
	table   *symbolTable
	modules []string // by the section of the table's symbols
}

// maxSymbolList bounds the lists that are read, bytes; a large kernel's is 20 MB.
const maxSymbolList = 256 << 20

// ParseKallsyms reads what /proc/kallsyms gives (s_show in kernel/kallsyms.c):
// address, nm's letter, name, and [module] after a tab. ErrInvalid: it is not that.
// ErrPermission: the kernel gave no addresses. ErrNoData: it is empty.
func ParseKallsyms(r io.Reader) (*KernelSymbols, error) {
	k, err := parseSymbolList(r, "kallsyms")
	if err != nil {
		return nil, err
	}
	if syms := k.table.syms; syms[len(syms)-1].addr == 0 {
		return nil, core.Errorf(core.ErrPermission, "reading kallsyms: all addresses are 0; it needs CAP_SYSLOG, or sysctl kernel.kptr_restrict=0")
	}
	return k, nil
}

// ParseSystemMap reads a System.map (nm -n of the kernel, scripts/mksysmap). Errors
// are those of ParseKallsyms.
func ParseSystemMap(r io.Reader) (*KernelSymbols, error) { return parseSymbolList(r, "System.map") }

func parseSymbolList(r io.Reader, what string) (*KernelSymbols, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxSymbolList+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", what, err)
	}
	if len(b) > maxSymbolList {
		return nil, core.Errorf(core.ErrInvalid, "reading %s: it has more than %d bytes", what, maxSymbolList)
	}
	p := symbolListParser{text: b, numbers: map[string]uint16{"": 0}, k: KernelSymbols{table: &symbolTable{pending: b}, modules: []string{""}}}
	for line := 1; p.at < len(b); line++ {
		if !p.line() {
			return nil, core.Errorf(core.ErrInvalid, "reading %s: line %d is not an address, a letter and a name", what, line)
		}
	}
	if len(p.k.table.syms) == 0 {
		return nil, core.Errorf(core.ErrNoData, "reading %s: it has no symbols", what)
	}
	p.k.table.finish()
	return &p.k, nil
}

// symbolListParser makes a table whose names are in the text itself.
type symbolListParser struct {
	text    []byte
	at      int
	numbers map[string]uint16 // of the modules
	k       KernelSymbols
}

// line parses one line.
func (p *symbolListParser) line() bool {
	start := p.at
	size := bytes.IndexByte(p.text[start:], '\n')
	if size < 0 {
		size = len(p.text) - start
	}
	p.at = start + size + 1
	line := p.text[start : start+size]
	if bytes.HasPrefix(line, []byte("        ")) {
		return true // not defined here
	}
	address, rest, ok := bytes.Cut(line, []byte(" "))
	addr, err := strconv.ParseUint(unsafe.String(unsafe.SliceData(address), len(address)), 16, 64)
	if !ok || err != nil || len(rest) < 3 || rest[1] != ' ' || rest[0] <= ' ' || rest[0] > '~' {
		return false
	}
	name, module, _ := bytes.Cut(rest[2:], []byte("\t"))
	if len(name) == 0 || len(name) > longestName {
		return false
	}
	number, ok := p.module(bytes.Trim(module, "[]"))
	s := symbol{addr: addr, name: uint32(start + len(address) + 3), nameSize: uint32(len(name)), section: number, kind: rest[0]}
	switch s.kind {
	case 'a', 'A': // an offset into per-CPU data, or a constant
		s.flags = symbolAbs
	case 't', 'T', 'w', 'W':
		s.flags = symbolCode
	}
	p.k.table.syms = append(p.k.table.syms, s)
	return ok
}

func (p *symbolListParser) module(name []byte) (uint16, bool) {
	number, ok := p.numbers[string(name)]
	if !ok && len(p.k.modules) < math.MaxUint16 {
		number, ok = uint16(len(p.k.modules)), true
		p.numbers[string(name)] = number
		p.k.modules = append(p.k.modules, string(name))
	}
	return number, ok
}

// All returns all of them, sorted by address.
func (k *KernelSymbols) All() []KernelSymbol {
	out := make([]KernelSymbol, len(k.table.syms))
	for i, s := range k.table.syms {
		out[i] = k.public(s)
	}
	return out
}

// Named returns the symbols of a name, sorted by address.
func (k *KernelSymbols) Named(name string) (out []KernelSymbol) {
	for _, s := range k.table.named(name) {
		out = append(out, k.public(s))
	}
	return out
}

// At returns the symbol that an address belongs to, the nearest at or below it, and
// the bytes between; ok is false below the first.
func (k *KernelSymbols) At(addr uint64) (s KernelSymbol, offset uint64, ok bool) {
	found, ok := k.table.find(addr)
	return k.public(found), addr - found.addr, ok
}

func (k *KernelSymbols) public(s symbol) KernelSymbol {
	return KernelSymbol{k.table.public(s, 0), k.modules[s.section]}
}
