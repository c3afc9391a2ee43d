package debuginfo

import (
	"context"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/dwarf"
	"github.com/stackfs/stackfs/debuginfo/types"
)

// Type implements types.Source.
func (s *scope) Type(name string) (*types.Type, error) {
	objects, rest, file := s.qualified(name)
	tag, bare, _ := strings.Cut(rest, " ")
	kinds := []dwarf.KindSet{kindTypedef, kindRecord, kindEnum}
	switch tag {
	case "struct", "class", "union":
		rest, kinds = bare, []dwarf.KindSet{kindRecord}
	case "enum":
		rest, kinds = bare, []dwarf.KindSet{kindEnum}
	}
	known := false
	for _, k := range kinds {
		for _, o := range objects {
			if o.module == nil {
				continue
			}
			info, err := o.module.info()
			if err != nil {
				continue
			}
			known = true
			if t := info.typeNamed(rest, k, file); t != nil {
				return t, nil
			}
		}
	}
	for _, o := range objects {
		if b, err := o.BTF(); err == nil && file == "" {
			known = true
			if t, err := b.Type(strings.TrimSpace(name)); err == nil {
				return t, nil
			}
		}
	}
	if !known {
		return nil, core.Errorf(core.ErrNoData, "there is no debug info that has types; see objects/*/search")
	}
	if near := s.program.nearestTypes(name, 3); len(near) > 0 {
		return nil, core.Errorf(core.ErrNotFound, "there is no type %q; the nearest are %s", name, strings.Join(near, ", "))
	}
	return nil, core.Errorf(core.ErrNotFound, "there is no type %q", name)
}

// typeNamed is the type of a name, in any of its spellings, nil if there is none.
func (d *debugData) typeNamed(name string, kinds dwarf.KindSet, file string) *types.Type {
	for _, spelling := range types.Spellings(name) {
		for _, e := range d.named(context.Background(), spelling, kinds) {
			if d.isOf(e, file) {
				return d.typeOf(e)
			}
		}
	}
	return nil
}
