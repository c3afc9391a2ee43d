package debuginfo

import (
	"context"
	"debug/elf"
	"fmt"
	"path"

	"github.com/stackfs/stackfs/core"
)

// File gives what debug info says of a file of this host that is not loaded: a
// Program of one Object at its own addresses, whose memory is what the file has of
// it. ErrInvalid, ErrUnsupported: it is no ELF file that can be read.
func (l *Library) File(name string, o ProgramOptions) (*Program, error) {
	f, err := openHost(name)
	if err != nil {
		return nil, err
	}
	img, err := OpenImage(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("opening %s: %w", name, err)
	}
	p := &Program{options: o, offline: true}
	obj := &Object{Name: path.Base(name), Path: name}
	obj.module = l.module(img, fileKey(f, core.Region{Path: name}), name, p)
	img = obj.module.image
	obj.BuildID, obj.Debug, obj.Alt, obj.Search = img.buildID, obj.module.debugPath, obj.module.altPath, obj.module.search
	obj.Start, obj.End = img.extent()
	for _, s := range img.elf.Progs {
		if s.Type == elf.PT_LOAD && s.Vaddr+s.Memsz > s.Vaddr {
			p.regions = append(p.regions, core.Region{Start: s.Vaddr, End: s.Vaddr + s.Memsz, Perm: permissions(s.Flags), Offset: s.Off, Path: name})
		}
	}
	p.objects = []*Object{obj}
	return p, nil
}

func permissions(f elf.ProgFlag) (p core.Perm) {
	for flag, perm := range map[elf.ProgFlag]core.Perm{elf.PF_R: core.PermRead, elf.PF_W: core.PermWrite, elf.PF_X: core.PermExec} {
		if f&flag != 0 {
			p |= perm
		}
	}
	return p
}

// ReadMemory implements core.Memory with the bytes that the program's files have of
// its memory: what a process begins with. What they have none of is zero where a
// segment is larger than its file, else a fault.
func (p *Program) ReadMemory(_ context.Context, b []byte, addr uint64) (int, error) {
	done := 0
	for done < len(b) {
		at := addr + uint64(done)
		o, ok := p.ObjectAt(at)
		if !ok || o.module == nil {
			return done, &core.FaultError{Addr: at}
		}
		n := o.module.image.loaded(b[done:], at-o.Base)
		if n == 0 {
			return done, &core.FaultError{Addr: at}
		}
		done += n
	}
	return done, nil
}

// loaded reads what a segment has at a link-time address, up to its end.
func (img *Image) loaded(b []byte, addr uint64) int {
	for _, s := range img.elf.Progs {
		if s.Type != elf.PT_LOAD || addr < s.Vaddr || addr-s.Vaddr >= s.Memsz {
			continue
		}
		off := addr - s.Vaddr
		if off >= s.Filesz {
			n := min(uint64(len(b)), s.Memsz-off)
			clear(b[:n])
			return int(n)
		}
		data, err := img.readAt(s.Off+off, min(uint64(len(b)), s.Filesz-off))
		if err != nil {
			return 0
		}
		return copy(b, data)
	}
	return 0
}
