package dwarf

// Form is DW_FORM_*: how an attribute is encoded (DWARF 5, 7.5.6).
type Form uint16

// The forms.
const (
	FormAddr          Form = 0x01
	FormBlock2        Form = 0x03
	FormBlock4        Form = 0x04
	FormData2         Form = 0x05
	FormData4         Form = 0x06
	FormData8         Form = 0x07
	FormString        Form = 0x08
	FormBlock         Form = 0x09
	FormBlock1        Form = 0x0a
	FormData1         Form = 0x0b
	FormFlag          Form = 0x0c
	FormSdata         Form = 0x0d
	FormStrp          Form = 0x0e
	FormUdata         Form = 0x0f
	FormRefAddr       Form = 0x10
	FormRef1          Form = 0x11
	FormRef2          Form = 0x12
	FormRef4          Form = 0x13
	FormRef8          Form = 0x14
	FormRefUdata      Form = 0x15
	FormIndirect      Form = 0x16
	FormSecOffset     Form = 0x17
	FormExprloc       Form = 0x18
	FormFlagPresent   Form = 0x19
	FormStrx          Form = 0x1a
	FormAddrx         Form = 0x1b
	FormRefSup4       Form = 0x1c
	FormStrpSup       Form = 0x1d
	FormData16        Form = 0x1e
	FormLineStrp      Form = 0x1f
	FormRefSig8       Form = 0x20
	FormImplicitConst Form = 0x21
	FormLoclistx      Form = 0x22
	FormRnglistx      Form = 0x23
	FormRefSup8       Form = 0x24
	FormStrx1         Form = 0x25
	FormStrx2         Form = 0x26
	FormStrx3         Form = 0x27
	FormStrx4         Form = 0x28
	FormAddrx1        Form = 0x29
	FormAddrx2        Form = 0x2a
	FormAddrx3        Form = 0x2b
	FormAddrx4        Form = 0x2c
	FormGNUAddrIndex  Form = 0x1f01 // split DWARF before version 5
	FormGNUStrIndex   Form = 0x1f02
	FormGNURefAlt     Form = 0x1f20 // dwz
	FormGNUStrpAlt    Form = 0x1f21
)

// formSize is the bytes of a form: a number of them, or one of the constants below.
type formSize int8

const (
	sizeAddr    formSize = -1 - iota // resolved by layout.size
	sizeOffset                       // likewise
	sizeRefAddr                      // an address in DWARF 2, an offset since; likewise
	sizeLEB                          // one LEB128 number
	sizeString                       // up to and with the NUL
	sizeBlock                        // LEB128 length, then as many
	sizeBlock1                       // length of 1 byte, then as many
	sizeBlock2
	sizeBlock4
	sizeIndirect // the form is a LEB128 number before the value
	sizeUnknown
)

// formSizes is by the number of the form; those beyond are in formSizeOf.
var formSizes = [...]formSize{
	0x00: sizeUnknown, 0x02: sizeUnknown, FormAddr: sizeAddr, FormIndirect: sizeIndirect,
	FormBlock1: sizeBlock1, FormBlock2: sizeBlock2, FormBlock4: sizeBlock4, FormBlock: sizeBlock, FormExprloc: sizeBlock,
	FormData1: 1, FormData2: 2, FormData4: 4, FormData8: 8, FormData16: 16,
	FormFlag: 1, FormFlagPresent: 0, FormImplicitConst: 0, FormString: sizeString,
	FormRef1: 1, FormRef2: 2, FormRef4: 4, FormRef8: 8, FormRefSig8: 8, FormRefSup4: 4, FormRefSup8: 8, FormRefAddr: sizeRefAddr,
	FormStrp: sizeOffset, FormLineStrp: sizeOffset, FormStrpSup: sizeOffset, FormSecOffset: sizeOffset,
	FormStrx1: 1, FormStrx2: 2, FormStrx3: 3, FormStrx4: 4, FormAddrx1: 1, FormAddrx2: 2, FormAddrx3: 3, FormAddrx4: 4,
	FormUdata: sizeLEB, FormSdata: sizeLEB, FormRefUdata: sizeLEB, FormStrx: sizeLEB, FormAddrx: sizeLEB,
	FormLoclistx: sizeLEB, FormRnglistx: sizeLEB,
}

func formSizeOf(f Form) formSize {
	if int(f) < len(formSizes) {
		return formSizes[f]
	}
	switch f {
	case FormGNUAddrIndex, FormGNUStrIndex:
		return sizeLEB
	case FormGNURefAlt, FormGNUStrpAlt:
		return sizeOffset
	}
	return sizeUnknown
}

// layout is what of a unit's header decides how long its forms are.
type layout struct {
	is64, version2 bool
	addrSize       uint8
}

func (u *Unit) layout() layout { return layout{u.Is64, u.Version == 2, uint8(u.AddrSize)} }

// size is the length of a form where it does not depend on the content.
func (l layout) size(f Form) formSize {
	n := formSizeOf(f)
	switch {
	case n == sizeAddr, n == sizeRefAddr && l.version2:
		return formSize(l.addrSize)
	case n != sizeOffset && n != sizeRefAddr:
		return n
	case l.is64:
		return 8
	}
	return 4
}

// skip passes over a value; a form that is not known makes the reader bad.
func (u *Unit) skip(r *reader, n formSize) {
	for n == sizeIndirect && !r.bad {
		n = u.layout().size(indirect(r))
	}
	switch n {
	case sizeLEB:
		r.skipLEB()
	case sizeString:
		r.cString()
	case sizeBlock:
		r.skip(r.uleb())
	case sizeBlock1:
		r.skip(r.uint(1))
	case sizeBlock2:
		r.skip(r.uint(2))
	case sizeBlock4:
		r.skip(r.uint(4))
	default:
		if n < 0 {
			r.bad = true
			return
		}
		r.skip(uint64(n))
	}
}

// indirect reads a form before its value. One that has its value in the
// abbreviation cannot be (DWARF 5, 7.5.3).
func indirect(r *reader) Form {
	f := Form(min(r.uleb(), maxCode))
	if f == FormImplicitConst {
		r.bad = true
	}
	return f
}
