package debuginfo

import (
	"fmt"
	"io"
	"os"

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

// maxBTF bounds a file that is BTF, bytes; a kernel's is 4 to 10 MB.
const maxBTF = 256 << 20

// ReadBTF reads a file that is BTF and nothing else, as /sys/kernel/btf/vmlinux is.
// ErrInvalid if it is not, or if it adds to another file's, as a module's does.
func ReadBTF(path string) (*btf.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading BTF: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxBTF))
	if err != nil {
		return nil, fmt.Errorf("reading BTF: %w", err)
	}
	return btf.Parse(data, nil)
}

// IsBTF says whether a file is BTF and nothing else, by its first bytes (Linux,
// Documentation/bpf/btf.rst, "BTF_MAGIC").
func IsBTF(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var magic [3]byte // and the version
	_, err = io.ReadFull(f, magic[:])
	return err == nil && magic == [3]byte{0x9f, 0xeb, 1}
}
