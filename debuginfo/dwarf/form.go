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

// Sizes in fixedSize that depend on the unit; others are what they say.
const (
	sizeAddr    = -1
	sizeOffset  = -2
	sizeRefAddr = -3 // an address in DWARF 2, an offset since
)

// fixedSize is the bytes of forms whose length does not depend on their content.
var fixedSize = map[Form]int{
	FormAddr: sizeAddr, FormData1: 1, FormData2: 2, FormData4: 4, FormData8: 8, FormData16: 16,
	FormFlag: 1, FormFlagPresent: 0, FormImplicitConst: 0,
	FormRef1: 1, FormRef2: 2, FormRef4: 4, FormRef8: 8, FormRefSig8: 8, FormRefSup4: 4, FormRefSup8: 8,
	FormStrp: sizeOffset, FormLineStrp: sizeOffset, FormStrpSup: sizeOffset, FormSecOffset: sizeOffset,
	FormGNURefAlt: sizeOffset, FormGNUStrpAlt: sizeOffset, FormRefAddr: sizeRefAddr,
	FormStrx1: 1, FormStrx2: 2, FormStrx3: 3, FormStrx4: 4, FormAddrx1: 1, FormAddrx2: 2, FormAddrx3: 3, FormAddrx4: 4,
}

// isLEB are the forms of one LEB128 number.
var isLEB = map[Form]bool{
	FormUdata: true, FormSdata: true, FormRefUdata: true, FormStrx: true, FormAddrx: true,
	FormLoclistx: true, FormRnglistx: true, FormGNUAddrIndex: true, FormGNUStrIndex: true,
}

// blockLength is the bytes of the length before a block; 0: LEB128.
var blockLength = map[Form]int{FormBlock1: 1, FormBlock2: 2, FormBlock4: 4, FormBlock: 0, FormExprloc: 0}

// size is the length of a form of fixed size in this unit.
func (u *Unit) size(f Form) (n int, ok bool) {
	n, ok = fixedSize[f]
	switch {
	case n == sizeAddr, n == sizeRefAddr && u.Version == 2:
		n = u.AddrSize
	case n < 0 && u.Is64:
		n = 8
	case n < 0:
		n = 4
	}
	return n, ok
}

// skip passes over a value; a form that is not known makes the reader bad.
func (u *Unit) skip(r *reader, f Form) {
	for f == FormIndirect {
		if f = Form(r.uleb()); r.bad {
			return
		}
	}
	if n, ok := u.size(f); ok {
		r.take(uint64(n))
		return
	}
	if isLEB[f] {
		r.uleb()
		return
	}
	if f == FormString {
		r.cString()
		return
	}
	n, ok := blockLength[f]
	switch {
	case !ok:
		r.bad = true
	case n == 0:
		r.take(r.uleb())
	default:
		r.take(r.uint(n))
	}
}
