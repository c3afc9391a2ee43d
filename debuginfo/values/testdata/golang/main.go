// Globals of every kind that Go has, and the runtime's.
package main

import "syscall"

type point struct{ x, y int }
type shape interface{ area() float64 }

func (p point) area() float64 { return float64(p.x * p.y) }

var (
	text  = "hello"
	empty string
	nums            = []int{1, 2, 3}
	texts           = []string{"a", "b"}
	pt              = point{3, -4}
	ppt             = &pt
	arr             = [4]byte{1, 2, 3, 4}
	flag            = true
	u8    uint8     = 65
	i8    int8      = -2
	r     rune      = 'x'
	f               = 0.1
	f32   float32   = 0.1
	c               = 1 + 2i
	long            = "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
	up    uintptr   = 0x1000
	arr2  [3]string = [3]string{"x", "yy", ""}
	nest            = struct {
		a string
		b []byte
		p point
	}{"in", []byte("bytes"), point{1, 2}}
)

var sink any

func main() {
	sink = []any{text, empty, nums, texts, pt, ppt, arr, flag, u8, i8, r, f, f32, c, long, up, arr2, nest}
	syscall.Kill(syscall.Getpid(), syscall.SIGSTOP)
}
