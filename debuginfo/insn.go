package debuginfo

import (
	"fmt"
	"strings"

	"golang.org/x/arch/x86/x86asm"
)

// symbolizer names an address as <NAME+OFFSET>, empty if nothing is known of it.
type symbolizer func(addr uint64) string

// insnText gives the AT&T text of the instruction at the start of code, whose
// length is known to be f.size, at an address. ok is false if it has no name here.
func insnText(code []byte, f insnForm, addr uint64, name symbolizer) (text string, ok bool) {
	code = code[:f.size]
	if s, ok := fixedInsns[string(code)]; ok {
		return s, true
	}
	if f.escape != 0 || f.opmap == 1 && f.opcode == 0x0f {
		return "", false
	}
	inst, err := decodeInsn(code)
	if err != nil || inst.Len != f.size || inst.Op == 0 {
		return "", false
	}
	next := addr + uint64(f.size)
	if rel, isRel := inst.Args[0].(x86asm.Rel); isRel {
		target := next + uint64(int64(rel))
		return mnemonic(x86asm.GNUSyntax(inst, addr, nil)) + " " + hexName(target, name), true
	}
	text = f.attText(code, x86asm.GNUSyntax(inst, addr, nil))
	if f.wideMove() {
		text = strings.Replace(text, "mov ", "movabs ", 1)
	}
	for _, a := range inst.Args {
		if m, isMem := a.(x86asm.Mem); isMem && m.Base == x86asm.RIP {
			text += "        # " + hexName(next+uint64(m.Disp), name)
		}
	}
	return text, true
}

// wideMove says whether the instruction is a mov with an 8-byte immediate or
// address, which AT&T syntax calls movabs.
func (f insnForm) wideMove() bool {
	return f.opmap == 0 && (f.opcode >= 0xb8 && f.opcode <= 0xbf && f.rexW || f.opcode >= 0xa0 && f.opcode <= 0xa3)
}

func decodeInsn(code []byte) (inst x86asm.Inst, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("decoding an instruction: %v", r)
		}
	}()
	return x86asm.Decode(code, 64)
}

func hexName(addr uint64, name symbolizer) string {
	s := fmt.Sprintf("0x%x", addr)
	if n := name(addr); n != "" {
		s += " " + n
	}
	return s
}

// fixedInsns is instructions without operands that the decoder does not know, or
// names otherwise than binutils (Intel SDM 2).
var fixedInsns = map[string]string{
	"\xf3\x0f\x1e\xfa": "endbr64",
	"\xf3\x0f\x1e\xfb": "endbr32",
	"\xc5\xf8\x77":     "vzeroupper",
	"\xc5\xfc\x77":     "vzeroall",
	"\x0f\x01\xd5":     "xend",
	"\x0f\x01\xd6":     "xtest",
	"\x0f\x01\xd0":     "xgetbv",
	"\x0f\x01\xd1":     "xsetbv",
	"\x0f\x01\xee":     "rdpkru",
	"\x0f\x01\xef":     "wrpkru",
	"\x0f\x01\xca":     "clac",
	"\x0f\x01\xcb":     "stac",
	"\x66\x90":         "xchg %ax,%ax",
	"\xf3\xc3":         "repz ret",
}

// mnemonics is where the decoder's words differ from those of binutils 2.40.
var mnemonics = map[string]string{
	"callq": "call", "retq": "ret", "leaveq": "leave", "jmpq": "jmp", "pushq": "push", "popq": "pop", "enterq": "enter",
	"xbeginq": "xbegin", "pushfq": "pushf", "popfq": "popf",
	"cdqe": "cltq", "cdq": "cltd", "cwde": "cwtl", "cwd": "cwtd", "cbw": "cbtw", "cqo": "cqto", "movsxd": "movslq",
}

// prefixWords come before a mnemonic.
var prefixWords = map[string]string{
	"lock": "lock", "rep": "rep", "repn": "repnz", "repne": "repnz", "repe": "repz", "repz": "repz", "repnz": "repnz", "bnd": "bnd", "data16": "data16", "data32": "data16", "addr32": "addr32",
	"cs": "cs", "ds": "ds", "es": "es", "ss": "ss", "fs": "fs", "gs": "gs", "rex": "rex", "rex.W": "rex.W", "xacquire": "xacquire", "xrelease": "xrelease",
}

// mnemonic is the words before the operands, as binutils spells them.
func mnemonic(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		if p, ok := prefixWords[w]; ok && i+1 < len(words) {
			words[i] = p
			continue
		}
		if m, ok := mnemonics[w]; ok {
			words[i] = m
		}
		if strings.HasPrefix(words[i], "jmp") || words[i] == "call" {
			for j := range i {
				words[j] = strings.Replace(words[j], "ds", "notrack", 1)
			}
		}
		return strings.Join(words[:i+1], " ")
	}
	return strings.Join(words, " ")
}

// attText rewrites the decoder's text as binutils writes it.
func (f insnForm) attText(code []byte, s string) string {
	m := mnemonic(s)
	words := strings.Fields(s)
	operands := strings.Join(words[len(strings.Fields(m)):], " ")
	if operands != "" {
		operands = " " + f.rewrite(code, operands)
	}
	at := strings.LastIndexByte(m, ' ') + 1
	return m[:at] + f.idlePrefixes(code, m) + m[at:] + operands
}

// idlePrefixes is the segment overrides that have no effect in 64-bit mode and
// are shown before the mnemonic; on an indirect jump or call 3E is notrack.
func (f insnForm) idlePrefixes(code []byte, mnemonic string) string {
	if strings.HasPrefix(mnemonic, "notrack") {
		return ""
	}
	out := ""
	for _, b := range code[:f.prefix] {
		if name := idleSegments[b]; name != "" && !strings.HasPrefix(mnemonic, name+" ") {
			out = name + " "
		}
	}
	return out
}

var idleSegments = map[byte]string{0x26: "es", 0x2e: "cs", 0x36: "ss", 0x3e: "ds"}
