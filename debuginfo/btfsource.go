package debuginfo

import (
	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/btf"
)

// BTF is what the object's file, or its debug file, says of types in the form of
// Linux (.BTF). ErrNotFound if it has none, ErrInvalid if it is bad or, as in a kernel
// module, an addition to another file's. The result is valid as long as o is reachable.
func (o *Object) BTF() (*btf.File, error) {
	if o.module == nil {
		return nil, core.Errorf(core.ErrNotFound, "reading BTF: the file cannot be read")
	}
	var last error
	for _, img := range []*Image{o.module.image, o.module.debug} {
		if img == nil {
			continue
		}
		section, err := img.Section(".BTF")
		if err == nil {
			return btf.Parse(section, nil)
		}
		last = err
	}
	return nil, last
}
