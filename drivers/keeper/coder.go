package keeper

import (
	"encoding/binary"
	"errors"

	"github.com/stackfs/stackfs/core"
)

// coder writes or reads values, so that one function a type does both: numbers as
// varints, strings and lists with their length in front. Reading never allocates
// more than the bytes that are there can fill.
type coder struct {
	b       []byte // what is written, or left to be read; strings and byte slices alias it
	reading bool
	bad     bool // what was read is not of the expected form
}

func reader(b []byte) *coder { return &coder{b: b, reading: true} }

// err is ErrInvalid if reading failed or left something over.
func (c *coder) err() error {
	if c.bad || c.reading && len(c.b) > 0 {
		return core.Errorf(core.ErrInvalid, "reading a keeper's message: it is malformed (another version of stackfs?)")
	}
	return nil
}

func (c *coder) fail() {
	c.bad = true
	c.b = nil
}

func (c *coder) uint(v *uint64) {
	if !c.reading {
		c.b = binary.AppendUvarint(c.b, *v)
		return
	}
	n, size := binary.Uvarint(c.b)
	if size <= 0 {
		c.fail()
		return
	}
	*v, c.b = n, c.b[size:]
}

// number is an integer of any type.
func number[N ~int | ~int64 | ~uint8](c *coder, v *N) {
	if !c.reading {
		c.b = binary.AppendVarint(c.b, int64(*v))
		return
	}
	n, size := binary.Varint(c.b)
	if size <= 0 || int64(N(n)) != n {
		c.fail()
		return
	}
	*v, c.b = N(n), c.b[size:]
}

func (c *coder) bool(v *bool) {
	n := uint64(0)
	if *v {
		n = 1
	}
	c.uint(&n)
	*v = n == 1
	c.bad = c.bad || n > 1
}

func (c *coder) bytes(v *[]byte) {
	n := uint64(len(*v))
	c.uint(&n)
	if !c.reading {
		c.b = append(c.b, *v...)
		return
	}
	if n > uint64(len(c.b)) {
		c.fail()
		return
	}
	*v, c.b = c.b[:n:n], c.b[n:]
}

// text is a string of any type.
func text[S ~string](c *coder, v *S) {
	b := []byte(*v)
	c.bytes(&b)
	*v = S(b)
}

// list is a slice; each element takes one byte at least.
func list[T any](c *coder, v *[]T, each func(*coder, *T)) {
	n := uint64(len(*v))
	c.uint(&n)
	if !c.reading {
		for i := range *v {
			each(c, &(*v)[i])
		}
		return
	}
	if n > uint64(len(c.b)) {
		c.fail()
		return
	}
	*v = nil
	for range n {
		var one T
		each(c, &one)
		if c.bad {
			return
		}
		*v = append(*v, one)
	}
}

// error is a kind, a text and the address of a fault.
func (c *coder) error(v *error) {
	var e struct {
		form  uint64 // 0 none, 1 a fault, 2 no kind, 3 and up a kind of core.Kinds
		write bool
		addr  uint64
		text  string
	}
	if err := *v; !c.reading && err != nil {
		e.form, e.text = 2, err.Error()
		for i, kind := range core.Kinds {
			if errors.Is(err, kind) {
				e.form = uint64(3 + i)
				break
			}
		}
		var f *core.FaultError
		if errors.As(err, &f) {
			e.form, e.addr, e.write, e.text = 1, f.Addr, f.Write, ""
			if f.Err != nil {
				e.text = f.Err.Error()
			}
		}
	}
	c.uint(&e.form)
	if e.form == 0 {
		*v = nil
		return
	}
	c.bool(&e.write)
	c.uint(&e.addr)
	text(c, &e.text)
	if c.reading && !c.bad {
		*v = arrived(e.form, e.addr, e.write, e.text)
	}
}

// arrived makes an error of what crossed.
func arrived(form, addr uint64, write bool, text string) error {
	switch {
	case form == 1 && text != "":
		return &core.FaultError{Addr: addr, Write: write, Err: errors.New(text)}
	case form == 1:
		return &core.FaultError{Addr: addr, Write: write}
	case form >= 3 && form-3 < uint64(len(core.Kinds)):
		return core.Errorf(core.Kinds[form-3], "%s", text)
	}
	return errors.New(text)
}
