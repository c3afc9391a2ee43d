package debuginfo

import (
	"context"
	"debug/elf"

	"github.com/stackfs/stackfs/core"
)

// maxLinkMaps bounds the list of loaded objects that the dynamic linker keeps.
const maxLinkMaps = 4096

// threadLocal finds thread-local variables of a thread with these registers (ELF
// Handling For Thread-Local Storage, 3.4.6: variant II). Where the dynamic linker is
// glibc's the thread's vector says where each object's block is; the executable's
// lies below the thread pointer whoever loaded it.
func (p *Program) threadLocal(ctx context.Context, m core.Memory, regs core.Registers) func(o *Object, offset uint64) (uint64, error) {
	return func(o *Object, offset uint64) (uint64, error) {
		if regs.Arch == nil {
			return 0, core.Errorf(core.ErrNoData, "it is thread-local and no thread's registers are known")
		}
		i, _ := regs.Arch.Index("fs_base")
		tp, ok := regs.Uint(i)
		if !ok {
			return 0, core.Errorf(core.ErrNoData, "the thread pointer is not known")
		}
		block, err := p.tlsBlock(ctx, m, o, tp)
		return block + offset, err
	}
}

// tlsBlock is where an object's block of a thread begins.
func (p *Program) tlsBlock(ctx context.Context, m core.Memory, o *Object, tp uint64) (uint64, error) {
	if id, err := p.tlsModule(ctx, m, o); err == nil && id > 0 {
		return tlsByVector(ctx, m, tp, id)
	}
	if o == p.executableObject() {
		for _, s := range o.Image().elf.Progs {
			if s.Type == elf.PT_TLS && s.Align > 0 && s.Align < 1<<32 {
				return tp - (s.Memsz+s.Align-1)/s.Align*s.Align, nil
			}
		}
	}
	return 0, core.Errorf(core.ErrNoData, "where %s has its thread-local storage is known for glibc's dynamic linker only", o.Name)
}

// tlsByVector reads entry id of the dynamic thread vector (glibc: sysdeps/x86_64/nptl/tls.h,
// dtv_t and tcbhead_t), which are of two words each.
func tlsByVector(ctx context.Context, m core.Memory, tp, id uint64) (uint64, error) {
	const dtvOffset, entrySize = 8, 16
	dtv, err := core.ReadUint(ctx, m, tp+dtvOffset, 8)
	if err != nil {
		return 0, err
	}
	block, err := core.ReadUint(ctx, m, dtv+id*entrySize, 8)
	if err != nil {
		return 0, err
	}
	if block == 0 || block == ^uint64(0) { // TLS_DTV_UNALLOCATED
		return 0, core.Errorf(core.ErrNoData, "the thread has not used the object's thread-local storage yet, so it has none")
	}
	return block, nil
}

// tlsModule is the number of an object in the vector: link_map.l_tls_modid, whose
// offset glibc tells debuggers (nptl_db/db_info.c).
func (p *Program) tlsModule(ctx context.Context, m core.Memory, o *Object) (uint64, error) {
	list, e1 := p.read(ctx, m, "_r_debug", 8, 8) // struct r_debug.r_map
	offset, e2 := p.read(ctx, m, "_thread_db_link_map_l_tls_modid", 8, 4)
	if e1 != nil || e2 != nil {
		return 0, core.Errorf(core.ErrNotFound, "there is no dynamic linker of glibc's")
	}
	for at, n := list, 0; at != 0 && n < maxLinkMaps; n++ {
		base, err := core.ReadUint(ctx, m, at, 8) // struct link_map: l_addr, l_name, l_ld, l_next
		if err != nil {
			return 0, err
		}
		if base == o.Base {
			return core.ReadUint(ctx, m, at+offset, 8)
		}
		if at, err = core.ReadUint(ctx, m, at+24, 8); err != nil {
			return 0, err
		}
	}
	return 0, core.Errorf(core.ErrNotFound, "the dynamic linker does not know %s", o.Name)
}

// read reads a number of size bytes, offset bytes into a variable of the symbol tables.
func (p *Program) read(ctx context.Context, m core.Memory, symbol string, offset uint64, size int) (uint64, error) {
	for _, place := range p.Lookup(symbol) {
		return core.ReadUint(ctx, m, place.Addr()+offset, size)
	}
	return 0, core.Errorf(core.ErrNotFound, "there is no symbol %s", symbol)
}
