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
	m := o.module
	m.btfOnce.Do(func() { m.btf, m.btfErr = m.readBTF() })
	return m.btf, m.btfErr
}

func (m *module) readBTF() (f *btf.File, err error) {
	for _, img := range []*Image{m.image, m.debug} {
		if img == nil {
			continue
		}
		section, e := img.Section(".BTF")
		if e == nil {
			return btf.Parse(section, nil)
		}
		err = e
	}
	return nil, err
}
