package debuginfo

import (
	"debug/elf"
	"strings"
)

// TypeName is what sort of file it is, in words.
func (img *Image) TypeName() string {
	switch {
	case img.Type == elf.ET_REL && img.elf.Section(".modinfo") != nil:
		return "kernel module"
	case img.Type == elf.ET_REL:
		return "object file"
	case img.isExecutable():
		return "program"
	case img.Type == elf.ET_DYN:
		return "shared library"
	case img.Type == elf.ET_CORE:
		return "core file"
	}
	return strings.ToLower(img.Type.String())
}

// MachineName is the machine that its code is for: x86-64, i386, else as elf(5) has
// it without EM_.
func (img *Image) MachineName() string {
	switch img.elf.Machine {
	case elf.EM_X86_64:
		return "x86-64"
	case elf.EM_386:
		return "i386"
	}
	return strings.ToLower(strings.TrimPrefix(img.elf.Machine.String(), "EM_"))
}
